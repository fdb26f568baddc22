import './words';
import { language } from './words';
import { createForm } from '@bpmn-io/form-js-viewer';
import { options } from 'preact';
import './calendar';
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import './form.css';

// form-js takes over what was entered in effects, which Preact runs some frames later: a quick hand types into a field that is
// emptied or drawn anew under it. Run at once, they are over before the next key or click arrives.
options.requestAnimationFrame = (effects) => queueMicrotask(effects);

/**
 * The one island for every form: draws the Camunda Form of the page, keeps a draft while somebody types, and submits it to the
 * REST API. What is right and complete is decided by the server; its sentences are shown here.
 */
const TEXT = {
  ja: {
    saved: (time: string) => `下書きを保存しました（${time}）`,
    notSaved: '下書きを保存できませんでした。通信を確かめてください。',
    sending: '送信しています…',
    failed: '送信できませんでした。入力した内容はこの画面に残っています。もう一度お試しください。',
    check: '入力内容を確認してください。',
    loggedOut: 'ログインの時間が切れました。入力した内容はこの画面に残っています。下のリンクからログインし、この画面に戻って、もう一度送信してください。',
    login: '別の画面でログインする',
    somebodyElse: '別の人としてログインしています。入力した内容はこの画面に残っています。元の人としてログインし直してから、送信してください。',
  },
  en: {
    saved: (time: string) => `Draft saved (${time})`,
    notSaved: 'The draft could not be saved. Please check your connection.',
    sending: 'Sending…',
    failed: 'Could not be sent. What you entered is still on this page; please try again.',
    check: 'Please check what you entered.',
    loggedOut: 'You have been logged out. What you entered is still on this page: log in with the link below, come back to this page and send it again.',
    login: 'Log in on another page',
    somebodyElse: 'Somebody else is logged in now. What you entered is still on this page: log in as yourself again, then send it.',
  },
}[language];

interface Problem {
  detail?: string;
  fields?: { field: string; label: string; message: string }[];
}

const page = document.querySelector<HTMLElement>('[data-form]')!;
const status = document.getElementById('form-status')!;
const errors = document.getElementById('form-errors')!;
const submitButton = document.getElementById('form-submit') as HTMLButtonElement;

const meta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name=${name}]`);

const once = (method: string, url: string, body: unknown) =>
  fetch(url, {
    method,
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-XSRF-TOKEN': meta('_csrf')?.content ?? '' },
    body: JSON.stringify(body),
  });

/** Who is logged in now: somebody may have logged in again on another page, which makes this page's token stale. */
async function session(): Promise<'gone' | 'same' | 'other'> {
  const answer = await fetch('/api/v1/session', { credentials: 'same-origin', headers: { Accept: 'application/json' } });
  if (!answer.ok) return 'gone';
  const now = (await answer.json()) as { login: string; token: string };
  if (now.login !== meta('kasane-user')?.content) return 'other';
  meta('_csrf')?.setAttribute('content', now.token);
  return 'same';
}

/** Sends; with a fresh token where the page's was stale. A word instead of an answer: nobody is logged in, or somebody else. */
async function send(method: string, url: string, body: unknown): Promise<Response | 'gone' | 'other'> {
  const answer = await once(method, url, body);
  if (answer.status !== 401 && answer.status !== 403) return answer;
  const who = await session();
  if (who !== 'same') return who;
  // Either the token is fresh now, or this really is forbidden and the sentence says why.
  return once(method, url, body);
}

function showErrors(heading: string, lines: string[]) {
  errors.replaceChildren();
  const title = document.createElement('h2');
  title.textContent = heading;
  const list = document.createElement('ul');
  for (const line of lines) {
    const item = document.createElement('li');
    item.textContent = line;
    list.append(item);
  }
  errors.append(title, list);
  errors.hidden = false;
  errors.focus();
}

/** What was typed stays; the way back in opens beside it. */
function showSession(lost: 'gone' | 'other') {
  showErrors(lost === 'gone' ? TEXT.loggedOut : TEXT.somebodyElse, []);
  const link = document.createElement('a');
  link.href = '/login';
  link.target = '_blank';
  link.rel = 'noopener';
  link.className = 'button';
  link.textContent = TEXT.login;
  errors.append(link);
}

/** What a page asks beside its form: a reason, when it was done, for whom. A time of day is Japan's. */
function extras(): Record<string, unknown> {
  const extra: Record<string, unknown> = {};
  for (const field of document.querySelectorAll<HTMLInputElement>('[data-extra]')) {
    const name = field.dataset.extra!;
    if (field.type === 'checkbox') extra[name] = field.checked;
    else if (field.value !== '') extra[name] = field.type === 'datetime-local' ? `${field.value}:00+09:00` : field.value;
  }
  return extra;
}

interface Component {
  id: string;
  components?: Component[];
  validate?: { pattern?: string };
  properties?: { role?: string };
}

/** Fields that carry a number from the list and back (forms/README.md): form-js sends nothing that it hides itself. */
function carriers(components: Component[]): string[] {
  return components.flatMap((component) => [
    ...(component.properties?.role === 'hidden' ? [component.id] : []),
    ...carriers(component.components ?? []),
  ]);
}

function patternedFields(schema: { components: Component[] }): string[] {
  return schema.components.flatMap((component) => [
    ...(component.validate?.pattern ? [component.id] : []),
    ...(component.components ? patternedFields({ components: component.components }) : []),
  ]);
}

async function start() {
  const container = document.getElementById('form')!;
  container.replaceChildren();
  const unseen = new CSSStyleSheet();
  for (const id of carriers((JSON.parse(page.dataset.schema!) as { components: Component[] }).components)) {
    unseen.insertRule(`.fjs-form-field-textfield:has([id*="-${id}"]) { display: none; }`);
  }
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, unseen];
  const form = await createForm({ container, schema: JSON.parse(page.dataset.schema!), data: JSON.parse(page.dataset.values!) });
  if (page.dataset.readonly === 'true') {
    form.setProperty('readOnly', true);
    return;
  }

  // form-js keeps options and context in the same data: the server sorts out what the form asks.
  const entered = () => (form as unknown as { _getSubmitData(): Record<string, unknown> })._getSubmitData();

  let timer: number | undefined;
  let sent = false;
  let unsaved = false;
  const draftUrl = page.dataset.draftUrl;
  const saveDraft = async () => {
    if (!draftUrl || sent) return;
    try {
      const answer = await send('PUT', draftUrl, entered());
      if (typeof answer === 'string') {
        showSession(answer);
        status.textContent = TEXT.notSaved;
        return;
      }
      unsaved = !answer.ok;
      status.textContent = answer.ok
        ? TEXT.saved(new Date().toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' }))
        : TEXT.notSaved;
    } catch {
      status.textContent = TEXT.notSaved;
    }
  };
  // Digits typed in full width are digits: where a field wants a certain pattern (a telephone number), they become what it expects.
  const patterned = new Set(patternedFields(JSON.parse(page.dataset.schema!)));
  const fold = (event: Event) => {
    const input = event.target as HTMLInputElement;
    if (input.tagName !== 'INPUT' || (event as InputEvent).isComposing || ![...patterned].some((id) => input.id.includes(`-${id}`))) return;
    const folded = input.value.normalize('NFKC').replace(/[‐‑‒–—―−ー]/g, '-');
    if (folded === input.value) return;
    // form-js looks at the field after this; and once more where an input method has ended, after which no input follows.
    input.value = folded;
    if (event.type === 'compositionend') input.dispatchEvent(new Event('input', { bubbles: true }));
  };
  container.addEventListener('input', fold, true);
  container.addEventListener('compositionend', fold, true);

  // Leaving one field may move what stands below it (a sentence appears, a text takes less room) just while somebody clicks there:
  // the browser then finds the button let go over something else, and nothing happens. What was pressed is what was meant.
  let pressed: { control: HTMLElement; x: number; y: number } | undefined;
  document.addEventListener('pointerdown', (event) => {
    const control = (event.target as Element).closest<HTMLElement>('input, label, button, a');
    pressed = control && event.button === 0 ? { control, x: event.clientX, y: event.clientY } : undefined;
  });
  document.addEventListener('pointerup', (event) => {
    const meant = pressed;
    pressed = undefined;
    if (!meant?.control.isConnected || meant.control.contains(event.target as Node)) return;
    const still = Math.hypot(event.clientX - meant.x, event.clientY - meant.y) < 4;
    if (still) meant.control.click();
  });

  // Drawing the form is a change, too: only what a person does is worth a draft.
  let touched = false;
  for (const kind of ['input', 'change', 'click', 'keydown']) container.addEventListener(kind, () => (touched = true));
  // The browser asks before a page is left on which something was typed that is kept nowhere.
  window.addEventListener('beforeunload', (event) => {
    if (unsaved && !sent) event.preventDefault();
  });
  form.on('changed', () => {
    if (!touched) return;
    unsaved = true;
    if (!draftUrl) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(saveDraft, 1200);
  });

  const ready = () => {
    submitButton.disabled = false;
    submitButton.removeAttribute('aria-busy');
  };
  // Kept for "back", the page would come with a button that nobody can press.
  window.addEventListener('pageshow', (event) => event.persisted && ready());
  submitButton.addEventListener('click', async () => {
    window.clearTimeout(timer);
    errors.hidden = true;
    const found = form.validate();
    // A date that cannot be read, or one without its hour, is no value to form-js: it would be left out in silence.
    const halfFilled = container.querySelector('.fjs-form-field-datetime.fjs-has-errors') !== null;
    if (Object.keys(found).length > 0 || halfFilled) {
      showErrors(TEXT.check, []);
      const first = container.querySelector<HTMLElement>('.fjs-has-errors input, .fjs-has-errors textarea, .fjs-has-errors select');
      first?.focus();
      first?.scrollIntoView({ block: 'center' });
      return;
    }
    submitButton.disabled = true;
    submitButton.setAttribute('aria-busy', 'true');
    status.textContent = TEXT.sending;
    try {
      const answer = await send('POST', page.dataset.submitUrl!, { data: entered(), ...extras() });
      if (typeof answer === 'string') {
        showSession(answer);
        status.textContent = '';
        ready();
        return;
      }
      if (answer.ok) {
        sent = true;
        const result = (await answer.json()) as Record<string, string>;
        location.assign(page.dataset.next!.replace(/\{(\w+)\}/g, (_, id: string) => result[id] ?? ''));
        return;
      }
      const problem = (await answer.json().catch(() => ({}))) as Problem;
      showErrors(
        problem.fields ? TEXT.check : (problem.detail ?? TEXT.failed),
        (problem.fields ?? []).map((field) => `「${field.label}」${field.message}`),
      );
    } catch {
      showErrors(TEXT.failed, []);
    }
    status.textContent = '';
    ready();
  });
}

void start();
