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
};
const ENGLISH: Record<string, string> = {
  'Field must match pattern.': 'Not in the expected form.',
  'Field must have minimum value of.': 'Must be at least {}.',
  'Field must have maximum value of.': 'Must be at most {}.',
  'Field must have minimum length of.': 'At least {} characters.',
  'Field must have maximum length of.': 'At most {} characters.',
};

export const language = document.documentElement.lang === 'en' ? 'en' : 'ja';

(globalThis as Record<string, unknown>).kasaneWord = (word: string, value?: unknown) =>
  ((language === 'ja' ? JAPANESE : ENGLISH)[word] ?? word).replace('{}', String(value ?? ''));
