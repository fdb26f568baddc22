import { BpmnModdle } from 'bpmn-moddle';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';
import { camundaFindings } from './camunda-lint';

/**
 * Beside what the server finds wrong with what is to be released, what Camunda's own linter does: a list with data-lint, the address of the
 * diagram. It stops nobody: the server's own checks do, and what only the engine minds it refuses itself.
 */
async function lint(list: HTMLElement): Promise<void> {
  const answer = await fetch(list.dataset.lint!);
  if (!answer.ok) return;
  const { rootElement } = await new BpmnModdle({ zeebe }).fromXML(await answer.text());
  const found = await camundaFindings(rootElement, new Set());
  for (const one of found) {
    const line = document.createElement('li');
    const tag = document.createElement('span');
    tag.className = one.severity === 'error' ? 'tag alarm' : 'tag';
    tag.textContent = list.dataset[one.severity]!;
    line.append(tag, ` ${one.sentence}`);
    list.append(line);
  }
  list.dataset.linted = String(found.length);
  if (found.some((one) => one.severity === 'error')) {
    list.closest('.card')?.querySelector('[data-lint-stopped]')?.removeAttribute('hidden');
  }
  if (found.length > 0) list.closest('.card')?.querySelector('[data-lint-fine]')?.setAttribute('hidden', '');
}

const list = document.querySelector<HTMLElement>('[data-lint]');
if (list) void lint(list);
