/** The words form-js shows, in the language of the page. Called from form-js itself: see vite.config.ts. */
const JAPANESE: Record<string, string> = {
  'Field is required.': '入力してください。',
  'Field must match pattern.': '書き方が正しくありません。',
  'Field must have minimum value of.': '{} 以上にしてください。',
  'Field must have maximum value of.': '{} 以下にしてください。',
  'Field must have minimum length of.': '{} 字以上で入力してください。',
  'Field must have maximum length of.': '{} 字以内で入力してください。',
  Select: '選択してください',
  Search: '検索',
  'No results': '該当なし',
  'Add new': '一件追加する',
  'Expand all ({})': '全 {} 件を表示',
  Collapse: '折りたたむ',
  'Remove list item {}': '{} 件目を削除',
  Increment: '一つ増やす',
  Decrement: '一つ減らす',
  'Date and time must both be entered.': '日付と時刻の両方を入力してください。',
  'Not a date.': '日付として使えません。例：2026/4/1、令和8年4月1日',
  'Not a time.': '時刻として使えません。例：09:30',
  'Value is not a number.': '数字で入力してください。',
  'Value is expected to be an integer.': '整数で入力してください。',
  'Value is expected to have at most {} decimal digits.': '小数は {} 桁以内で入力してください。',
  'yyyy/mm/dd': '例：2026/4/1',
  'hh:mm': '例：09:30',
  // Of the form editor: what components are called.
  Checkbox: 'はい・いいえ',
  'Checkbox group': '選択（いくつでも）',
  'Date time': '日付・日時',
  'Dynamic list': '繰り返しの表',
  Group: '枠',
  Number: '数',
  'Radio group': '選択（一つ）',
  'Selection list': '選択（一覧から一つ）',
  Separator: '区切り線',
  'Text area': '長い文',
  'Text field': '一行の文',
  'Text view': '説明の文',
  Date: '日付',
  'Date & Time': '日時',
  Static: 'ここに書く',
  'Input data': 'サーバーが渡す',
};
const ENGLISH: Record<string, string> = {
  'Selection list': 'Select',
  'Not a date.': 'This date cannot be used.',
  'Not a time.': 'This time cannot be used.',
  'Field must match pattern.': 'Not in the expected form.',
  'Field must have minimum value of.': 'Must be at least {}.',
  'Field must have maximum value of.': 'Must be at most {}.',
  'Field must have minimum length of.': 'At least {} characters.',
  'Field must have maximum length of.': 'At most {} characters.',
};

export const language = document.documentElement.lang === 'en' ? 'en' : 'ja';

/** How dates are entered: as the page's language has it, in whatever language the browser is; in English as the browser's has it. */
(globalThis as Record<string, unknown>).kasaneDates = language === 'ja' ? 'ja-JP' : 'default';

(globalThis as Record<string, unknown>).kasaneWord = (word: string, value?: unknown) =>
  ((language === 'ja' ? JAPANESE : ENGLISH)[word] ?? word).replace('{}', String(value ?? ''));
