// The language of this browser, kept in a cookie that says nothing else: it must be known before the local database is open.
import { setLang, type Lang } from '@/i18n/area.svelte';

const COOKIE = 'lalian_lang';
const YEAR_S = 31_536_000;
const TAG: Record<Lang, string> = { zh: 'zh-CN', en: 'en' };

export function restoreLanguage(): void {
  const kept = new RegExp(`(?:^|; )${COOKIE}=(zh|en)`).exec(document.cookie)?.[1];
  apply(kept === 'en' ? 'en' : 'zh');
}

export function chooseLanguage(next: Lang): void {
  document.cookie = `${COOKIE}=${next}; Path=/; Max-Age=${YEAR_S}; SameSite=Strict`;
  apply(next);
}

function apply(next: Lang): void {
  void setLang(next);
  document.documentElement.lang = TAG[next];
}
