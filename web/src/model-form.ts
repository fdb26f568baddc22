import './calendar';
import { FormEditor } from '@bpmn-io/form-js-editor';
import { createForm } from '@bpmn-io/form-js-viewer';
import { broken, editor as host, open as take, type Finding } from './model-draft';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import './model.css';
import './model-more.css';

/** The island in which a manager changes a draft of a form. Whoever may not edit sees the form as it would be filled in, with every field. */

/** What Camunda 8.6 came with. form-js writes its own, newer one; of what is newer nothing is in our subset (forms/README.md). */
const SCHEMA = 16;

/* eslint-disable @typescript-eslint/no-explicit-any */
type Schema = Record<string, any>;

if (host) void open(host);

async function open(page: HTMLElement) {
  const draft = await take(page);
  if (!draft) return;
  const { mine, canvas, panel } = draft;
  let schema: Schema;
  try {
    schema = JSON.parse(draft.file);
  } catch {
    broken(draft);
    return;
  }
  const check = async (findings: Finding[]) => draft.show(draft.lines(findings));

  if (!mine) {
    panel?.remove();
    try {
      await createForm({ container: canvas, schema: withoutConditions(schema) as any, data: {}, properties: { readOnly: true } });
      draft.onFinding((id) => {
        // form-js ends the id of each input with that of its field.
        canvas.querySelector(`[id$="-${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'center' });
      });
    } catch {
      broken(draft);
      return;
    }
    await check(draft.findings);
    draft.begin(async () => draft.file, check);
    return;
  }

  const editor: any = new FormEditor({ container: canvas, propertiesPanel: { parent: panel } } as any);
  try {
    await editor.importSchema(schema);
  } catch {
    broken(draft);
    return;
  }
  draft.onFinding((id) => {
    const field = editor.get('formFieldRegistry').get(id) ?? root(editor);
    editor.get('selection').set(field);
    const shown = canvas.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
    shown?.scrollIntoView({ block: 'center' });
    shown?.focus();
  });
  await check(draft.findings);

  const actions = editor.get('editorActions');
  draft.press('undo', () => actions.trigger('undo'));
  draft.press('redo', () => actions.trigger('redo'));
  // form-js listens to keys on an SVG that it does not have. What is being typed is undone by its own field.
  const work = page.querySelector('.modeler-work')!;
  document.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, shiftKey } = event;
    const target = event.target as HTMLElement;
    // Where a field was removed, the focus is nowhere.
    if (target !== document.body && !work.contains(target)) return;
    if (target.closest('input, textarea, select, [contenteditable=true]')) return;
    if (ctrlKey || metaKey) {
      const action = key === 'z' || key === 'Z' ? (shiftKey ? 'redo' : 'undo') : key === 'y' || key === 'Y' ? 'redo' : '';
      if (action) {
        event.preventDefault();
        actions.trigger(action);
      }
    } else if (key === 'Delete') {
      const field = editor.get('selection').get();
      const parent = field && editor.get('formFieldRegistry').get(field._parent);
      if (parent) {
        event.preventDefault();
        editor.get('modeling').removeFormField(field, parent, parent.components.indexOf(field));
      }
    }
  });
  editor.on('commandStack.changed', () => draft.changed());
  draft.begin(async () => JSON.stringify({ ...editor.saveSchema(), schemaVersion: SCHEMA }, null, 2) + '\n', check);
}

const root = (editor: any) => editor._getState().schema;

/** Whoever looks at a form sees every field, whatever the others say. */
function withoutConditions(part: Schema): Schema {
  const { conditional: _, ...rest } = part;
  return part.components ? { ...rest, components: part.components.map(withoutConditions) } : rest;
}
