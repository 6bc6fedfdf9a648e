// Words in two languages. Chinese is the source; English must have the same shape or it does not compile.
// Each area's words load with the screens that speak them, so an inspector's phone never carries the office's vocabulary.

export type Lang = 'zh' | 'en';

const state = $state<{ lang: Lang }>({ lang: 'zh' });

export function lang(): Lang {
  return state.lang;
}

export function setLang(next: Lang): void {
  state.lang = next;
}

/** A function that gives this area's words in the language of the moment; reading it in markup follows a switch. */
export function area<Words>(zh: Words, en: Words): () => Words {
  return () => (state.lang === 'zh' ? zh : en);
}
