import BaseModeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CloudElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import { CreateAppendAnythingModule, CreateAppendElementTemplatesModule } from 'bpmn-js-create-append-anything';
import ElementTemplateChooserModule from '@bpmn-io/element-template-chooser';
import ZeebeBehaviorsModule from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';
import MinimapModule from 'diagram-js-minimap';
import SimulationModule from 'bpmn-js-token-simulation/lib/modeler';
import SimulationViewerModule from 'bpmn-js-token-simulation/lib/viewer';
import { language } from './words';
import { EDITOR } from './model-words';
import { camundaFindings } from './camunda-lint';
import { broken, editor as host, open as take, type Finding } from './model-draft';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-element-templates/dist/assets/element-templates.css';
import '@bpmn-io/element-template-chooser/dist/element-template-chooser.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import 'bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css';
import './model.css';
import './model-more.css';

/**
 * The island in which a manager changes a draft of a diagram. What the server finds wrong with it is listed beside what Camunda's own linter
 * says. Whoever may not edit, or comes second, sees the diagram and the findings. Anybody can let tokens run through it: nothing is changed
 * or saved meanwhile.
 */
const TEXT = {
  ja: {
    running: '動かしてみています。図は変わらず、保存もされません。',
    stopped: '動かすのをやめました。',
    newForm: (id: string) => `「${id}」の様式を新しくつくる`,
    draft: '下書き',
  },
  en: {
    running: 'Trying it out. The diagram is not changed, and nothing is saved.',
    stopped: 'No longer trying it out.',
    newForm: (id: string) => `Make a new form “${id}”`,
    draft: 'draft',
  },
}[language];

/** Ours, so that a machine without a Japanese font shows the labels, too. */
const FONT = "'BIZ UDPGothic', sans-serif";

/* eslint-disable @typescript-eslint/no-explicit-any */
type Editor = any;

function translate(word: string, filled?: Record<string, string>): string {
  const said = language === 'ja' ? (EDITOR[word] ?? word) : word;
  return said.replace(/{([^}]+)}/g, (whole, key: string) => filled?.[key] ?? whole);
}

if (host) void open(host);

async function open(page: HTMLElement) {
  const draft = await take(page);
  if (!draft) return;
  const { mine, canvas, panel } = draft;

  const common = {
    container: canvas,
    moddleExtensions: { zeebe },
    textRenderer: { defaultStyle: { fontFamily: FONT }, externalStyle: { fontFamily: FONT } },
  };
  const editor: Editor = mine
    ? new BaseModeler({
        ...common,
        propertiesPanel: { parent: panel },
        additionalModules: [
          { translate: ['value', translate] },
          BpmnPropertiesPanelModule,
          BpmnPropertiesProviderModule,
          ZeebePropertiesProviderModule,
          CloudElementTemplatesPropertiesProviderModule,
          CreateAppendAnythingModule,
          CreateAppendElementTemplatesModule,
          ElementTemplateChooserModule,
          ZeebeBehaviorsModule,
          MinimapModule,
          SimulationModule,
        ],
        // A phone has no room to spare.
        minimap: { open: window.matchMedia('(min-width: 60rem)').matches },
      } as any)
    : new NavigatedViewer({ ...common, additionalModules: [{ translate: ['value', translate] }, SimulationViewerModule] } as any);
  if (!mine) panel?.remove();

  try {
    await document.fonts.load(`12px ${FONT}`, draft.file);
    await editor.importXML(draft.file);
    if (mine) editor.get('elementTemplatesLoader').setTemplates(await (await fetch('/api/v1/models/element-templates')).json());
  } catch {
    broken(draft);
    return;
  }
  const view = editor.get('canvas');
  const registry = editor.get('elementRegistry');
  view.zoom('fit-viewport', 'auto');

  // ── findings ─────────────────────────────────────────────────────────────────────────────────────────────────────
  let marked: string | null = null;
  draft.onFinding((id) => {
    const element = registry.get(id);
    if (!element) return;
    canvas.scrollIntoView({ block: 'nearest' });
    view.scrollToElement(element, 80);
    if (mine) {
      editor.get('selection').select(element === view.getRootElement() ? null : element);
      view.focus();
    } else {
      if (marked) view.removeMarker(marked, 'found');
      view.addMarker(id, 'found');
      marked = id;
    }
  });
  const check = async (ours: Finding[]) => {
    const theirs = await camundaFindings(editor.getDefinitions(), new Set(ours.map((one) => one.elementId)));
    draft.show([
      ...draft.lines(ours).map((line) => {
        const id = line.code === 'task.formUnknown' && mine ? formOf(registry.get(line.element)) : undefined;
        return id ? { ...line, link: { href: `/models?new=form&id=${encodeURIComponent(id)}#new-form`, text: TEXT.newForm(id) } } : line;
      }),
      ...theirs,
    ]);
  };
  await check(draft.findings);

  // ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────
  draft.press('fit', () => view.zoom('fit-viewport', 'auto'));
  const simulation = editor.get('toggleMode');
  const tried = draft.press('try', () => simulation.toggleMode());
  tried.setAttribute('aria-pressed', 'false');
  editor.on('tokenSimulation.toggleMode', ({ active }: { active: boolean }) => {
    tried.setAttribute('aria-pressed', String(active));
    page.classList.toggle('trying', active);
    if (panel && mine) panel.inert = active;
    // What was chosen before would be let go by the first click afterwards.
    if (mine) editor.get('selection').select([]);
    // What is pressed to let a token go is drawn from half the size on: so the start is shown that large.
    const start = active && registry.find((one: { type: string }) => one.type === 'bpmn:StartEvent');
    if (start && view.zoom() < 0.6) {
      view.zoom(0.75);
      view.scrollToElement(start, { top: 200, bottom: 200, left: 80, right: 400 });
    }
    // What was changed before is saved; the colours of the simulation are no part of the diagram (its module sees to that while XML is written).
    void draft.pause(active).then(() => draft.tell(active ? TEXT.running : TEXT.stopped));
  });
  if (mine) {
    const actions = editor.get('editorActions');
    draft.press('undo', () => actions.trigger('undo'));
    draft.press('redo', () => actions.trigger('redo'));
    draft.press('find', () => actions.trigger('find'));
    const minimap = editor.get('minimap');
    const map = draft.press('map', () => minimap.toggle());
    map.setAttribute('aria-pressed', String(minimap.isOpen()));
    editor.on('minimap.toggle', ({ open }: { open: boolean }) => map.setAttribute('aria-pressed', String(open)));
    editor.get('keyboard').addListener((context: { keyEvent: KeyboardEvent }) => {
      const { key, ctrlKey, metaKey, altKey } = context.keyEvent;
      if ((key !== 'm' && key !== 'M') || ctrlKey || metaKey || altKey) return undefined;
      minimap.toggle();
      return true;
    });
    editor.on('commandStack.changed', () => draft.changed());
    if (panel) void offerForms(panel);
  }
  draft.begin(async () => (await editor.saveXML({ format: true })).xml, check);
}

interface Drawn {
  businessObject: { get(name: string): { values?: { $type: string; formId?: string }[] } | undefined };
}

function formOf(task: Drawn | undefined): string | undefined {
  return task?.businessObject.get('extensionElements')?.values?.find((one) => one.$type === 'zeebe:FormDefinition')?.formId;
}

/** Where the panel asks for the id of a form, those there are can be chosen, and those that somebody draws. */
async function offerForms(panel: HTMLElement) {
  const ask = async (path: string) => (await fetch(`/api/v1/models/${path}`)).json();
  const there: { id: string; name: string }[] = await ask('forms');
  const drawn: { kind: string; resourceId: string; name: string }[] = await ask('drafts');
  const list = document.createElement('datalist');
  list.id = 'modeler-forms';
  const offered = new Map(there.map((form) => [form.id, form.name]));
  drawn
    .filter((one) => one.kind === 'form' && !offered.has(one.resourceId))
    .forEach((one) => offered.set(one.resourceId, `${one.name}（${TEXT.draft}）`));
  for (const [id, name] of offered) {
    const option = document.createElement('option');
    option.value = id;
    option.label = name;
    list.append(option);
  }
  panel.after(list);
  const point = () => panel.querySelector<HTMLInputElement>('input[name=formId]:not([list])')?.setAttribute('list', list.id);
  new MutationObserver(point).observe(panel, { childList: true, subtree: true });
  point();
}
