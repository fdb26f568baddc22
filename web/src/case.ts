/** The parts of a case page fold. On a phone they begin folded; one that is linked to opens, and on paper all are open. */
const parts = [...document.querySelectorAll<HTMLDetailsElement>('details.part')];

function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  const part = target?.closest<HTMLDetailsElement>('details.part');
  if (part && !part.open) {
    part.open = true;
    part.scrollIntoView();
  }
}

if (parts.length > 0) {
  if (matchMedia('(max-width: 48rem)').matches) parts.forEach((part) => (part.open = part.id === 'household'));
  openTarget();
  addEventListener('hashchange', openTarget);
  // The same link twice is no change of the address.
  document.querySelector('.parts')?.addEventListener('click', () => setTimeout(openTarget));
  let folded: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll<HTMLDetailsElement>('main details:not([open]):not(.menu):not(.filter)')];
    folded.forEach((part) => (part.open = true));
  });
  addEventListener('afterprint', () => folded.forEach((part) => (part.open = false)));
}

/** A page that is made to be printed has a button for it; without JavaScript the browser's menu has one. */
for (const button of document.querySelectorAll<HTMLButtonElement>('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
