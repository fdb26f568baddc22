import { language } from './words';

/** Dates in 和暦, as jp.kasane.foundation.WrittenDates writes them on the pages around the forms. */
const WRITTEN = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', {
  era: 'long',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  weekday: 'short',
});
const FIRST_WITH_AN_ERA = new Date(1873, 0, 1);

/** 令和8年11月22日(日); empty without a date or with one before 明治6年, null where the page is not in Japanese. */
export function inEra(date: Date | null | undefined): string | null {
  if (language !== 'ja') return null;
  return date && date >= FIRST_WITH_AN_ERA ? WRITTEN.format(date) : '';
}

/** The year before the first of each era. */
const BEFORE: Record<string, number> = {
  令和: 2018, R: 2018, 平成: 1988, H: 1988, 昭和: 1925, S: 1925, 大正: 1911, T: 1911, 明治: 1867, M: 1867,
};
const TYPED = /^(?:(令和|平成|昭和|大正|明治|[RHSTM])\s*(元|\d{1,2})|(\d{4}))\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?$/;

/**
 * A date as people have it on paper: 昭和18年5月1日, S18.5.1, 2026年11月22日, also in full-width characters. A year beyond its era
 * (平成31年6月1日) is the one meant. Undefined where it is none of these, or no day of the calendar.
 */
export function typed(text: string): Date | undefined {
  const found = TYPED.exec(text.normalize('NFKC').trim().toUpperCase());
  if (!found) return undefined;
  const [, era, ofEra, western, month, day] = found;
  const year = era ? BEFORE[era] + (ofEra === '元' ? 1 : Number(ofEra)) : Number(western);
  const date = new Date(year, Number(month) - 1, Number(day));
  return date.getMonth() === Number(month) - 1 ? date : undefined;
}

/** Written like a date, whether the calendar has such a day or not: 2026/13/45 is no other day either. */
export const writtenAsDate = (text: string) => TYPED.test(text.normalize('NFKC').trim().toUpperCase());

// Called from form-js' date picker itself: see vite.config.ts.
(globalThis as Record<string, unknown>).kasaneEra = inEra;
