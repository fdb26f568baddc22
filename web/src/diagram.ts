import { fit, text, tools, viewer } from './drawn';
import { language } from './words';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './diagram.css';
import './replay.css';

/**
 * The island that draws a process where a case or a task stands in it, or the way a case has gone (replay.ts). The diagram is the one
 * that was deployed, its labels as they are; what is marked stands beside it in words.
 */
const TEXT = {
  ja: { here: 'いまここ', times: (n: number) => `いまここ ×${n}`, failed: '図を読み込めませんでした。いまの位置は、上の言葉のとおりです。' },
  en: { here: 'Here', times: (n: number) => `Here ×${n}`, failed: 'The diagram could not be loaded. Where things stand is said above in words.' },
}[language];

interface Active {
  elementId: string;
  count: number;
}

async function draw(figure: HTMLElement) {
  const host = figure.querySelector<HTMLElement>('.diagram-canvas')!;
  try {
    const [{ canvas, registry, overlays, show }, xml] = await Promise.all([viewer(host), text(figure.dataset.xml!)]);
    await show(xml);
    const active = (JSON.parse(figure.dataset.active ?? '[]') as Active[]).filter((one) => registry.get(one.elementId));
    for (const { elementId, count } of active) {
      canvas.addMarker(elementId, 'here');
      const badge = document.createElement('span');
      badge.className = 'diagram-here';
      badge.textContent = count > 1 ? TEXT.times(count) : TEXT.here;
      overlays.add(elementId, { position: { top: -24, left: 0 }, html: badge });
    }
    const here = () => fit(canvas, active.map((one) => one.elementId));
    here();
    tools(figure, canvas, here);
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
for (const figure of document.querySelectorAll<HTMLElement>('figure.replay')) {
  void import('./replay').then(({ replay }) => replay(figure));
}
