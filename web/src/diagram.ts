import { language } from './words';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './diagram.css';

/**
 * The island that draws a process where a case or a task stands in it. The diagram is the one that was deployed, its labels as they
 * are; what is marked stands beside it in words. bpmn-js is fetched when a diagram comes into view. Its mark (bpmn.io) stays.
 */
const TEXT = {
  ja: { here: 'いまここ', times: (n: number) => `いまここ ×${n}`, failed: '図を読み込めませんでした。いまの位置は、上の言葉のとおりです。' },
  en: { here: 'Here', times: (n: number) => `Here ×${n}`, failed: 'The diagram could not be loaded. Where things stand is said above in words.' },
}[language];

interface Canvas {
  zoom(level?: number | 'fit-viewport', center?: { x: number; y: number } | 'auto'): number;
  addMarker(element: string, marker: string): void;
  scrollToElement(element: string, padding?: number): void;
}
interface Registry {
  get(id: string): { x: number; y: number; width: number; height: number } | undefined;
}
interface Overlays {
  add(element: string, overlay: { position: { top: number; left: number }; html: HTMLElement }): void;
}
interface Active {
  elementId: string;
  count: number;
}

/** Ours, so that a machine without a Japanese font shows the labels, too. */
const FONT = "'BIZ UDPGothic', sans-serif";

/** Below this the labels cannot be read: then the part is shown where things stand. */
const READABLE = 0.6;

async function draw(figure: HTMLElement) {
  const host = figure.querySelector<HTMLElement>('.diagram-canvas')!;
  try {
    const [{ default: NavigatedViewer }, answer] = await Promise.all([
      import('bpmn-js/lib/NavigatedViewer'),
      fetch(figure.dataset.xml!, { credentials: 'same-origin' }),
    ]);
    if (!answer.ok) throw new Error(String(answer.status));
    const xml = await answer.text();
    // Labels are broken into lines by their measured width: the parts of the font that they need must be there first.
    await document.fonts.load(`12px ${FONT}`, xml);
    const viewer = new NavigatedViewer({
      container: host,
      textRenderer: { defaultStyle: { fontFamily: FONT }, externalStyle: { fontFamily: FONT } },
    });
    await viewer.importXML(xml);
    const canvas = viewer.get<Canvas>('canvas');
    const registry = viewer.get<Registry>('elementRegistry');
    const overlays = viewer.get<Overlays>('overlays');
    const active = (JSON.parse(figure.dataset.active ?? '[]') as Active[]).filter((one) => registry.get(one.elementId));
    for (const { elementId, count } of active) {
      canvas.addMarker(elementId, 'here');
      const badge = document.createElement('span');
      badge.className = 'diagram-here';
      badge.textContent = count > 1 ? TEXT.times(count) : TEXT.here;
      overlays.add(elementId, { position: { top: -24, left: 0 }, html: badge });
    }
    const show = () => {
      const fitted = canvas.zoom('fit-viewport', 'auto');
      if (fitted < READABLE && active.length > 0) {
        canvas.zoom(READABLE + 0.15);
        canvas.scrollToElement(active[0].elementId, 60);
      }
    };
    show();
    const tools = figure.querySelector<HTMLElement>('.diagram-tools')!;
    tools.hidden = false;
    const press = (name: string, action: () => void) => tools.querySelector(`[data-do=${name}]`)?.addEventListener('click', action);
    press('in', () => canvas.zoom(canvas.zoom() * 1.25));
    press('out', () => canvas.zoom(canvas.zoom() / 1.25));
    press('all', () => canvas.zoom('fit-viewport', 'auto'));
    press('here', show);
    // A screen reader is told in words instead (the canvas is hidden from it): so the focus does not go there either.
    host.querySelectorAll<HTMLElement>('svg, a, [tabindex]').forEach((one) => one.setAttribute('tabindex', '-1'));
    figure.dataset.drawn = 'true';
  } catch {
    host.textContent = TEXT.failed;
    host.style.height = 'auto';
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    seen.unobserve(entry.target);
    void draw(entry.target as HTMLElement);
  }
});
document.querySelectorAll('figure.diagram').forEach((figure) => seen.observe(figure));
