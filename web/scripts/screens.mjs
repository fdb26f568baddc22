// Photographs the main pages of a running Kasane for docs/pictures: `npm run screens [http://localhost:8080]`.
// It logs in as the demo's people and only looks, so it can be run against any installation that was started with the demo.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import packaged from '@sparticuz/chromium';
import { chromium } from 'playwright-core';

const address = (process.argv[2] ?? 'http://localhost:8080').replace(/\/$/, '');
const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const pictures = join(root, 'docs', 'pictures');

/** What is photographed: who looks, where, and how. `path` may be a link found on another page: [page, selector]. */
const SCREENS = [
  { name: 'home', who: 'coordinator', path: '/' },
  { name: 'task-list', who: 'coordinator', path: '/tasks?view=all' },
  { name: 'task', who: 'coordinator', path: ['/tasks?view=group', 'main tbody a[href^="/tasks/"]'] },
  { name: 'case', who: 'coordinator', path: ['/cases', 'main tbody tr:has-text("架空家") a[href^="/cases/"]'] },
  { name: 'case-diagram', who: 'coordinator', path: ['/cases', 'main tbody tr:has-text("架空家") a[href^="/cases/"]'], then: '/diagram', wait: 'figure[data-drawn]' },
  { name: 'consultation', who: 'reception', path: '/consultations/new' },
  { name: 'sittings', who: 'manager', path: '/sittings?view=month' },
  { name: 'settings-deadlines', who: 'manager', path: '/settings/deadlines' },
  { name: 'operations', who: 'admin', path: '/operations' },
  { name: 'home-en', who: 'coordinator', path: '/', language: 'en' },
  { name: 'case-en', who: 'coordinator', path: ['/cases', 'main tbody tr:has-text("架空家") a[href^="/cases/"]'], language: 'en' },
  { name: 'home-phone', who: 'coordinator', path: '/', width: 375 },
  { name: 'case-phone', who: 'coordinator', path: ['/cases', 'main tbody tr:has-text("架空家") a[href^="/cases/"]'], width: 375 },
  { name: 'case-dark', who: 'coordinator', path: ['/cases', 'main tbody tr:has-text("架空家") a[href^="/cases/"]'], scheme: 'dark' },
];

const system = '/usr/bin/chromium';
const browser = await chromium.launch(
  existsSync(system)
    ? { executablePath: system, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] }
    : { executablePath: await packaged.executablePath(), args: packaged.args },
);

async function loggedIn(who) {
  const context = await browser.newContext({ locale: 'ja-JP', timezoneId: 'Asia/Tokyo', deviceScaleFactor: 1 });
  const page = await context.newPage();
  await page.goto(`${address}/login`);
  await page.fill('#username', who);
  await page.fill('#password', who);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  return page;
}

try {
  mkdirSync(pictures, { recursive: true });
  const people = new Map();
  for (const { name, who, path, then = '', wait, language = 'ja', width = 1200, scheme = 'light' } of SCREENS) {
    if (!people.has(who)) people.set(who, await loggedIn(who));
    const page = people.get(who);
    await page.setViewportSize({ width, height: width < 600 ? 800 : 900 });
    await page.emulateMedia({ colorScheme: scheme });
    let target = path;
    if (Array.isArray(path)) {
      await page.goto(address + path[0]);
      target = await page.locator(path[1]).first().getAttribute('href');
    }
    const url = new URL(target.split('#')[0] + then, address);
    url.searchParams.set('lang', language);
    await page.goto(url.href);
    if (await page.locator('[data-form]').count()) await page.locator('#form .fjs-form').waitFor();
    if (wait) await page.locator(wait).first().waitFor();
    await page.evaluate(() => document.fonts.ready.then(() => null));
    // One screen of it, and not the cursor's or the mouse's trace: what is the same gives the same picture.
    const file = join(pictures, `${name}.png`);
    await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
    console.log(`${relative(root, file)} ${Math.round(statSync(file).size / 1000)} kB`);
  }
  for (const page of people.values()) await page.goto(`${address}/?lang=ja`);
} finally {
  await browser.close();
}
