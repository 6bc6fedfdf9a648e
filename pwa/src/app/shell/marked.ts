// What leaves a demo as a file says so in its name, whatever opens it later.
import { lang } from '@/i18n/area.svelte';
import { session } from './core.svelte';

export function marked(name: string): string {
  const who = session();
  if (who.kind !== 'signed_in' || !who.demo) return name;
  return `${lang() === 'zh' ? '示例数据' : 'example-data'}-${name}`;
}
