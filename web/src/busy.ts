import { language } from './words';

/**
 * What takes more than a moment says so, and is not begun twice: plain forms, and links to what is made when it is asked for.
 * Without JavaScript the browser's own sign has to do. A button is not disabled, only said to be: it keeps the focus.
 */
const WORDS = {
  ja: { form: '送信しています…', upload: 'ファイルを送っています…', download: '準備しています…' },
  en: { form: 'Sending…', upload: 'Sending the file…', download: 'Preparing…' },
}[language];

/** How long until something that is quick would be done, and until it is believed lost, in milliseconds. */
const MOMENT = 400;
const LOST = 30_000;

const status = document.createElement('p');
status.className = 'working';
status.setAttribute('role', 'status');
document.body.append(status);

const busy = new Map<HTMLElement, number[]>();

function begin(control: HTMLElement, words: string) {
  control.setAttribute('aria-busy', 'true');
  control.setAttribute('aria-disabled', 'true');
  busy.set(control, [window.setTimeout(() => (status.textContent = words), MOMENT), window.setTimeout(() => end(control), LOST)]);
}

function end(control: HTMLElement) {
  busy.get(control)?.forEach((timer) => window.clearTimeout(timer));
  busy.delete(control);
  control.removeAttribute('aria-busy');
  control.removeAttribute('aria-disabled');
  if (busy.size === 0) status.textContent = '';
}

const sending = new WeakMap<HTMLFormElement, HTMLElement>();

document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== 'post') return;
  const before = sending.get(form);
  if (before && busy.has(before)) {
    event.preventDefault();
    return;
  }
  const control = event.submitter ?? form;
  sending.set(form, control);
  const file = [...form.querySelectorAll<HTMLInputElement>('input[type=file]')].some((input) => input.files?.length);
  begin(control, file ? WORDS.upload : WORDS.form);
});

document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest?.<HTMLAnchorElement>('a[download], a[href*=".pdf"], a[href*=".csv"]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (busy.has(link)) {
    event.preventDefault();
    return;
  }
  begin(link, WORDS.download);
  // A file that is saved leaves the page where it is, and no event says that it came: the answer brings this mark as a cookie
  // (jp.kasane.web.Arrivals). The link itself stays as it is for whoever copies it.
  const mark = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const before = link.href;
  const marked = new URL(before);
  marked.searchParams.set('arrival', mark);
  link.href = marked.href;
  window.setTimeout(() => (link.href = before));
  const look = window.setInterval(() => {
    if (!busy.has(link)) window.clearInterval(look);
    else if (document.cookie.includes(`kasane-arrival=${mark}`)) end(link);
  }, 200);
});

// Kept for "back", a page comes as it was left.
window.addEventListener('pageshow', () => [...busy.keys()].forEach(end));
