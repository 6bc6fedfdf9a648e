// Markup as somebody might type or import it, each with the name of its field, so that one sees where it came out; and the watch for its doing anything.
import { demoFile } from './fixture.mjs';

// An element that no screen has tells that text was read as markup, also where the policy of the page would stop a script.
const SHORT = ['<x-bad>', '<svg onload=bad()>', '<img src=x onerror=bad()>'];
const LONG = [
  '<img src=x onerror=bad()><x-bad></x-bad>',
  '<script>bad()</script><x-bad>',
  '"><svg onload=bad()>\'"`<x-bad>',
  '{{constructor.constructor("bad()")()}}${bad()}<%= bad() %><x-bad>',
  '<a href="javascript:bad()">x</a><iframe srcdoc="<x-bad>"></iframe>',
  '\u202E<x-bad>\u202C&lt;x-bad&gt;&#60;x-bad&#62;',
  `<x-bad>${'很长的词'.repeat(8)}${'Wort'.repeat(12)}`,
];

/** Texts of a checklist that are shorter than the others. */
const LONGEST = { reasons_zh: 60, label_zh: 40, label_en: 40 };

/** Fields that were given markup, and those whose text was then read on a screen. */
export class Markup {
  typed = new Set();
  shown = new Set();
  #turn = 0;

  /** What somebody types into the field `name`, at most `longest` characters. */
  text = (name, longest = 200) => {
    this.typed.add(name);
    this.#turn += 1;
    const fits = (all) => all.map((markup) => `[${name}]${markup}`).filter((text) => [...text].length <= longest);
    const all = fits(LONG).length ? fits(LONG) : fits(SHORT);
    return all[this.#turn % all.length];
  };

  /** The demo's sites, divisions and checklists with markup in every text that a person would read. */
  sites() {
    const [head, ...rows] = demoFile('sites.csv').trim().split('\n');
    return [head, ...rows.map((row) => row.split(',').map((cell, at) => (at === 2 ? `"${this.text('site', 60).replaceAll('"', '""')}"` : cell)).join(','))].join('\n');
  }

  divisions() {
    const map = JSON.parse(demoFile('regions.geojson'));
    for (const { properties } of map.features) properties.name = this.text(properties.level, 60);
    return JSON.stringify(map);
  }

  checklists() {
    const spoil = (value, key = '') => {
      if (Array.isArray(value)) return value.map((one) => spoil(one, key));
      if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, spoil(one, name)]));
      if (typeof value !== 'string' || !/(^|_)(zh|en|unit|note|source|suggestions)$/.test(key)) return value;
      // Names of stalls differ.
      if (key === 'suggestions') return `${this.text('list.suggestions', 36)}${this.#turn % 100}`;
      return this.text(`list.${key}`, LONGEST[key] ?? 200);
    };
    const { field_semantics, ...library } = JSON.parse(demoFile('checklists.json'));
    return JSON.stringify({ ...spoil(library), field_semantics });
  }

  /** Watches a page before anything of it runs. */
  async guard(context) {
    await context.addInitScript(() => {
      window.bad = () => console.error('markup was executed');
      document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    });
    context.on('page', (page) => page.on('dialog', (dialog) => void dialog.dismiss()));
  }

  /** Reads the screen; gives back what is wrong with it. */
  async look(page) {
    const { text, alive } = await page.evaluate(() => {
      const words = [document.body.innerText, document.title];
      for (const field of document.querySelectorAll('input, textarea')) words.push(field.value);
      for (const one of document.querySelectorAll('[aria-label], [alt], [title]')) words.push(one.getAttribute('aria-label') ?? '', one.getAttribute('alt') ?? '', one.getAttribute('title') ?? '');
      const bad = 'x-bad, img[src="x"], iframe, [onload], [onerror], a[href^="javascript"], script:not([src])';
      return { text: words.join('\n'), alive: [...document.querySelectorAll(bad)].map((one) => one.outerHTML.slice(0, 200)) };
    });
    for (const [, name] of text.matchAll(/\[([a-zA-Z0-9._]+)\]/g)) this.shown.add(name);
    return alive;
  }
}
