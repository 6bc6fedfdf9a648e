// The host of a phone that speaks to a real server: everything is real but the browser's storage, locks and camera.
import type { Core, Host, InspectionPayload } from '../../src/core';
import { sha256, uuidv7 } from '../../src/core/bytes';
import type { PhotoReply } from '../../src/workers/photo.protocol';
import { FakeLocks } from '../core/fake-locks';
import { randomBytes } from '../core/fake-server';

/** One request that left the phone. */
export interface Sent {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** Bytes of the body. */
  readonly bytes: number;
  readonly headers: Headers;
  /** When its answer was here, and which; null when none came. */
  answered: { readonly at: number; readonly status: number } | null;
}

export class Live {
  /** Where the server answers; may change while the phone runs, as from the office's network to a valley's. */
  base: string;
  /** Size of the next photo. */
  photoBytes = 300_000;
  readonly sent: Sent[] = [];
  /** What a browser adds to each request by itself, beside Origin and Sec-Fetch-Site. */
  readonly extra: Readonly<Record<string, string>>;
  #cookie = '';

  constructor(base: string, extra: Readonly<Record<string, string>> = {}) {
    this.base = base;
    this.extra = extra;
  }

  readonly fetch = async (input: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers({ ...this.extra, ...Object.fromEntries(new Headers(init.headers)) });
    const method = init.method ?? 'GET';
    if (method !== 'GET' && method !== 'HEAD') {
      headers.set('Origin', this.base);
      headers.set('Sec-Fetch-Site', 'same-origin');
    }
    if (init.credentials !== 'omit' && this.#cookie !== '') headers.set('Cookie', this.#cookie);
    const body = init.body;
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body).byteLength : ((body as { byteLength?: number } | null | undefined)?.byteLength ?? 0);
    const seen: Sent = { at: Date.now(), method, path: input, bytes, headers, answered: null };
    this.sent.push(seen);
    const response = await fetch(this.base + input, { ...init, headers });
    seen.answered = { at: Date.now(), status: response.status };
    for (const line of response.headers.getSetCookie()) this.#cookie = line.split(';')[0] ?? '';
    return response;
  };

  host(): Host {
    return {
      fetch: this.fetch,
      now: () => Date.now(),
      monotonic: () => performance.now(),
      random: () => Math.random(),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve();
          const timer = setTimeout(resolve, ms);
          signal?.addEventListener('abort', () => {
            clearTimeout(timer);
            resolve();
          });
        }),
      locks: new FakeLocks() as unknown as LockManager,
      channel: () => ({ post: () => undefined, close: () => undefined }),
      storage: null,
      geolocation: null,
      photoWorker: ({ message }) => ({
        postMessage: (job) => {
          const { id } = job as { id: number };
          const bytes = randomBytes(this.photoBytes);
          bytes.set([0xff, 0xd8, 0xff, 0xe0]);
          void sha256(bytes).then((hash) => {
            const reply: PhotoReply = { kind: 'ready', bytes: bytes.buffer, sha256: hash, media_type: 'image/jpeg', width: 4, height: 3, thumb: null, reencoded: false };
            message({ id, reply });
          });
        },
        terminate: () => undefined,
      }),
      timeZone: () => 'Asia/Shanghai',
      appVersion: '0.1.0',
      capture: 'phone',
      visible: () => true,
      online: () => true,
    };
  }
}

export async function until<T>(what: () => T | Promise<T>, good: (value: T) => boolean, ms = 30_000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await what();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A draft of a visit with every item answered: the first ones that may be photographed fail, everything else is fine. */
export async function openVisit(core: Core, kind: string, fails: number): Promise<{ draft_id: string; site_id: string; failed: readonly string[] }> {
  const [hit] = await core.sites.search({ state: 'open', kind, limit: 1 });
  const list = await core.checklists.forKind(kind);
  if (!hit || !list) throw new Error(`no ${kind}`);
  const failing = list.body.items.filter((item) => item.answer === 'pass_fail' && item.photo_on_fail).slice(0, fails);
  const answers: InspectionPayload['answers'] = list.body.items
    .filter((item) => item.answer !== 'text')
    .map((item) => {
      const failed = failing.includes(item);
      const fine = item.options?.find((option) => !option.fail)?.key ?? null;
      return {
        item: item.code,
        instance_key: '',
        result: failed ? 'fail' : 'pass',
        value: item.answer === 'choice' ? fine : item.answer === 'count' || item.answer === 'score' ? goodNumber(item.pass_rule) : null,
        reason: null,
        note: '',
        findings: failed ? [{ finding_id: uuidv7(Date.now()), instance_key: '', title: null, note: '', fixed_on_spot: false, missing_photo_reason: null }] : [],
      };
    });
  const draft = await core.drafts.open('inspection.submit', { site_id: hit.site.id, title: hit.site.name }, () => ({
    inspection_id: crypto.randomUUID(),
    site_id: hit.site.id,
    checklist_id: list.id,
    round_id: null,
    outcome: 'inspected',
    people_present: '',
    note: '',
    arrived: null,
    distance_reason: null,
    answers,
  }));
  return { draft_id: draft.id, site_id: hit.site.id, failed: failing.map((item) => item.code) };
}

function goodNumber(rule: { op: string; value: number } | undefined): number {
  if (!rule) return 0;
  return rule.op === '>' ? rule.value + 1 : rule.op === '<' ? Math.max(0, rule.value - 1) : rule.value;
}
