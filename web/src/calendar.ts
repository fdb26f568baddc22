import flatpickr from 'flatpickr';
import { Japanese } from 'flatpickr/dist/l10n/ja.js';
import { typed, writtenAsDate } from './era';
import { language } from './words';

/** What form-js' date picker asks of its calendar beside its own, wherever a form is drawn: see vite.config.ts. */
(globalThis as Record<string, unknown>).kasaneCalendar =
  language === 'ja'
    ? {
        // What a screen reader says of a day.
        ariaDateFormat: 'Y年n月j日（D）',
        // flatpickr itself would make 14 February 2027 of 2026/13/45.
        parseDate: (text: string, format: string) => typed(text) ?? (writtenAsDate(text) ? undefined : flatpickr.parseDate(text, format)),
      }
    : {};
if (language === 'ja') flatpickr.localize(Japanese);
