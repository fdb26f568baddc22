import { language } from './words';
import { SIMULATION } from './words-at-build';

export function simulated(word: string): string {
  return language === 'ja' ? (SIMULATION[word] ?? word) : word;
}
