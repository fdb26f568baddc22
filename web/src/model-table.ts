import Modeler from 'dmn-js/lib/Modeler';
import Viewer from 'dmn-js/lib/NavigatedViewer';
import { HIT_POLICIES } from 'dmn-js-decision-table/lib/features/hit-policy/HitPolicies';
import { language } from './words';
import { TABLE } from './model-table-words';
import { broken, editor as host, open as take, type Finding } from './model-draft';
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './model.css';
import './model-more.css';

/** The island in which a manager changes a draft of a decision table. */

/* eslint-disable @typescript-eslint/no-explicit-any */
function translate(word: string, filled?: Record<string, string>): string {
  const said = language === 'ja' ? (TABLE[word] ?? word) : word;
  return said.replace(/{([^}]+)}/g, (whole, key: string) => filled?.[key.trim()] ?? whole);
}

// dmn-js asks for the words of these nobody.
for (const one of HIT_POLICIES as { label: string; explanation: string }[]) {
  one.explanation = translate(one.explanation);
  one.label = translate(one.label);
}

if (host) void open(host);

async function open(page: HTMLElement) {
  const draft = await take(page);
  if (!draft) return;
  const { mine, canvas } = draft;
  const view = { additionalModules: [{ translate: ['value', translate] }] };
  const options = { container: canvas, height: '100%', drd: view, decisionTable: view, literalExpression: view, boxedExpression: view };
  const editor: any = mine ? new Modeler(options) : new Viewer(options);
  try {
    await editor.importXML(draft.file);
    const table = editor.getViews().find((one: any) => one.type === 'decisionTable');
    if (table) await editor.open(table);
  } catch {
    broken(draft);
    return;
  }
  const check = async (findings: Finding[]) => draft.show(draft.lines(findings));
  draft.onFinding((id) => {
    const found = editor.getViews().find((one: any) => one.element?.id === id);
    if (found && found !== editor.getActiveView()) void editor.open(found);
    canvas.scrollIntoView({ block: 'nearest' });
    canvas.focus();
  });
  await check(draft.findings);
  if (mine) {
    const stack = () => editor.getActiveViewer()?.get('commandStack', false);
    draft.press('undo', () => stack()?.canUndo() && stack().undo());
    draft.press('redo', () => stack()?.canRedo() && stack().redo());
    const watched = new WeakSet<object>();
    const watch = () => {
      const viewer = editor.getActiveViewer();
      if (!viewer || watched.has(viewer)) return;
      watched.add(viewer);
      viewer.on('commandStack.changed', ({ trigger }: { trigger?: string }) => {
        // Cleared when another part of the file is opened: nothing was changed.
        if (trigger !== 'clear') draft.changed();
      });
    };
    editor.on('views.changed', watch);
    watch();
  }
  draft.begin(async () => (await editor.saveXML({ format: true })).xml, check);
}
