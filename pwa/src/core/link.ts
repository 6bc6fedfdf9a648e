// The road to the server, as one state for all that is sent over it: how long to wait after a failure, whether the proxy on the way swallows
// PUT and PATCH, and what each answer says about the server's time and epoch.
import { ahead, backoff, send, PROOF, type Reply, type Request } from './http';
import type { Host } from './host';
import type { SyncProblem } from './model';

export interface LinkEvents {
  /** Our server answered: its time, its epoch (a new one means that it was restored from a backup), the oldest app that may begin new visits. */
  readonly heard: (server_at: Date, epoch: string, min_client: string | null) => void;
  readonly overridden: () => void;
}

export const API = '/api/v1';
const MIN_CLIENT = 'lalian-min-client';

export class Link {
  readonly #host: Host;
  readonly #events: LinkEvents;
  #override = false;
  #attempts = 0;
  #until = 0;
  #problem: SyncProblem | null = null;

  constructor(host: Host, events: LinkEvents) {
    this.#host = host;
    this.#events = events;
  }

  /** An earlier run found out that the proxy passes only GET, HEAD and POST. */
  overrideMethods(): void {
    this.#override = true;
  }

  /** What stands in the way, and until when nothing is tried. Null = go. */
  get waiting(): { readonly until: number; readonly problem: SyncProblem } | null {
    if (this.#problem === null || !ahead(this.#until, this.#host.now())) return null;
    return { until: this.#until, problem: this.#problem };
  }

  get problem(): SyncProblem | null {
    return this.#problem;
  }

  /** A person tapped "send now", the network came back, the app came to the front: try at once, as if for the first time. */
  wake(): void {
    this.#attempts = 0;
    this.#until = 0;
  }

  /** Something new is worth one try now; the ladder of waits goes on from where it is. */
  tryNow(): void {
    this.#until = 0;
  }

  async send(request: Request): Promise<Reply> {
    const reply = await this.#through(request);
    // What was broken off here says nothing about the road.
    if (reply.kind === 'ours' || request.signal?.aborted !== true) this.#note(reply);
    return reply;
  }

  async #through(request: Request): Promise<Reply> {
    const overridable = request.method === 'PUT' || request.method === 'PATCH' || request.method === 'DELETE';
    if (!overridable) return send(this.#host, request);
    if (this.#override) return send(this.#host, overridden(request));
    const reply = await send(this.#host, request);
    // An answer that is not ours may come from a proxy that knows only GET and POST: ask once the other way.
    if (reply.kind !== 'not_ours' || reply.status < 400) return reply;
    const second = await send(this.#host, overridden(request));
    if (second.kind === 'ours') {
      this.#override = true;
      this.#events.overridden();
    }
    return second;
  }

  #note(reply: Reply): void {
    if (reply.kind === 'ours') {
      this.#attempts = 0;
      this.#until = 0;
      this.#problem = null;
      const server_at = Date.parse(reply.headers.get('lalian-server-at') ?? '');
      const epoch = reply.headers.get(PROOF);
      if (Number.isFinite(server_at) && epoch !== null) this.#events.heard(new Date(server_at), epoch, reply.headers.get(MIN_CLIENT));
      return;
    }
    this.#attempts += 1;
    const wait = backoff(this.#attempts, this.#host.random());
    const asked = reply.kind === 'busy' ? (reply.retry_after_ms ?? 0) : 0;
    this.#until = this.#host.now() + Math.max(wait, asked);
    this.#problem =
      reply.kind === 'busy'
        ? { kind: 'busy', status: reply.status, retry_at: this.#until }
        : reply.kind === 'not_ours'
          ? { kind: 'not_ours', status: reply.status }
          : { kind: 'offline' };
  }
}

const overridden = (request: Request): Request => ({
  ...request,
  method: 'POST',
  headers: { ...request.headers, 'X-HTTP-Method-Override': request.method },
});
