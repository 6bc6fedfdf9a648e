// Who is using the phone. The access token lives in memory and for minutes; what opens the app offline is the database that lies here.
// Losing the session never stops work: capture goes on, sending goes on with the device's own credential, only reading waits for a login.
import type { LocalDatabase, Databases } from './db';
import type { Reply, Request } from './http';
import type { Host } from './host';
import { makeDevice, type Install, type KnownPerson, type PendingDevice } from './install';
import { API, type Link } from './link';
import { getMeta, putMeta, readMeta, writeMeta, type Profile } from './meta';
import type { Person, Session } from './model';
import type { ChangePasswordResult, SignInResult } from './index';
import { problemAnswer, sessionAnswer, type SessionAnswer } from './session.wire';

/** A request in the name of the session and the acting post. */
export type Call = (request: Request) => Promise<Reply>;

const REFRESH_LOCK = 'lalian-refresh';
/** Refreshed this long before its end, so that a slow request does not arrive with a stale token. */
const EARLY_MS = 60_000;

interface Token {
  readonly text: string;
  readonly until: number;
}

export class Auth {
  readonly #host: Host;
  readonly #install: Install;
  readonly #databases: Databases;
  readonly #link: Link;
  readonly #changed: (session: Session) => void;
  #session: Session = { kind: 'starting' };
  #db: LocalDatabase | null = null;
  #profile: Profile | null = null;
  #token: Token | null = null;
  #refreshing: Promise<void> | null = null;

  constructor(host: Host, install: Install, databases: Databases, link: Link, changed: (session: Session) => void) {
    this.#host = host;
    this.#install = install;
    this.#databases = databases;
    this.#link = link;
    this.#changed = changed;
  }

  get session(): Session {
    return this.#session;
  }

  /** Database of the person who is signed in. */
  get db(): LocalDatabase | null {
    return this.#db;
  }

  get profile(): Profile | null {
    return this.#profile;
  }

  /** Opens with the last person at once, whatever the network does; the server is asked afterwards (`confirm`). */
  async start(): Promise<void> {
    const last = (await this.#install.people()).find((person) => person.signed_in);
    if (!last || !(await this.#open(last.person_id))) this.#set({ kind: 'signed_out' });
  }

  /** Asks the server whether it still knows us. */
  async confirm(): Promise<void> {
    if (this.#session.kind === 'signed_in' && this.#session.link !== 'live') await this.#refresh();
  }

  async people(): Promise<readonly Person[]> {
    return (await this.#install.people()).filter((person) => person.signed_in).map(({ person_id, login, name }) => ({ id: person_id, login, name }));
  }

  async continueOffline(person_id: string): Promise<boolean> {
    const known = (await this.#install.people()).find((person) => person.person_id === person_id && person.signed_in);
    return known !== undefined && this.#open(known.person_id);
  }

  async signIn(login: string, password: string, again = true): Promise<SignInResult> {
    const device = await this.#deviceFor(login);
    const reply = await this.#link.send({
      method: 'POST',
      url: `${API}/session`,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        login,
        password,
        device: { id: device.id, name: deviceName(this.#host), public_key: device.public_key, app_version: this.#host.appVersion },
      }),
      timeout_ms: 30_000,
      cookie: true,
    });
    if (reply.kind === 'busy' && reply.status === 429) return { kind: 'slow_down', seconds: Math.ceil((reply.retry_after_ms ?? 5000) / 1000) };
    if (reply.kind !== 'ours') return { kind: 'offline' };
    if (reply.status === 200) {
      const answer = sessionAnswer(reply.body);
      if (!answer) return { kind: 'offline' };
      await this.#enter(answer, device);
      return { kind: 'signed_in', person: answer.person, posts: answer.posts };
    }
    const code = problemAnswer(reply.body)?.code ?? 'unknown';
    if (code === 'foreign_device' && again) {
      // This login belongs to another person than the one who used it here before: a new device for a new person.
      await this.#install.keepPending(await makeDevice(login));
      return this.signIn(login, password, false);
    }
    return reply.status === 401 ? { kind: 'wrong' } : { kind: 'failed', code };
  }

  async choosePost(post_id: string): Promise<void> {
    const profile = this.#profile;
    if (!this.#db || !profile?.posts.some((post) => post.id === post_id)) return;
    await this.#keepProfile({ ...profile, post_id });
    this.#setLink(this.#session.kind === 'signed_in' ? this.#session.link : 'offline');
  }

  async changePassword(current: string, next: string): Promise<ChangePasswordResult> {
    const reply = await this.call({
      method: 'POST',
      url: `${API}/session/password`,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ old_password: current, new_password: next }),
      timeout_ms: 30_000,
      cookie: true,
    });
    if (reply.kind !== 'ours') return { kind: 'offline' };
    if (reply.status === 204 || reply.status === 200) {
      if (this.#profile) await this.#keepProfile({ ...this.#profile, must_change_password: false });
      // Other sessions have ended with the old password; ours gets a fresh token.
      this.#token = null;
      await this.#refresh();
      return { kind: 'done' };
    }
    const problem = problemAnswer(reply.body);
    if (reply.status === 401 || reply.status === 403 || problem?.field === '/old_password') return { kind: 'wrong' };
    return { kind: 'too_weak', code: problem?.code ?? 'unknown' };
  }

  /** Leaves; the database stays (it may be the only copy), closed to anyone without the password. */
  async signOut(): Promise<void> {
    const known = await this.#known();
    if (known) await this.#install.remember({ ...known, signed_in: false });
    await this.#link.send({ method: 'POST', url: `${API}/session/logout`, timeout_ms: 10_000, cookie: true });
    this.#token = null;
    this.#db = null;
    this.#profile = null;
    this.#set({ kind: 'signed_out' });
  }

  /** Sends a request as the person who is signed in; a token that has just ended is renewed once. */
  readonly call: Call = async (request) => {
    for (let tries = 0; ; tries++) {
      const token = await this.#bearer();
      if (token === null) return { kind: 'offline' };
      const post = this.#profile?.post_id;
      const headers = { ...request.headers, Authorization: `Bearer ${token}`, ...(post ? { 'Lalian-Post': post } : {}) };
      const reply = await this.#link.send({ ...request, headers });
      if (reply.kind !== 'ours' || reply.status !== 401 || tries > 0) return reply;
      this.#token = null;
    }
  };

  /** Bytes (a photo, an export) as the person who is signed in; null without a network. */
  async raw(url: string): Promise<Response | null> {
    for (let tries = 0; ; tries++) {
      const token = await this.#bearer();
      if (token === null) return null;
      const post = this.#profile?.post_id;
      const headers = { Authorization: `Bearer ${token}`, ...(post ? { 'Lalian-Post': post } : {}) };
      try {
        const response = await this.#host.fetch(url, { headers, credentials: 'omit', redirect: 'manual' });
        if (response.status !== 401 || tries > 0) return response;
      } catch {
        return null;
      }
      this.#token = null;
    }
  }

  async #bearer(): Promise<string | null> {
    if (!this.#token || this.#token.until - this.#host.now() < EARLY_MS) await this.#refresh();
    return this.#token?.text ?? null;
  }

  #refresh(): Promise<void> {
    // One refresh per browser: two tabs that renew at once would look like a stolen token.
    if (this.#refreshing) return this.#refreshing;
    const refreshing = (async () => {
      await this.#host.locks.request(REFRESH_LOCK, () => this.#refreshNow());
    })().finally(() => {
      this.#refreshing = null;
    });
    this.#refreshing = refreshing;
    return refreshing;
  }

  async #refreshNow(): Promise<void> {
    if (this.#session.kind !== 'signed_in') return;
    const reply = await this.#link.send({ method: 'POST', url: `${API}/session/refresh`, timeout_ms: 20_000, cookie: true });
    if (reply.kind !== 'ours') {
      if (this.#session.link === 'live') this.#setLink('offline');
      return;
    }
    const answer = reply.status === 200 ? sessionAnswer(reply.body) : null;
    // The cookie may belong to somebody who signed in with another tab.
    if (!answer || answer.person.id !== this.#session.person.id) {
      this.#token = null;
      if (reply.status === 200 || reply.status === 401 || reply.status === 403) this.#setLink('expired');
      return;
    }
    this.#takeToken(answer);
    await this.#keepProfile(profileOf(answer, this.#profile));
    this.#setLink('live');
  }

  async #enter(answer: SessionAnswer, device: PendingDevice): Promise<void> {
    const db = this.#databases.of(answer.person.id);
    const before = await readMeta(db, 'profile');
    const profile = profileOf(answer, before);
    await db.write(['meta'], async (tx) => {
      const known = await getMeta(tx, 'device');
      const credential = answer.device?.send_credential ?? known?.credential ?? null;
      await putMeta(tx, 'device', { id: device.id, public_key: device.public_key, private_key: device.private_key, credential });
      await putMeta(tx, 'profile', profile);
    });
    await this.#install.remember({
      person_id: answer.person.id,
      login: answer.person.login,
      name: answer.person.name,
      last_at: this.#host.now(),
      signed_in: true,
    });
    this.#takeToken(answer);
    this.#db = db;
    this.#profile = profile;
    this.#setLink('live');
  }

  async #open(person_id: string): Promise<boolean> {
    const db = this.#databases.of(person_id);
    const profile = await readMeta(db, 'profile');
    if (!profile) return false;
    this.#db = db;
    this.#profile = profile;
    this.#token = null;
    this.#setLink('offline');
    return true;
  }

  /** The device that belongs to this login here, or a new one. */
  async #deviceFor(login: string): Promise<PendingDevice> {
    const pending = await this.#install.pending(login);
    if (pending) return pending;
    const known = (await this.#install.people()).find((person) => person.login === login);
    const device = known ? await readMeta(this.#databases.of(known.person_id), 'device') : null;
    if (device) return { login, id: device.id, public_key: device.public_key, private_key: device.private_key };
    const made = await makeDevice(login);
    await this.#install.keepPending(made);
    return made;
  }

  async #known(): Promise<KnownPerson | null> {
    const id = this.#profile?.person.id;
    return (await this.#install.people()).find((person) => person.person_id === id) ?? null;
  }

  async #keepProfile(profile: Profile): Promise<void> {
    this.#profile = profile;
    if (this.#db) await writeMeta(this.#db, 'profile', profile);
  }

  #takeToken(answer: SessionAnswer): void {
    this.#token = answer.access_token === null ? null : { text: answer.access_token, until: this.#host.now() + answer.expires_in_s * 1000 };
  }

  #setLink(link: 'live' | 'offline' | 'expired'): void {
    const profile = this.#profile;
    if (!profile) return this.#set({ kind: 'signed_out' });
    this.#set({
      kind: 'signed_in',
      person: profile.person,
      posts: profile.posts,
      post: profile.posts.find((post) => post.id === profile.post_id) ?? null,
      link,
      must_change_password: profile.must_change_password,
      demo: profile.demo,
    });
  }

  #set(session: Session): void {
    this.#session = session;
    this.#changed(session);
  }
}

/** Keeps the chosen post while it is still held; one post needs no choice. */
function profileOf(answer: SessionAnswer, before: Profile | null): Profile {
  const { person, posts, must_change_password, demo, limits } = answer;
  const kept = posts.find((post) => post.id === before?.post_id) ?? (posts.length === 1 ? posts[0] : undefined);
  return { person, posts, post_id: kept?.id ?? null, must_change_password, demo, limits };
}

/** What the office sees on the unsent board; nothing that tracks. */
const deviceName = (host: Host): string => (host.capture === 'phone' ? '手机' : '电脑');
