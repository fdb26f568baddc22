import { language } from './words';
import { EDITOR } from './model-words';
import { FORM_EDITOR } from './words-at-build';

/** Said by the code that form-js-editor brings along from the properties panel, or put together there. */
const ALSO: Record<string, string> = {
  'Create {}': '{}を足す',
  'Remove {}': '{}を消す',
  'List contains {numOfItems} items': '{numOfItems} 件',
  'List contains {numOfItems} item': '{numOfItems} 件',
  'Click to set a dynamic value with FEEL expression': '押すと、FEEL の式で書けます',
  'Click to remove dynamic value with FEEL expression': '押すと、式をやめます',
};

export function said(word: string, value = ''): string {
  const told = language === 'ja' ? (FORM_EDITOR[word] ?? ALSO[word] ?? EDITOR[word] ?? word) : word === 'Create {}' ? 'Add: {}' : word;
  return told.replace('{}', value);
}
