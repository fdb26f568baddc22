import { language } from './words';

/**
 * What the editors of diagrams, forms and tables have in common: a draft is held by one person, saved a moment after each change, and what
 * the server finds wrong with it is listed below. Whoever may not edit, or comes second, looks.
 */
const TEXT = {
  ja: {
    ready: '編集できます。変えたものは、自動で保存されます。',
    reading: '見るだけです。',
    changed: '保存しています。',
    saved: (time: string) => `${time} に保存しました。`,
    failed: 'まだ保存できていません。つながりしだい保存します。この画面を閉じないでください。',
    broken: 'ファイルを読み込めませんでした。画面を開き直してください。',
    error: '誤り',
    warning: '注意',
    note: '参考',
  },
  en: {
    ready: 'You can edit. Changes are saved by themselves.',
    reading: 'You can look, not edit.',
    changed: 'Saving.',
    saved: (time: string) => `Saved at ${time}.`,
    failed: 'Not saved yet. It will be as soon as the server answers. Do not close this page.',
    broken: 'The file could not be loaded. Open this page again.',
    error: 'Error',
    warning: 'Warning',
    note: 'Note',
  },
}[language];

/** Milliseconds: after the last change, between two tries, and between two times the draft is held (the server's two minutes). */
const PAUSE = 800;
const AGAIN = 5000;
const HOLD = 40000;

export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  elementId: string;
  elementName: string;
  code: string;
  severity: Severity;
  sentence: string;
}

/** A line of the list below the editor. */
export interface Line {
  element: string;
  code: string;
  severity: Severity;
  sentence: string;
  /** Where it can be mended, if that is elsewhere. */
  link?: { href: string; text: string };
}

export interface Draft {
  /** Whether it is held by this page: else it is only looked at. */
  mine: boolean;
  /** What the file was when the page was opened. */
  file: string;
  findings: Finding[];
  canvas: HTMLElement;
  panel: HTMLElement | null;
  page: HTMLElement;
  tell(sentence: string, kind?: string): void;
  /** Shows a button of the bar and says what it does. */
  press(name: string, action: () => void): HTMLButtonElement;
  /** What a click on a finding does. */
  onFinding(select: (element: string) => void): void;
  show(lines: Line[]): void;
  lines(findings: Finding[]): Line[];
  /** From here on changes are saved; or it is said that nobody can change anything. Called once, when everything is drawn. */
  begin(write: () => Promise<string>, check: (findings: Finding[]) => Promise<void>): void;
  /** Something was changed: it is saved in a moment. */
  changed(): void;
  /** While true nothing is saved; a change made before is saved at once. */
  pause(paused: boolean): Promise<void>;
}

export const editor = document.querySelector<HTMLElement>('.modeler');

/** Null where the draft could not be read: the page says so. */
export async function open(page: HTMLElement): Promise<Draft | null> {
  const url = `/api/v1/models/drafts/${page.dataset.draft}`;
  const state = page.querySelector<HTMLElement>('.modeler-state')!;
  const list = page.querySelector<HTMLElement>('.modeler-findings')!;
  const tell = (sentence: string, kind = '') => {
    state.textContent = sentence;
    state.dataset.kind = kind;
  };
  const ask = (path: string, method: string, body?: string, keepalive = false) =>
    fetch(url + path + (path.includes('?') ? '&' : '?') + `lang=${language}`, {
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
  let file: string;
  let known: { draft: { revision: number }; findings: Finding[] };
  try {
    if (mine) {
      const answer = await ask('/lock', 'POST');
      if (!answer.ok) {
        mine = false;
        refused = (await answer.json()).detail ?? '';
      }
    }
    // The revision first: what is read after it is not older, and a save in between is refused.
    known = await (await ask('', 'GET')).json();
    const answer = await ask('/xml', 'GET');
    if (!answer.ok) throw new Error(String(answer.status));
    file = await answer.text();
  } catch {
    tell(TEXT.broken, 'alarm');
    return null;
  }

  let revision = known.draft.revision;
  let dirty = false;
  let over = false;
  let paused = false;
  let timer: number | undefined;
  let saving: Promise<void> = Promise.resolve();
  let write: () => Promise<string> = async () => file;
  let check: (findings: Finding[]) => Promise<void> = async () => {};
  const stop = (sentence: string) => {
    over = true;
    tell(sentence, 'alarm');
  };
  const save = async () => {
    if (!dirty || over || paused) return;
    dirty = false;
    tell(TEXT.changed);
    try {
      const answer = await ask(`/xml?revision=${revision}`, 'PUT', await write());
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
  const word = { error: TEXT.error, warning: TEXT.warning, note: TEXT.note };

  return {
    mine,
    file,
    findings: known.findings,
    page,
    canvas: page.querySelector<HTMLElement>('.modeler-canvas')!,
    panel: page.querySelector<HTMLElement>('.modeler-panel'),
    tell,
    press(name, action) {
      const button = page.querySelector<HTMLButtonElement>(`[data-do=${name}]`)!;
      button.hidden = false;
      button.addEventListener('click', (event) => {
        // What is open on the canvas (the search) closes at a click elsewhere.
        event.stopPropagation();
        action();
      });
      return button;
    },
    onFinding(select) {
      list.addEventListener('click', (event) => {
        const id = (event.target as HTMLElement).closest<HTMLElement>('[data-element]')?.dataset.element;
        if (id) select(id);
      });
    },
    lines: (findings) =>
      findings.map((one) => ({ element: one.elementId, code: one.code, severity: one.severity, sentence: one.sentence })),
    show(lines) {
      const focused = (document.activeElement as HTMLElement | null)?.dataset.element;
      list.replaceChildren(
        ...lines.map((one) => {
          const item = document.createElement('li');
          item.className = one.severity;
          item.dataset.code = one.code;
          const tag = document.createElement('span');
          tag.className = one.severity === 'error' ? 'tag alarm' : 'tag';
          tag.textContent = word[one.severity];
          const button = document.createElement('button');
          button.type = 'button';
          button.className = 'link';
          button.dataset.element = one.element;
          button.textContent = one.sentence;
          item.append(tag, ' ', button);
          if (one.link) {
            const link = document.createElement('a');
            link.href = one.link.href;
            link.textContent = one.link.text;
            item.append(' ', link);
          }
          return item;
        }),
      );
      if (focused) list.querySelector<HTMLElement>(`[data-element="${CSS.escape(focused)}"]`)?.focus();
      page.querySelector<HTMLElement>('.modeler-none')!.hidden = lines.length > 0;
    },
    changed() {
      dirty = true;
      later(PAUSE);
    },
    async pause(now) {
      if (now) {
        window.clearTimeout(timer);
        saving = saving.then(save);
        await saving;
        paused = true;
      } else {
        paused = false;
        if (dirty) later(PAUSE);
      }
    },
    begin(writes, checks) {
      write = writes;
      check = checks;
      if (!mine) {
        tell(refused || TEXT.reading, refused ? 'alarm' : '');
        page.dataset.ready = 'reading';
        return;
      }
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
    },
  };
}

export function broken(draft: Draft) {
  draft.tell(TEXT.broken, 'alarm');
}
