import { fit, text, tools, viewer } from './drawn';
import { language } from './words';

/**
 * The island that goes through a case's way on its diagrams. What it shows comes from the API: which elements were entered, when, and
 * by whom; the words are those of the tables below it, which say the same without it. Positions of the slider are moments at which
 * something began or ended, so that every key press shows something new.
 */
interface Version {
  since: string;
  version: number;
  definition: string;
}
interface Step {
  key: string;
  elementId: string;
  type: string;
  state: string;
  startedAt: string;
  endedAt: string | null;
  formerly: { elementId: string; until: string }[];
  who: string | null;
  elsewhere: boolean;
  called: string[];
}
interface Course {
  id: string;
  parent: string | null;
  calledFrom: string | null;
  state: string;
  startedAt: string;
  endedAt: string | null;
  versions: Version[];
  steps: Step[];
  flows: { elementId: string; at: string }[];
  moments: string[];
}

const TEXT = {
  ja: {
    position: (moment: string, n: number, of: number) => `${moment}（${n} / ${of}）`,
    version: (n: number) => `その時点の図：第${n}版`,
    migrated: (n: number, when: string) => `${when} に第${n}版へ移行しました。`,
    span: (d: number, h: number, m: number, s: number) => (d ? `${d}日${h}時間` : h ? `${h}時間${m}分` : m ? `${m}分${s}秒` : `${s}秒`),
    times: (n: number) => `${n}回 `,
    here: 'ここ',
    outside: 'かさねの外',
    inside: (n: number) => (n > 1 ? `中を見る（${n}回）` : '中を見る'),
    run: (n: number, from: string) => `${n} 回目（${from} から）`,
    failed: '図を読み込めませんでした。経過は、下の表のとおりです。',
  },
  en: {
    position: (moment: string, n: number, of: number) => `${moment} (${n} of ${of})`,
    version: (n: number) => `Diagram then: version ${n}`,
    migrated: (n: number, when: string) => `Migrated to version ${n} on ${when}.`,
    span: (d: number, h: number, m: number, s: number) => (d ? `${d} d ${h} h` : h ? `${h} h ${m} min` : m ? `${m} min ${s} s` : `${s} s`),
    times: (n: number) => `${n}× `,
    here: 'here',
    outside: 'outside of Kasane',
    inside: (n: number) => (n > 1 ? `Look inside (${n} runs)` : 'Look inside'),
    run: (n: number, from: string) => `Run ${n} (from ${from})`,
    failed: 'The diagram could not be loaded. The tables below say the same.',
  },
}[language];

const WRITTEN = new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP-u-ca-japanese' : 'en-GB', {
  timeZone: 'Asia/Tokyo',
  ...(language === 'ja' ? { era: 'long' as const } : {}),
  year: 'numeric',
  month: language === 'ja' ? 'long' : 'short',
  day: 'numeric',
  weekday: 'short',
  hour: 'numeric',
  minute: '2-digit',
  second: '2-digit',
});
const written = (time: number) => WRITTEN.format(time);

const span = (ms: number) => {
  const s = Math.max(0, Math.floor(ms / 1000));
  return TEXT.span(Math.floor(s / 86_400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60, s % 60);
};

/** To the millisecond, as the engine has it. */
const time = (text: string) => Date.parse(text);

/** Nothing is ever in these for long enough to be told. */
const NEVER_TOLD = new Set(['SUB_PROCESS', 'EVENT_SUB_PROCESS', 'MULTI_INSTANCE_BODY']);

/** How long a moment is shown while it plays. */
const PACE = 1200;

export async function replay(figure: HTMLElement) {
  const one = <T extends HTMLElement>(selector: string) => figure.querySelector<T>(selector)!;
  const host = one('.diagram-canvas');
  const slider = one<HTMLInputElement>('#replay-moment');
  const output = one('output');
  const versionText = one('#replay-version');
  const choice = one<HTMLSelectElement>('#replay-course');
  const runs = one<HTMLSelectElement>('#replay-run');
  const crumbs = one('.crumbs ol');
  const play = one<HTMLButtonElement>('[data-do=play]');
  const all = document.querySelector<HTMLInputElement>('#replay-all')!;
  const tables = [...document.querySelectorAll<HTMLElement>('[data-course]')];
  const table = (id: string) => tables.find((each) => each.dataset.course === id);
  figure.hidden = false;
  try {
    const { asOf, courses } = JSON.parse(await text(figure.dataset.replay!)) as { asOf: string; courses: Course[] };
    const course = new Map(courses.map((each) => [each.id, each]));
    const { canvas, registry, overlays, show } = await viewer(host);
    const diagrams = new Map<string, Promise<string>>();
    const diagram = (definition: string) => {
      if (!diagrams.has(definition)) diagrams.set(definition, text(`/api/v1/processes/definitions/${definition}/diagram`));
      return diagrams.get(definition)!;
    };

    let shown = course.get(figure.dataset.first!) ?? courses[0];
    let drawn = '';
    let marked: [string, string][] = [];
    let active: string[] = [];
    let turn = 0;

    const over = (of: Course) => (of.endedAt ? time(of.endedAt) : of.state === 'ACTIVE' ? time(asOf) : time(of.moments[of.moments.length - 1]));
    const versionAt = (of: Course, at: number) => of.versions.filter((each) => time(each.since) <= at).pop() ?? of.versions[0];
    const idAt = (step: Step, at: number) => step.formerly.find((each) => at < time(each.until))?.elementId ?? step.elementId;
    const name = (of: Course) => table(of.id)?.dataset.name ?? '';
    const moment = () => time(shown.moments[Number(slider.value)]);

    /** Marks what was taken and what was under way, and says so. */
    async function mark() {
      const mine = ++turn;
      const at = moment();
      const last = Number(slider.value) === shown.moments.length - 1;
      const version = versionAt(shown, at);
      if (version.definition !== drawn) {
        const xml = await diagram(version.definition);
        if (mine !== turn) return;
        await show(xml);
        drawn = version.definition;
        marked = [];
        fit(canvas, []);
      }
      if (mine !== turn) return;
      marked.forEach(([element, marker]) => canvas.removeMarker(element, marker));
      overlays.clear();
      marked = [];
      active = [];
      const set = (element: string, marker: string) => {
        if (!registry.get(element) || marked.some(([e, m]) => e === element && m === marker)) return;
        canvas.addMarker(element, marker);
        marked.push([element, marker]);
      };
      const until = last ? Infinity : at;
      for (const flow of shown.flows) if (time(flow.at) <= until) set(flow.elementId, 'taken');
      const visits = new Map<string, { spent: number; times: number; who: string[]; now: boolean; type: string; called: string[] }>();
      for (const step of shown.steps) {
        const began = time(step.startedAt);
        if (began > until) continue;
        const ended = step.endedAt ? time(step.endedAt) : over(shown);
        const goesOn = step.endedAt ? ended > until : shown.state === 'ACTIVE' || !last;
        const id = idAt(step, at);
        const visit = visits.get(id) ?? { spent: 0, times: 0, who: [], now: false, type: step.type, called: [] };
        visit.spent += Math.max(0, Math.min(ended, last ? over(shown) : at) - began);
        visit.times++;
        visit.now ||= goesOn;
        if (!goesOn) {
          const who = step.who ?? (step.elsewhere ? TEXT.outside : null);
          if (who && !visit.who.includes(who)) visit.who.push(who);
        }
        visit.called.push(...step.called.filter((each) => time(course.get(each)!.startedAt) <= until));
        visits.set(id, visit);
      }
      for (const [id, visit] of visits) {
        if (!registry.get(id)) continue;
        set(id, NEVER_TOLD.has(visit.type) ? 'around' : 'taken');
        if (NEVER_TOLD.has(visit.type)) continue;
        if (visit.now) {
          set(id, 'here');
          active.push(id);
        }
        if (visit.now || visit.who.length > 0 || visit.spent >= 1000) {
          const note = document.createElement('span');
          note.className = visit.now ? 'replay-note now' : 'replay-note';
          const spent = (visit.times > 1 ? TEXT.times(visit.times) : '') + span(visit.spent);
          note.textContent = [visit.now ? TEXT.here : null, ...visit.who, spent].filter(Boolean).join(' ');
          overlays.add(id, { position: { top: -20, left: 0 }, html: note });
        }
        if (visit.called.length > 0) {
          const inside = document.createElement('button');
          inside.type = 'button';
          inside.tabIndex = -1;
          inside.className = 'replay-inside';
          inside.dataset.inside = id;
          inside.textContent = TEXT.inside(visit.called.length);
          // The newest run that had begun by then; the others are chosen above the diagram.
          inside.addEventListener('click', () => void open(visit.called[visit.called.length - 1], moment()));
          overlays.add(id, { position: { bottom: 27, left: 4 }, html: inside });
        }
      }
      const said = TEXT.position(written(at), Number(slider.value) + 1, shown.moments.length);
      slider.setAttribute('aria-valuetext', said);
      output.textContent = said;
      const before = shown.versions[shown.versions.indexOf(version) - 1];
      versionText.textContent = TEXT.version(version.version) + (before ? ' ' + TEXT.migrated(version.version, written(time(version.since))) : '');
      for (const row of table(shown.id)?.querySelectorAll<HTMLElement>('[data-step]') ?? []) {
        const step = shown.steps.find((each) => each.key === row.dataset.step)!;
        const began = time(step.startedAt) <= until;
        const goesOn = began && (step.endedAt ? time(step.endedAt) > until : shown.state === 'ACTIVE' || !last);
        row.hidden = !began;
        row.classList.toggle('now', goesOn);
        const end = Math.min(step.endedAt ? time(step.endedAt) : over(shown), last ? over(shown) : at);
        row.querySelector('[data-took]')!.textContent = span(end - time(step.startedAt));
      }
      figure.dataset.drawn = 'true';
    }

    /** Shows another diagram at the same moment, or as near to it as it was there. */
    async function open(id: string, at: number | null) {
      stop();
      const next = course.get(id);
      if (!next) return;
      shown = next;
      drawn = '';
      slider.max = String(shown.moments.length - 1);
      const reached = at === null ? shown.moments.length : shown.moments.filter((each) => time(each) <= at).length;
      slider.value = String(Math.max(0, reached - 1));
      const way: Course[] = [];
      for (let each: Course | undefined = shown; each; each = each.parent ? course.get(each.parent) : undefined) way.unshift(each);
      choice.value = way[0].id;
      crumbs.replaceChildren(
        ...way.map((each, place) => {
          const item = document.createElement('li');
          if (place === way.length - 1) {
            item.textContent = name(each);
            item.setAttribute('aria-current', 'true');
          } else {
            const back = document.createElement('button');
            back.type = 'button';
            back.textContent = name(each);
            back.addEventListener('click', () => void open(each.id, moment()));
            item.append(back);
          }
          return item;
        }),
      );
      const caller = shown.parent ? course.get(shown.parent) : undefined;
      const element = caller?.steps.find((each) => each.key === shown.calledFrom)?.elementId;
      const siblings = caller ? caller.steps.filter((each) => each.elementId === element).flatMap((each) => each.called) : [];
      runs.parentElement!.hidden = siblings.length < 2;
      runs.replaceChildren(
        ...siblings.map((each, n) => new Option(TEXT.run(n + 1, written(time(course.get(each)!.startedAt))), each, false, each === shown.id)),
      );
      hideTables();
      await mark();
      fit(canvas, active);
    }

    function hideTables() {
      tables.forEach((each) => (each.hidden = !all.checked && each.dataset.course !== shown.id));
    }

    let playing: number | undefined;
    function stop() {
      window.clearInterval(playing);
      playing = undefined;
      play.textContent = play.dataset.play!;
    }
    function go(by: number) {
      const to = Number(slider.value) + by;
      if (to < 0 || to > Number(slider.max)) return stop();
      slider.value = String(to);
      void mark();
    }
    play.addEventListener('click', () => {
      if (playing !== undefined) return stop();
      if (slider.value === slider.max) slider.value = '0';
      play.textContent = play.dataset.pause!;
      void mark();
      playing = window.setInterval(() => go(1), PACE);
    });
    one('[data-do=back]').addEventListener('click', () => (stop(), go(-1)));
    one('[data-do=forward]').addEventListener('click', () => (stop(), go(1)));
    slider.addEventListener('input', () => (stop(), void mark()));
    choice.addEventListener('change', () => void open(choice.value, null));
    runs.addEventListener('change', () => void open(runs.value, null));
    all.closest<HTMLElement>('.replay-all')!.hidden = false;
    all.addEventListener('change', hideTables);
    // From the tables, too: without a mouse this is the way into another diagram.
    for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-open]')) {
      link.addEventListener('click', (event) => {
        event.preventDefault();
        const id = link.hash.slice(3);
        void open(id, id === shown.parent ? moment() : null).then(() => table(id)?.focus());
      });
    }
    tools(figure, canvas, () => fit(canvas, active));
    await open(shown.id, null);
  } catch {
    host.textContent = TEXT.failed;
    host.style.height = 'auto';
  }
}
