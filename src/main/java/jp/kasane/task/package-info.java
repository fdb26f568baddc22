/** The task list and the protocol by which a task is submitted (DESIGN §8). Modules take part through {@link jp.kasane.task.StepHandler}. */
package jp.kasane.task;
