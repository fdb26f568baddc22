/** 会議を進める: keeps what is written while the meeting is held, and says so when somebody else writes, too. */
const form = document.getElementById('hold') as HTMLFormElement | null;

function token(): string {
  return document.querySelector<HTMLMetaElement>('meta[name=_csrf]')?.content ?? '';
}

function entered(page: HTMLFormElement): Record<string, string> {
  const data: Record<string, string> = {};
  new FormData(page).forEach((value, name) => {
    if (typeof value === 'string' && !['_csrf', 'version', 'more', 'action'].includes(name)) data[name] = value;
  });
  return data;
}

function count(page: HTMLFormElement) {
  const shown = document.getElementById('quorum-count');
  if (!shown) return;
  const here = page.querySelectorAll('input[value=present]:checked, input[value=substitute]:checked').length;
  shown.textContent = (shown.dataset.word ?? '').replace('{0}', String(here));
  shown.classList.toggle('warn', here < Number(page.dataset.quorum));
  shown.classList.toggle('done', here >= Number(page.dataset.quorum));
}

if (form) {
  const page = form;
  const version = page.elements.namedItem('version') as HTMLInputElement;
  const status = document.getElementById('hold-status')!;
  const conflict = document.getElementById('hold-conflict')!;
  let timer: number | undefined;
  let stopped = false;
  let saving: Promise<void> = Promise.resolve();

  const meanwhile = async (sentence: string) => {
    stopped = true;
    const theirs = await (await fetch(page.dataset.draftUrl!)).json();
    conflict.replaceChildren();
    const said = document.createElement('p');
    said.textContent = sentence;
    const heading = document.createElement('h3');
    heading.textContent = page.dataset.theirs ?? '';
    const text = document.createElement('p');
    text.className = 'prose';
    text.textContent = `${theirs.data?.minutes ?? ''}\n\n${theirs.data?.approach ?? ''}`.trim();
    const goOn = document.createElement('button');
    goOn.type = 'button';
    goOn.className = 'button';
    goOn.textContent = page.dataset.goOn ?? '';
    goOn.addEventListener('click', () => {
      version.value = String(theirs.version);
      conflict.hidden = true;
      stopped = false;
      saving = saving.then(save);
      (page.elements.namedItem('minutes') as HTMLElement).focus();
    });
    conflict.append(said, heading, text, goOn);
    conflict.hidden = false;
    conflict.focus();
  };

  const save = async () => {
    if (stopped) return;
    try {
      const answer = await fetch(page.dataset.draftUrl!, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json', 'X-XSRF-TOKEN': token() },
        body: JSON.stringify({ version: Number(version.value), data: entered(page) }),
      });
      const said = await answer.json();
      if (answer.ok) {
        version.value = String(said.version);
        const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
        status.textContent = (page.dataset.saved ?? '').replace('{0}', time);
      } else if (answer.status === 409) {
        await meanwhile(said.detail ?? '');
      } else {
        status.textContent = page.dataset.notSaved ?? '';
      }
    } catch {
      status.textContent = page.dataset.notSaved ?? '';
    }
  };

  const later = () => {
    count(page);
    window.clearTimeout(timer);
    // One after the other: the next one names the version the last one got.
    timer = window.setTimeout(() => (saving = saving.then(save)), 1200);
  };
  page.addEventListener('input', later);
  page.addEventListener('change', later);
  // A draft that is on its way would make the record look overtaken.
  page.addEventListener('submit', (event) => {
    window.clearTimeout(timer);
    if (page.dataset.sending) return;
    event.preventDefault();
    page.dataset.sending = 'true';
    const button = (event as SubmitEvent).submitter as HTMLButtonElement;
    // Not in the event itself: a form that is being submitted is not submitted again.
    void saving.then(() => window.setTimeout(() => page.requestSubmit(button)));
  });
  count(page);
}
