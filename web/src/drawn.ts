/** bpmn-js as the islands use it: fetched when a diagram comes into view, for looking only. Its mark (bpmn.io) stays. */
export interface Canvas {
  zoom(level?: number | 'fit-viewport', center?: { x: number; y: number } | 'auto'): number;
  addMarker(element: string, marker: string): void;
  removeMarker(element: string, marker: string): void;
  scrollToElement(element: string, padding?: number): void;
  viewbox(box?: Box): Box & { scale: number; inner: Box };
  resized(): void;
}
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Events {
  on(event: string, does: () => void): void;
}
export interface Registry {
  get(id: string): (Box & { waypoints?: { x: number; y: number }[] }) | undefined;
}
export interface Overlays {
  add(element: string, overlay: { position: { top?: number; left?: number; bottom?: number; right?: number }; html: HTMLElement }): void;
  clear(): void;
}
export interface Drawn {
  canvas: Canvas;
  registry: Registry;
  overlays: Overlays;
  events: Events;
  show(xml: string): Promise<void>;
}

/** Ours, so that a machine without a Japanese font shows the labels, too. */
const FONT = "'BIZ UDPGothic', sans-serif";

/** Below this the labels cannot be read: then the part is shown where things stand. */
const READABLE = 0.6;

export async function text(url: string): Promise<string> {
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

export async function viewer(host: HTMLElement): Promise<Drawn> {
  const { default: NavigatedViewer } = await import('bpmn-js/lib/NavigatedViewer');
  const viewer = new NavigatedViewer({
    container: host,
    textRenderer: { defaultStyle: { fontFamily: FONT }, externalStyle: { fontFamily: FONT } },
  });
  // A screen reader is told in words instead (the canvas is hidden from it): so the focus does not go there either, from the start.
  const passOver = () => host.querySelectorAll<HTMLElement>('svg, a, [tabindex]').forEach((one) => one.setAttribute('tabindex', '-1'));
  passOver();
  return {
    canvas: viewer.get<Canvas>('canvas'),
    registry: viewer.get<Registry>('elementRegistry'),
    overlays: viewer.get<Overlays>('overlays'),
    events: viewer.get<Events>('eventBus'),
    async show(xml: string) {
      // Labels are broken into lines by their measured width: the parts of the font that they need must be there first.
      await document.fonts.load(`12px ${FONT}`, xml);
      await viewer.importXML(xml);
      passOver();
    },
  };
}

/** All of the diagram, or as much as can be read around the first of what is marked. */
export function fit(canvas: Canvas, marked: string[]) {
  const fitted = canvas.zoom('fit-viewport', 'auto');
  if (fitted < READABLE && marked.length > 0) {
    canvas.zoom(READABLE + 0.15);
    canvas.scrollToElement(marked[0], 60);
  }
}

/** The buttons below a diagram. */
export function tools(figure: HTMLElement, canvas: Canvas, here: () => void) {
  const row = figure.querySelector<HTMLElement>('.diagram-tools')!;
  row.hidden = false;
  const press = (name: string, action: () => void) => row.querySelector(`[data-do=${name}]`)?.addEventListener('click', action);
  press('in', () => canvas.zoom(canvas.zoom() * 1.25));
  press('out', () => canvas.zoom(canvas.zoom() / 1.25));
  press('all', () => canvas.zoom('fit-viewport', 'auto'));
  press('here', here);
}
