import BaseModeler from 'bpmn-js/lib/Modeler';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CloudElementTemplatesPropertiesProviderModule } from 'bpmn-js-element-templates';
import { CreateAppendAnythingModule, CreateAppendElementTemplatesModule } from 'bpmn-js-create-append-anything';
import ElementTemplateChooserModule from '@bpmn-io/element-template-chooser';
import ZeebeBehaviorsModule from 'camunda-bpmn-js-behaviors/lib/camunda-cloud';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';
import { Linter } from '@camunda/linting';
import { language } from './words';
import { EDITOR, RULES } from './model-words';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'bpmn-js-element-templates/dist/assets/element-templates.css';
import '@bpmn-io/element-template-chooser/dist/element-template-chooser.css';
import './model.css';

/**
 * The island in which a manager changes a draft of a diagram. It is saved a moment after each change, and what the server finds wrong with it
 * is listed below, beside what Camunda's own linter says. Whoever may not edit, or comes second, sees the diagram and the findings.
 */
const TEXT = {
  ja: {
    ready: '編集できます。変えたものは、自動で保存されます。',
    reading: '見るだけです。',
    changed: '保存しています。',
    saved: (time: string) => `${time} に保存しました。`,
    failed: 'まだ保存できていません。つながりしだい保存します。この画面を閉じないでください。',
    broken: '図を読み込めませんでした。画面を開き直してください。',
    camunda: (sentence: string) => `Camunda 8.6：${sentence}`,
    error: '誤り',
    warning: '注意',
  },
  en: {
    ready: 'You can edit. Changes are saved by themselves.',
    reading: 'You can look, not edit.',
    changed: 'Saving.',
    saved: (time: string) => `Saved at ${time}.`,
    failed: 'Not saved yet. It will be as soon as the server answers. Do not close this page.',
    broken: 'The diagram could not be loaded. Open this page again.',
    camunda: (sentence: string) => `Camunda 8.6: ${sentence}`,
    error: 'Error',
    warning: 'Warning',
  },
}[language];

/** Ours, so that a machine without a Japanese font shows the labels, too. */
const FONT = "'BIZ UDPGothic', sans-serif";
/** Milliseconds: after the last change, between two tries, and between two times the draft is held (the server's two minutes). */
const PAUSE = 800;
const AGAIN = 5000;
const HOLD = 40000;

/** What the server says in its own words already. */
const SAID = new Set([
  'called-element', 'error-reference', 'executable-process', 'message-reference', 'sequence-flow-condition', 'subscription', 'timer',
  'user-task-definition', 'user-task-form', 'feel', 'zeebe-user-task',
]);

interface Finding {
  elementId: string;
  elementName: string;
  code: string;
  severity: 'error' | 'warning' | 'note';
  sentence: string;
}
interface Report {
  id?: string;
  name?: string;
  message: string;
  category: string;
  rule: string;
}
/* eslint-disable @typescript-eslint/no-explicit-any */
type Editor = any;

function translate(word: string, filled?: Record<string, string>): string {
  const said = language === 'ja' ? (EDITOR[word] ?? word) : word;
  return said.replace(/{([^}]+)}/g, (whole, key: string) => filled?.[key] ?? whole);
}

const host = document.querySelector<HTMLElement>('.modeler');
if (host) void open(host);

async function open(page: HTMLElement) {
  const draft = `/api/v1/models/drafts/${page.dataset.draft}`;
  const state = page.querySelector<HTMLElement>('.modeler-state')!;
  const list = page.querySelector<HTMLElement>('.modeler-findings')!;
  const canvas = page.querySelector<HTMLElement>('.modeler-canvas')!;
  const panel = page.querySelector<HTMLElement>('.modeler-panel');
  const tell = (sentence: string, kind = '') => {
    state.textContent = sentence;
    state.dataset.kind = kind;
  };
  const ask = (path: string, method: string, body?: string, keepalive = false) =>
    fetch(draft + path + (path.includes('?') ? '&' : '?') + `lang=${language}`, {
      method,
      keepalive,
      headers: {
        'X-XSRF-TOKEN': document.querySelector<HTMLMetaElement>('meta[name=_csrf]')?.content ?? '',
        ...(method === 'PUT' ? { 'Content-Type': 'application/octet-stream' } : {}),
      },
      body,
    });

  let refused = '';
  let mine = page.dataset.may === 'true';
  if (mine) {
    const answer = await ask('/lock', 'POST');
    if (!answer.ok) {
      mine = false;
      refused = (await answer.json()).detail ?? '';
    }
  }

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
        ],
      } as any)
    : new NavigatedViewer(common as any);
  if (!mine) panel?.remove();

  try {
    const xml = await (await ask('/xml', 'GET')).text();
    await document.fonts.load(`12px ${FONT}`, xml);
    await editor.importXML(xml);
    if (mine) editor.get('elementTemplatesLoader').setTemplates(await (await fetch('/api/v1/models/element-templates')).json());
  } catch {
    tell(TEXT.broken, 'alarm');
    return;
  }
  const view = editor.get('canvas');
  const registry = editor.get('elementRegistry');
  view.zoom('fit-viewport', 'auto');

  // ── findings ─────────────────────────────────────────────────────────────────────────────────────────────────────
  let marked: string | null = null;
  const select = (id: string) => {
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
  };
  list.addEventListener('click', (event) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>('[data-element]')?.dataset.element;
    if (id) select(id);
  });
  const show = (findings: { element: string; code: string; severity: string; word: string; sentence: string }[]) => {
    const focused = (document.activeElement as HTMLElement | null)?.dataset.element;
    list.replaceChildren(
      ...findings.map((one) => {
        const item = document.createElement('li');
        item.className = one.severity;
        item.dataset.code = one.code;
        const tag = document.createElement('span');
        tag.className = one.severity === 'error' ? 'tag alarm' : 'tag';
        tag.textContent = one.word;
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'link';
        button.dataset.element = one.element;
        button.textContent = one.sentence;
        item.append(tag, ' ', button);
        return item;
      }),
    );
    if (focused) list.querySelector<HTMLElement>(`[data-element="${CSS.escape(focused)}"]`)?.focus();
    page.querySelector<HTMLElement>('.modeler-none')!.hidden = findings.length > 0;
  };
  const linter = new Linter({ modeler: 'web', type: 'cloud' });
  const check = async (ours: Finding[]) => {
    let theirs: Report[] = [];
    try {
      theirs = await linter.lint(editor.getDefinitions());
    } catch {
      // What its linter cannot read, the server's checks have said.
    }
    const word = (severity: string) => (severity === 'error' ? TEXT.error : severity === 'warning' ? TEXT.warning : '');
    show([
      ...ours.map((one) => ({ element: one.elementId, code: one.code, severity: one.severity, word: word(one.severity), sentence: one.sentence })),
      ...theirs
        .map((one) => ({ ...one, rule: one.rule.replace('camunda-compat/', '') }))
        .filter((one) => !SAID.has(one.rule) && one.id && !(one.rule === 'implementation' && ours.some((other) => other.elementId === one.id)))
        .map((one) => {
          const severity = one.category === 'error' ? 'error' : 'warning';
          const ja = language === 'ja' ? RULES[one.rule]?.replace('{}', one.name || one.id!) : undefined;
          return { element: one.id!, code: `camunda.${one.rule}`, severity, word: word(severity), sentence: TEXT.camunda(ja ?? one.message) };
        }),
    ]);
  };
  const known = (await (await ask('', 'GET')).json()) as { draft: { revision: number }; findings: Finding[] };
  await check(known.findings);

  // ── tools ────────────────────────────────────────────────────────────────────────────────────────────────────────
  const press = (name: string, action: () => void) => {
    const button = page.querySelector<HTMLButtonElement>(`[data-do=${name}]`)!;
    button.hidden = false;
    button.addEventListener('click', (event) => {
      // What is open on the canvas (the search) closes at a click elsewhere.
      event.stopPropagation();
      action();
    });
  };
  press('fit', () => view.zoom('fit-viewport', 'auto'));
  if (!mine) {
    tell(refused || TEXT.reading, refused ? 'alarm' : '');
    page.dataset.ready = 'reading';
    return;
  }
  const actions = editor.get('editorActions');
  press('undo', () => actions.trigger('undo'));
  press('redo', () => actions.trigger('redo'));
  press('find', () => actions.trigger('find'));

  // ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────
  let revision = known.draft.revision;
  let dirty = false;
  let timer: number | undefined;
  let saving: Promise<void> = Promise.resolve();
  let over = false;
  const stop = (sentence: string) => {
    over = true;
    tell(sentence, 'alarm');
  };
  const save = async () => {
    if (!dirty || over) return;
    dirty = false;
    tell(TEXT.changed);
    try {
      const { xml } = await editor.saveXML({ format: true });
      const answer = await ask(`/xml?revision=${revision}`, 'PUT', xml);
      const said = await answer.json();
      if (answer.ok) {
        revision = said.revision;
        await check(said.findings);
        if (!dirty) tell(TEXT.saved(new Date().toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' })));
        page.dataset.revision = String(revision);
      } else if (answer.status >= 500) {
        throw new Error(String(answer.status));
      } else if (answer.status === 422) {
        // Not saved as it is; the next change is tried again.
        dirty = true;
        tell(said.detail ?? TEXT.failed, 'alarm');
      } else {
        dirty = true;
        stop(said.detail ?? TEXT.failed);
      }
    } catch {
      dirty = true;
      tell(TEXT.failed, 'alarm');
      later(AGAIN);
    }
  };
  const later = (after: number) => {
    window.clearTimeout(timer);
    // One after the other: the next one names the revision the last one got.
    timer = window.setTimeout(() => (saving = saving.then(save)), after);
  };
  editor.on('commandStack.changed', () => {
    dirty = true;
    later(PAUSE);
  });
  window.setInterval(async () => {
    if (over) return;
    try {
      const answer = await ask('/lock', 'POST');
      if (answer.status === 409 || answer.status === 404) stop((await answer.json()).detail ?? TEXT.failed);
    } catch {
      // The next one, or the next save, will tell.
    }
  }, HOLD);
  window.addEventListener('beforeunload', (event) => {
    if (dirty) event.preventDefault();
  });
  window.addEventListener('pagehide', () => {
    if (!over) void ask('/lock', 'DELETE', undefined, true);
  });
  tell(TEXT.ready);
  page.dataset.ready = 'editing';
}
