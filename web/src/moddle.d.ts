/** Readers of files that come without types. */
declare module 'bpmn-moddle';
declare module 'dmn-moddle';
