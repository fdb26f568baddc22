import { Linter } from '@camunda/linting';
import { language } from './words';
import { RULES } from './model-words';

/** What Camunda's own linter says of a diagram, beyond what the server's checks say in their words: asked while it is drawn, and before its release. */
const TEXT = language === 'ja' ? (sentence: string) => `Camunda 8.6：${sentence}` : (sentence: string) => `Camunda 8.6: ${sentence}`;

/** What the server says in its own words already. */
const SAID = new Set([
  'called-element', 'error-reference', 'executable-process', 'message-reference', 'sequence-flow-condition', 'subscription', 'timer',
  'user-task-definition', 'user-task-form', 'feel', 'zeebe-user-task',
]);

interface Report {
  id?: string;
  name?: string;
  message: string;
  category: string;
  rule: string;
}

export interface CamundaFinding {
  element: string;
  code: string;
  severity: 'error' | 'warning';
  sentence: string;
}

const linter = new Linter({ modeler: 'web', type: 'cloud' });

/**
 * @param definitions as bpmn-moddle read them
 * @param said elements of which the server has said something already
 */
export async function camundaFindings(definitions: unknown, said: Set<string>): Promise<CamundaFinding[]> {
  let reports: Report[] = [];
  try {
    reports = await linter.lint(definitions);
  } catch {
    // What its linter cannot read, the server's checks have said.
  }
  return reports
    .map((one) => ({ ...one, rule: one.rule.replace('camunda-compat/', '') }))
    .filter((one) => !SAID.has(one.rule) && one.id && !(one.rule === 'implementation' && said.has(one.id)))
    .map((one) => {
      const ja = language === 'ja' ? RULES[one.rule]?.replace('{}', one.name || one.id!) : undefined;
      return {
        element: one.id!,
        code: `camunda.${one.rule}`,
        severity: one.category === 'error' ? ('error' as const) : ('warning' as const),
        sentence: TEXT(ja ?? one.message),
      };
    });
}
