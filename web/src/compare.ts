import { differences, tables, Unreadable, MOST, type Difference, type Format, type Mark, type Table } from './differences';
import { text, viewer, type Box, type Drawn } from './drawn';
import { language } from './words';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
// diagram.css comes with the page: imported here it would be cut in two.
import './compare.css';

/**
 * The island that compares two versions: in sentences, and for diagrams on both drawings, which are moved and zoomed together. What is
 * marked there by colour has a sign and a line of its own as well, and is told below in words.
 */
const TEXT = {
  ja: {
    same: '違いはありません。二つの版は同じです。',
    onlyMoved: (n: number) => `仕事の流れと内容に違いはありません。図の配置などの違いだけが ${n} 件あります。`,
    found: (n: number, came: number, went: number, changed: number, moved: number) =>
      `違いが ${n} 件あります（増えた ${came}、なくなった ${went}、変わった ${changed}）。${moved ? `ほかに、配置などの違いが ${moved} 件あります。` : ''}`,
    moved: (n: number) => `配置などの違い（${n} 件）`,
    failed: '版を読み込めませんでした。画面を開き直してください。',
    undrawn: '図は描けませんでした。違いは、下の文のとおりです。',
    tooLarge: 'ファイルが大きすぎます（5 MB まで）。',
    before: 'まえ',
    after: 'あと',
    whole: '全文を見る',
    note: '説明',
    none: 'なし',
    kind: { added: '増えた', removed: 'なくなった', changed: '変わった', moved: '位置が変わった' },
  },
  en: {
    same: 'There is no difference. Both versions are the same.',
    onlyMoved: (n: number) => `The way the work takes and what is done are the same. Only the layout differs (${n}).`,
    found: (n: number, came: number, went: number, changed: number, moved: number) =>
      `${n} differences (${came} new, ${went} gone, ${changed} changed).${moved ? ` And ${moved} of the layout.` : ''}`,
    moved: (n: number) => `Differences of the layout (${n})`,
    failed: 'A version could not be loaded. Open this page again.',
    undrawn: 'The diagrams could not be drawn. The sentences below say what is different.',
    tooLarge: 'The file is too large (5 MB at most).',
    before: 'Before',
    after: 'After',
    whole: 'All of the text',
    note: 'Description',
    none: 'none',
    kind: { added: 'new', removed: 'gone', changed: 'changed', moved: 'moved' },
  },
}[language];

const SIGNS = { added: '＋', removed: '−', changed: '✎', moved: '➜' };
/** Below this the labels cannot be read. */
const READABLE = 0.6;
type Side = 'from' | 'to';

const page = document.querySelector<HTMLElement>('.compare');
if (page) void open(page);

/** The file of a side: chosen here, or where the page says it is. Nothing yet: null. */
async function load(host: HTMLElement, side: Side): Promise<string | null> {
  const url = host.dataset[side];
  if (url) return text(url);
  const file = host.querySelector<HTMLInputElement>(`input[data-side=${side}]`)?.files?.[0];
  if (!file) return null;
  if (file.size > MOST) throw new Unreadable(TEXT.tooLarge);
  return file.text();
}

async function open(host: HTMLElement) {
  const state = host.querySelector<HTMLElement>('.compare-state')!;
  const found = host.querySelector<HTMLElement>('.compare-found')!;
  const lists = host.querySelectorAll<HTMLElement>('.compare-list');
  const layout = host.querySelector<HTMLDetailsElement>('.compare-moved')!;
  const tell = (sentence: string, alarm = false) => {
    state.textContent = sentence;
    state.classList.toggle('alarm', alarm);
    state.classList.add('notice');
  };
  let drawing: Drawing | null = null;

  async function run() {
    host.removeAttribute('data-ready');
    try {
      const [before, after] = [await load(host, 'from'), await load(host, 'to')];
      if (before === null || after === null) return;
      const all = await differences(host.dataset.kind as Format, before, after, language);
      const work = all.filter((one) => one.kind !== 'moved');
      const moved = all.filter((one) => one.kind === 'moved');
      const count = (kind: Difference['kind']) => new Set(work.filter((one) => one.kind === kind && one.property === '').map((one) => one.element)).size;
      const changed = work.filter((one) => one.kind === 'changed').length;
      if (all.length === 0) tell(TEXT.same);
      else if (work.length === 0) tell(TEXT.onlyMoved(moved.length));
      else tell(TEXT.found(count('added') + count('removed') + changed, count('added'), count('removed'), changed, moved.length));
      lists[0].replaceChildren(...groups(work, host.dataset.kind === 'process'));
      lists[1].replaceChildren(...groups(moved, host.dataset.kind === 'process'));
      layout.hidden = moved.length === 0;
      layout.querySelector('summary')!.textContent = TEXT.moved(moved.length);
      host.querySelector<HTMLElement>('.compare-head')!.hidden = work.length === 0;
      const help = host.querySelector<HTMLElement>('.compare-help');
      if (help) help.hidden = work.length === 0;
      found.hidden = false;
      if (host.dataset.kind === 'decision') host.querySelector('.compare-tables')!.replaceChildren(...(await tables(before, after, language)).map(table));
      if (host.dataset.kind === 'process') {
        try {
          drawing ??= await draw(host);
          await drawing.show(before, after, all);
        } catch {
          host.querySelector<HTMLElement>('.compare-drawn')!.hidden = true;
          tell(`${state.textContent} ${TEXT.undrawn}`);
        }
      }
    } catch (error) {
      found.hidden = true;
      tell(error instanceof Unreadable ? error.message : TEXT.failed, true);
    }
    host.dataset.ready = 'true';
  }

  for (const input of host.querySelectorAll('input[type=file]')) input.addEventListener('change', () => void run());

  // ── from one to the next ─────────────────────────────────────────────────────────────────────────────────────────
  const buttons = () => [...host.querySelectorAll<HTMLButtonElement>('.compare-list button[data-n]')].filter((one) => one.checkVisibility?.() ?? true);
  const select = (button: HTMLButtonElement) => {
    host.querySelectorAll('[aria-current]').forEach((one) => one.removeAttribute('aria-current'));
    button.setAttribute('aria-current', 'true');
    drawing?.centre(button.dataset.element ?? '');
  };
  const step = (by: number, focus: boolean) => {
    const all = buttons();
    if (all.length === 0) return;
    const at = all.findIndex((one) => one.getAttribute('aria-current'));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
    select(next);
    if (focus) next.focus();
    else next.scrollIntoView({ block: 'nearest' });
  };
  host.addEventListener('click', (event) => {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>('.compare-list button[data-n]');
    if (!button) return;
    select(button);
    // Where the drawings do not stay in sight.
    if (getComputedStyle(host.querySelector('.compare-drawn')!).position !== 'sticky') host.querySelector('.compare-sides')!.scrollIntoView({ block: 'nearest' });
  });
  host.addEventListener('keydown', (event) => {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>('.compare-list button[data-n]');
    if (!button || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    event.preventDefault();
    host.querySelectorAll('[aria-current]').forEach((one) => one.removeAttribute('aria-current'));
    button.setAttribute('aria-current', 'true');
    step(event.key === 'ArrowDown' ? 1 : -1, true);
  });
  host.querySelector('[data-do=next]')?.addEventListener('click', () => step(1, false));
  host.querySelector('[data-do=previous]')?.addEventListener('click', () => step(-1, false));

  await run();
}

/** Sentences under the title of their element, in the order of the file. */
function groups(all: Difference[], drawn: boolean): HTMLElement[] {
  const byElement = new Map<string, Difference[]>();
  for (const one of all) byElement.set(`${one.element} ${one.group}`, [...(byElement.get(`${one.element} ${one.group}`) ?? []), one]);
  let n = 0;
  return [...byElement.values()].map((those) => {
    const section = document.createElement('section');
    const title = document.createElement('h3');
    title.append(sign(those[0].kind), those[0].group);
    const list = document.createElement('ul');
    for (const one of those) {
      const item = document.createElement('li');
      item.dataset.kind = one.kind;
      item.dataset.property = one.property;
      if (drawn) {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'link';
        button.dataset.n = String(n++);
        button.dataset.element = one.element;
        button.textContent = one.sentence;
        item.append(button);
      } else {
        item.append(one.sentence);
      }
      // Coordinates are for whoever wants them; a text that the sentence cuts short is there as a whole.
      if (one.sentence.includes('…') || (one.kind === 'moved' && (one.before || one.after))) item.append(whole(one));
      list.append(item);
    }
    section.append(title, list);
    return section;
  });
}

function sign(kind: Difference['kind']): HTMLElement {
  const mark = document.createElement('span');
  mark.className = `compare-sign ${kind}`;
  mark.setAttribute('role', 'img');
  mark.setAttribute('aria-label', TEXT.kind[kind]);
  mark.textContent = SIGNS[kind];
  return mark;
}

function whole(one: Difference): HTMLElement {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = TEXT.whole;
  const list = document.createElement('dl');
  for (const [name, value] of [
    [TEXT.before, one.before],
    [TEXT.after, one.after],
  ]) {
    const term = document.createElement('dt');
    term.textContent = name;
    const said = document.createElement('dd');
    said.textContent = value ?? TEXT.none;
    list.append(term, said);
  }
  details.append(summary, list);
  return details;
}

/** The newer table, with what was there before struck out. */
function table(one: Table): HTMLElement {
  const scroll = document.createElement('div');
  scroll.className = 'scroll';
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', one.title);
  const drawn = document.createElement('table');
  drawn.className = 'compare-table';
  const cell = (name: 'th' | 'td', kind: Mark, ...content: (string | Node)[]) => {
    const made = document.createElement(name);
    if (kind !== 'same') {
      made.classList.add(`is-${kind}`);
      if (name === 'th') made.append(sign(kind));
    }
    made.append(...content);
    return made;
  };
  const caption = document.createElement('caption');
  caption.textContent = one.title;
  drawn.append(caption);
  const head = drawn.createTHead().insertRow();
  head.append(cell('th', 'same', '#'), ...one.columns.map((column) => cell('th', column.kind, column.name)), cell('th', 'same', TEXT.note));
  head.querySelectorAll('th').forEach((made) => (made.scope = 'col'));
  const body = drawn.createTBody();
  for (const row of one.rows) {
    const line = body.insertRow();
    const number = cell('th', row.kind, row.number);
    number.setAttribute('scope', 'row');
    line.append(number, ...[...row.cells, row.note].map((said) => cell('td', 'same', ...both(row.kind, said))));
  }
  scroll.append(drawn);
  return scroll;
}

function both(kind: Mark, { before, after }: { before: string | null; after: string | null }): Node[] {
  const made = (name: 'del' | 'ins' | 'span', text: string) => {
    const element = document.createElement(name);
    // An empty cell of a table applies to everything.
    element.textContent = text === '' ? '–' : text;
    return element;
  };
  if (before === after || (kind === 'added' && after !== null)) return [made(kind === 'added' ? 'ins' : 'span', after ?? '')];
  return [...(before === null ? [] : [made('del', before)]), ' ', ...(after === null ? [] : [made('ins', after)])].map((one) => (typeof one === 'string' ? document.createTextNode(one) : one));
}

// ── on the diagrams ────────────────────────────────────────────────────────────────────────────────────────────────────

interface Drawing {
  show(before: string, after: string, all: Difference[]): Promise<void>;
  centre(element: string): void;
}

async function draw(host: HTMLElement): Promise<Drawing> {
  const canvasOf = (side: Side) => host.querySelector<HTMLElement>(`[data-of=${side}] .diagram-canvas`)!;
  const views: Record<Side, Drawn> = { from: await viewer(canvasOf('from')), to: await viewer(canvasOf('to')) };
  const other = (side: Side): Side => (side === 'from' ? 'to' : 'from');
  const sides: Side[] = ['from', 'to'];
  /** How much further the view of `to` is than that of `from`: not at all, unless an element was centred that lies elsewhere there. */
  let apart = { x: 0, y: 0 };
  let following = false;
  const alone = (does: () => void) => {
    following = true;
    does();
    following = false;
  };
  const look = (side: Side, box: Box) => views[side].canvas.viewbox({ x: box.x, y: box.y, width: box.width, height: box.height });
  const follow = (side: Side) => {
    if (following || !host.dataset.drawn) return;
    const box = views[side].canvas.viewbox();
    const sign = side === 'from' ? 1 : -1;
    alone(() => look(other(side), { ...box, x: box.x + sign * apart.x, y: box.y + sign * apart.y }));
  };
  for (const side of sides) views[side].events.on('canvas.viewbox.changed', () => follow(side));

  const all = () => {
    apart = { x: 0, y: 0 };
    const [a, b] = sides.map((side) => views[side].canvas.viewbox().inner);
    const x = Math.min(a.x, b.x) - 20;
    const y = Math.min(a.y, b.y) - 20;
    const box = { x, y, width: Math.max(a.x + a.width, b.x + b.width) + 20 - x, height: Math.max(a.y + a.height, b.y + b.height) + 20 - y };
    alone(() => sides.forEach((side) => look(side, box)));
  };
  const zoom = (by: number) => views.to.canvas.zoom(views.to.canvas.zoom() * by);
  const row = host.querySelector<HTMLElement>('.diagram-tools')!;
  row.hidden = false;
  for (const [name, action] of Object.entries({ all, in: () => zoom(1.25), out: () => zoom(0.8) })) {
    row.querySelector(`[data-do=${name}]`)!.addEventListener('click', action);
  }
  window.addEventListener('resize', () => {
    alone(() => sides.forEach((side) => views[side].canvas.resized()));
    follow('to');
  });

  let current = '';
  return {
    async show(before, after, differences) {
      delete host.dataset.drawn;
      await views.from.show(before);
      await views.to.show(after);
      const kinds = new Map<string, Difference['kind']>();
      for (const one of differences) {
        // What was changed and moved was changed; what came has its properties told as new, too.
        const known = kinds.get(one.element);
        if (known === undefined || known === 'moved') kinds.set(one.element, one.kind);
      }
      for (const [element, kind] of kinds) {
        for (const side of sides) {
          const shape = views[side].registry.get(element);
          if (!shape || (kind === 'added' && side === 'from') || (kind === 'removed' && side === 'to')) continue;
          views[side].canvas.addMarker(element, `compare-${kind}`);
          const mark = sign(kind);
          mark.classList.add('on-diagram');
          views[side].overlays.add(element, { position: corner(shape), html: mark });
        }
      }
      all();
      host.dataset.drawn = 'true';
    },
    centre(element) {
      for (const side of sides) if (current && views[side].registry.get(current)) views[side].canvas.removeMarker(current, 'compare-current');
      current = element;
      const middles = sides.map((side) => {
        const shape = views[side].registry.get(element);
        if (shape) views[side].canvas.addMarker(element, 'compare-current');
        return shape && middle(shape);
      });
      const [from, to] = [middles[0] ?? middles[1], middles[1] ?? middles[0]];
      if (!from || !to) {
        all();
        return;
      }
      apart = { x: to.x - from.x, y: to.y - from.y };
      alone(() =>
        sides.forEach((side, n) => {
          const { canvas } = views[side];
          if (canvas.zoom() < READABLE) canvas.zoom(READABLE + 0.15);
          const box = canvas.viewbox();
          const at = [from, to][n];
          look(side, { ...box, x: at.x - box.width / 2, y: at.y - box.height / 2 });
        }),
      );
    },
  };
}

type Shape = Box & { waypoints?: { x: number; y: number }[] };

function middle(shape: Shape) {
  if (!shape.waypoints) return { x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 };
  const half = shape.waypoints.length / 2;
  const [a, b] = [shape.waypoints[Math.ceil(half) - 1], shape.waypoints[Math.floor(half)]];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** The sign sits at the upper left of a shape, and in the middle of a line. */
function corner(shape: Shape) {
  if (!shape.waypoints) return { top: -12, left: -12 };
  const at = middle(shape);
  return { top: at.y - Math.min(...shape.waypoints.map((one) => one.y)) - 10, left: at.x - Math.min(...shape.waypoints.map((one) => one.x)) - 10 };
}
