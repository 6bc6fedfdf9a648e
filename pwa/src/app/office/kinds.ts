// The name of a kind of operation, with or without its version; what this app does not know yet stays as it was written.
import { outbox } from '@/i18n/outbox';

export function kindWords(kind: string): string {
  const words: Readonly<Record<string, string>> = outbox().kind;
  return words[kind.split('/')[0] ?? ''] ?? kind;
}
