// The name of a kind of operation, with or without its version; what this app does not know yet stays as it was written.
import { kinds } from '@/i18n/kinds';

export function kindWords(kind: string): string {
  const words: Readonly<Record<string, string>> = kinds();
  return words[kind.split('/')[0] ?? ''] ?? kind;
}
