import { inEra } from './era';
import '@fontsource/biz-udpgothic/400.css';
import '@fontsource/biz-udpgothic/700.css';
import '@digital-go-jp/design-tokens/dist/tokens.css';
import './kasane.css';
import './tasks.css';
import './case.css';
import './sheets.css';
import './workplace.css';
import './case';
import './busy';
import './again';
import './meeting.css';
import './staff.css';
import './trail.css';
import './regroup.css';
import './models.css';
import './releases.css';
import './migration.css';
import './print.css';

/** The browser's own date inputs (those of form-js have it from vite.config.ts): the chosen date in 和暦 beside each. */
for (const input of document.querySelectorAll<HTMLInputElement>('input[type=date], input[type=datetime-local]')) {
  if (inEra(null) === null) break;
  const era = document.createElement('span');
  era.id = `${input.id}-era`;
  era.className = 'era';
  era.setAttribute('aria-live', 'polite');
  input.after(' ', era);
  input.setAttribute('aria-describedby', `${era.id} ${input.getAttribute('aria-describedby') ?? ''}`.trim());
  const show = () => {
    const [year, month, day] = input.value.slice(0, 10).split('-').map(Number);
    era.textContent = inEra(year ? new Date(year, month - 1, day) : null);
  };
  input.addEventListener('input', show);
  show();
}
