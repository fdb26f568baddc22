/**
 * A card that says how far something has come (data-again) is read again every few seconds while the page is looked at. When it is over, the
 * whole page comes anew, since what follows the card is there only then.
 */
const EVERY = 5_000;

async function again(): Promise<void> {
  const card = document.querySelector<HTMLElement>('[data-again]');
  if (!card) return;
  if (document.visibilityState === 'visible') {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } }).catch(() => null);
    if (answer?.ok && !answer.redirected) {
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-again]');
      if (!fresh) {
        location.reload();
        return;
      }
      const said = card.querySelector('[data-said]');
      const says = fresh.querySelector('[data-said]');
      // Only what has changed is written, so that a screen reader says it once.
      if (said && says && said.textContent !== says.textContent) said.textContent = says.textContent;
      const bar = card.querySelector('progress');
      const now = fresh.querySelector('progress');
      if (bar && now) bar.value = now.value;
    }
  }
  setTimeout(again, EVERY);
}

setTimeout(again, EVERY);
