// A write of the desk that is not an operation (rounds, people, devices): busy, wrong fields in words, or trouble with what to do next.
import type { ApiResult, Problem } from '@/api/client';
import { lang } from '@/i18n/area.svelte';
import { tickets } from '@/i18n/tickets';

export class DeskCall {
  busy = $state(false);
  #problem = $state.raw<Problem | null>(null);
  #link = $state<'offline' | 'expired' | null>(null);

  /** Null unless it worked. One at a time: a second tap does nothing. */
  async send<T>(call: () => Promise<ApiResult<T>>): Promise<{ readonly data: T } | null> {
    if (this.busy) return null;
    this.busy = true;
    this.clear();
    const result = await call();
    this.busy = false;
    if (result.kind === 'ok') return { data: result.data };
    if (result.kind === 'problem') this.#problem = result.problem;
    else this.#link = result.kind;
    return null;
  }

  clear(): void {
    this.#problem = null;
    this.#link = null;
  }

  /** Words for one field, by the end of its JSON pointer. */
  field(name: string): string | null {
    const found = this.#problem?.errors.find((error) => error.field === name || error.field.endsWith(`/${name}`));
    return found ? found[lang()] : null;
  }

  /** What stands above the form: everything that belongs to no field shown there. */
  get text(): string | null {
    if (this.#link) return this.#link === 'offline' ? tickets().remote.offline : tickets().remote.expired;
    if (!this.#problem) return null;
    const zh = lang() === 'zh';
    const fields = this.#problem.errors.map((error) => error[lang()]);
    return [zh ? this.#problem.title_zh : this.#problem.title_en, ...fields].join(zh ? '：' : ': ');
  }

  get next(): string | null {
    if (this.#link) return this.#link === 'offline' ? tickets().remote.offlineNext : null;
    return this.#problem ? (lang() === 'zh' ? this.#problem.next_zh : this.#problem.next_en) : null;
  }

  get incident(): string | null {
    return this.#problem?.incident ?? null;
  }
}
