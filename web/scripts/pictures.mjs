// Draws every processes/*.bpmn to processes/pictures/<id>.svg with bpmn-js: `npm run pictures`.
// The same diagram gives the same bytes on every machine: the font comes from our own packages, nothing is random. Each
// picture carries the SHA-256 of its diagram, so that PicturesTest can tell one that is older.
// Whoever looks at a picture may not have that font. So lines are broken as if every kana were as wide as it is high, which
// no Japanese font exceeds; with a proportional one alone, words would stick out of their boxes elsewhere.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import packaged from '@sparticuz/chromium';
import { chromium } from 'playwright-core';

const web = fileURLToPath(new URL('..', import.meta.url));
const processes = resolve(web, '..', 'processes');
const pictures = join(processes, 'pictures');
const modules = join(web, 'node_modules');
const font = 'BIZ UDPGothic';
// Never looked up: every request to it is answered from node_modules.
const origin = 'http://pictures.invalid';

const system = '/usr/bin/chromium';
const browser = await chromium.launch(
  existsSync(system)
    ? { executablePath: system, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] }
    : { executablePath: await packaged.executablePath(), args: packaged.args },
);
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') return route.fulfill({ contentType: 'text/html; charset=utf-8', body: shell() });
    const path = resolve(modules, `.${decodeURIComponent(pathname)}`);
    return path.startsWith(modules + sep) && existsSync(path) ? route.fulfill({ path }) : route.abort();
  });
  await page.goto(origin);

  mkdirSync(pictures, { recursive: true });
  const ids = readdirSync(processes)
    .filter((name) => name.endsWith('.bpmn'))
    .map((name) => basename(name, '.bpmn'))
    .sort();
  for (const id of ids) {
    const diagram = readFileSync(join(processes, `${id}.bpmn`), 'utf8').replaceAll('\r\n', '\n');
    const svg = await page.evaluate(draw, { diagram, font });
    writeFileSync(join(pictures, `${id}.svg`), finished(svg, id, diagram));
    console.log(`processes/pictures/${id}.svg`);
  }
  for (const name of readdirSync(pictures)) {
    if (name.endsWith('.svg') && !ids.includes(basename(name, '.svg'))) {
      rmSync(join(pictures, name));
      console.log(`processes/pictures/${name} removed: it has no diagram`);
    }
  }
} finally {
  await browser.close();
}

function shell() {
  return `<!doctype html><html lang="ja"><meta charset="utf-8">
    <link rel="stylesheet" href="/@fontsource/biz-udpgothic/400.css">
    <link rel="stylesheet" href="/bpmn-js/dist/assets/diagram-js.css">
    <script src="/bpmn-js/dist/bpmn-viewer.production.min.js"></script>
    <div id="canvas" style="width: 1600px; height: 1000px"></div></html>`;
}

/** Runs in the page. Labels are measured while they are drawn, so the font has to be there first, for every letter. */
async function draw({ diagram, font }) {
  if (!window.measured) {
    window.measured = true;
    const measure = CanvasRenderingContext2D.prototype.measureText;
    CanvasRenderingContext2D.prototype.measureText = function (text) {
      const size = parseFloat(/([\d.]+)px/.exec(this.font)[1]);
      const width = [...text].reduce((sum, letter) => sum + (letter < '\u0100' ? 0.6 : 1) * size, 0);
      const { fontBoundingBoxAscent, fontBoundingBoxDescent, actualBoundingBoxAscent, actualBoundingBoxDescent } =
        measure.call(this, text);
      return { width, fontBoundingBoxAscent, fontBoundingBoxDescent, actualBoundingBoxAscent, actualBoundingBoxDescent };
    };
  }
  await document.fonts.load(`12px "${font}"`, diagram);
  const viewer = new window.BpmnJS({
    container: '#canvas',
    textRenderer: {
      defaultStyle: { fontFamily: `"${font}", sans-serif` },
      externalStyle: { fontFamily: `"${font}", sans-serif` },
    },
  });
  try {
    const { warnings } = await viewer.importXML(diagram);
    if (warnings.length > 0) throw new Error(warnings.map((warning) => warning.message).join('\n'));
    return (await viewer.saveSVG()).svg;
  } finally {
    viewer.destroy();
  }
}

/** bpmn-js numbers its arrowheads at random and leaves the ground open, which on a dark page hides the lines. */
function finished(svg, id, diagram) {
  const names = new Map([...svg.matchAll(/\sid="([^"]+)"/g)].map(([, name], index) => [name, `mark-${index + 1}`]));
  const sha256 = createHash('sha256').update(diagram).digest('hex');
  const [x, y, width, height] = /viewBox="([^"]+)"/.exec(svg)[1].split(' ').map(Number);
  const box = [Math.floor(x) - 6, Math.floor(y) - 6, Math.ceil(width) + 13, Math.ceil(height) + 13];
  return (
    svg
      .replace(/\sid="([^"]+)"/g, (_, name) => ` id="${names.get(name)}"`)
      .replace(/url\(((?:&quot;|['"])?)#([^)'"&]+)\1\)/g, (_, quote, name) => `url(#${names.get(name)})`)
      .replace(/<!DOCTYPE[^>]*>\s*/, `<!-- npm run pictures: drawn from ${id}.bpmn, sha256 ${sha256} -->\n`)
      .replace(/<svg[^>]*>/, (open) =>
        open
          .replace(/width="[^"]+" height="[^"]+" viewBox="[^"]+"/, `width="${box[2]}" height="${box[3]}" viewBox="${box.join(' ')}"`)
          .concat(`<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="white"/>`),
      )
      .trimEnd() + '\n'
  );
}
