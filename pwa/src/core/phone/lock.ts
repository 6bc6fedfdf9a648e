// The screen lock as this tab sees it. Only the screen is locked: sending goes on behind it.
import type { Emitter } from '../events';
import type { Host } from '../host';
import type { CoreEvents, LockDoor, LockState } from '../index';
import type { Present } from './scope';

export class Lock implements LockDoor {
  state: LockState = 'none';
  readonly #host: Host;
  readonly #events: Emitter<CoreEvents>;
  readonly #present: Present;
  #leftAt: number | null = null;

  constructor(host: Host, events: Emitter<CoreEvents>, present: Present) {
    this.#host = host;
    this.#events = events;
    this.#present = present;
  }

  /** Somebody's database was opened. */
  entered(pinned: boolean, grace: boolean): void {
    this.#set(pinned ? 'locked' : 'none');
    if (pinned && grace) void this.#graced();
  }

  async unlock(pin: string): ReturnType<LockDoor['unlock']> {
    const { tryPin } = await import('../pin');
    const result = await tryPin(this.#present.must().db, pin, this.#host.now());
    if (result.kind === 'open') this.#set('open');
    return result;
  }

  async set(pin: string | null): Promise<void> {
    if (this.state === 'locked') return;
    const { removePin, setPin } = await import('../pin');
    const { db } = this.#present.must();
    if (pin === null) await removePin(db);
    else await setPin(db, pin, this.#host.now());
    this.#set(pin === null ? 'none' : 'open');
  }

  /** The password was given instead. */
  async forget(): Promise<void> {
    const { removePin } = await import('../pin');
    await removePin(this.#present.must().db);
    this.#set('none');
  }

  away(): void {
    if (this.state !== 'open') return;
    this.#leftAt = this.#host.now();
    const { scope } = this.#present;
    const at = this.#leftAt;
    if (scope) void import('../pin').then(({ leave }) => leave(scope.db, at)).catch(() => undefined);
  }

  async back(): Promise<void> {
    const left = this.#leftAt;
    this.#leftAt = null;
    if (this.state !== 'open' || left === null) return;
    const { GRACE_MS } = await import('../pin');
    if (Math.abs(this.#host.now() - left) >= GRACE_MS) this.#set('locked');
  }

  async #graced(): Promise<void> {
    const { scope } = this.#present;
    if (!scope) return;
    const { stillOpen } = await import('../pin');
    if ((await stillOpen(scope.db, this.#host.now())) && scope === this.#present.scope && this.state === 'locked') this.#set('open');
  }

  #set(state: LockState): void {
    this.state = state;
    this.#events.emit('lock', state);
  }
}
