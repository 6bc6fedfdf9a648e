// Words in two languages. Chinese is the source; English must have the same shape or it does not compile.
// Each area's words load with the screens that speak them, so an inspector's phone never carries the office's vocabulary.

export type Lang = 'zh' | 'en';

const state = $state<{ lang: Lang }>({ lang: 'zh' });
/** What was asked for last; `state` follows when its words are here. */
let wanted: Lang = 'zh';

/** Loads the English of one area; kept so that a switch brings all areas along. */
const loaders: (() => Promise<void>)[] = [];

export function lang(): Lang {
  return state.lang;
}

export async function setLang(next: Lang): Promise<void> {
  wanted = next;
  if (next === 'en') await Promise.allSettled(loaders.map((load) => load()));
  if (wanted === next) state.lang = next;
}

/**
 * A function that gives this area's words in the language of the moment; reading it in markup follows a switch. English is fetched when
 * somebody wants it, because nearly nobody does and every phone would pay for it; until it is there, Chinese stands in.
 */
export function area<Words>(zh: Words, english: () => Promise<Words>): () => Words {
  let en = $state.raw<Words | null>(null);
  let loading: Promise<void> | null = null;
  const load = (): Promise<void> =>
    (loading ??= english().then(
      (words) => {
        en = words;
      },
      () => {
        loading = null;
      },
    ));
  loaders.push(load);
  // An area that comes while the others' words are still loading must not be forgotten.
  if (wanted === 'en') void load();
  return () => (state.lang === 'en' && en !== null ? en : zh);
}
