// Who is using the phone. The access token lives in memory and for minutes; what opens the app offline is the database that lies here.
// Losing the session never stops work: capture goes on, sending goes on with the device's own credential, only reading waits for a login.
import type { LocalDatabase, Databases } from './db';
import type { Doorway } from './entering';
import type { Reply, Request } from './http';
import type { Host } from './host';
import type { Install } from './install';
import { API, type Link } from './link';
import { getMeta, writeMeta, type Profile } from './meta';
import type { Person, Session } from './model';
import type { ChangePasswordResult, PersonHere, SignInResult, SignOutResult } from './index';
import { sessionAnswer, type SessionAnswer } from './session.wire';

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
  #pinned = false;
  readonly #door: Doorway;
  #token: Token | null = null;
  #refreshing: Promise<void> | null = null;

  constructor(host: Host, install: Install, databases: Databases, link: Link, changed: (session: Session) => void) {
    this.#host = host;
    this.#install = install;
    this.#databases = databases;
    this.#link = link;
    this.#changed = changed;
    this.#door = {
      host,
      install,
      databases,
      link,
      call: (request) => this.call(request),
      profile: () => this.#profile,
      entered: (answer, db, profile) => {
        this.#takeToken(answer);
        this.#db = db;
        this.#profile = profile;
        // The password was given: no screen lock stands before that.
        this.#pinned = false;
        this.#setLink('live');
      },
      passwordChanged: async () => {
        if (this.#profile) await this.#keepProfile({ ...this.#profile, must_change_password: false });
        // Other sessions have ended with the old password; ours gets a fresh token.
        this.#token = null;
        await this.#refresh();
      },
      left: () => {
        this.#token = null;
        this.#db = null;
        this.#profile = null;
        this.#set({ kind: 'signed_out' });
      },
    };
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

  /** Whoever was opened from what lies here has set a screen lock. */
  get pinned(): boolean {
    return this.#pinned;
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
    if (!known || !(await this.#open(person_id))) return false;
    // The next start opens with whoever used the phone last.
    await this.#install.remember({ ...known, last_at: this.#host.now() });
    return true;
  }

  async signIn(login: string, password: string): Promise<SignInResult> {
    return (await import('./entering')).signIn(this.#door, login, password);
  }

  async enterPane(login: string): Promise<SignInResult> {
    return (await import('./entering')).enterPane(this.#door, login);
  }

  async changePassword(current: string, next: string): Promise<ChangePasswordResult> {
    return (await import('./entering')).changePassword(this.#door, current, next);
  }

  async signOut(): Promise<SignOutResult> {
    return (await import('./entering')).signOut(this.#door);
  }

  async peopleHere(): Promise<readonly PersonHere[]> {
    return (await import('./entering')).peopleHere(this.#door);
  }

  async choosePost(post_id: string): Promise<void> {
    const profile = this.#profile;
    if (!this.#db || !profile?.posts.some((post) => post.id === post_id)) return;
    await this.#keepProfile({ ...profile, post_id });
    this.#setLink(this.#session.kind === 'signed_in' ? this.#session.link : 'offline');
  }

  /** Sends a request as the person who is signed in, at the chosen post unless it names its own; a token that has just ended is renewed once. */
  readonly call: Call = async (request) => {
    for (let tries = 0; ; tries++) {
      const token = await this.#bearer();
      if (token === null) return { kind: 'offline' };
      const post = this.#profile?.post_id;
      const headers = { ...(post ? { 'Lalian-Post': post } : {}), ...request.headers, Authorization: `Bearer ${token}` };
      const reply = await this.#link.send({ ...request, headers });
      if (reply.kind !== 'ours' || reply.status !== 401 || tries > 0) return reply;
      this.#token = null;
    }
  };

  /** What a request made outside `call` must carry; null without a session or a network. */
  async headers(): Promise<Record<string, string> | null> {
    const token = await this.#bearer();
    const post = this.#profile?.post_id;
    return token === null ? null : { Authorization: `Bearer ${token}`, ...(post ? { 'Lalian-Post': post } : {}) };
  }

  /** Bytes (a photo, an export) as the person who is signed in; null without a network. */
  async raw(url: string): Promise<Response | null> {
    for (let tries = 0; ; tries++) {
      const headers = await this.headers();
      if (headers === null) return null;
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
    const { profileOf } = await import('./entering');
    await this.#keepProfile(profileOf(answer, this.#profile));
    this.#setLink('live');
  }

  async #open(person_id: string): Promise<boolean> {
    const db = this.#databases.of(person_id);
    const { profile, pin } = await db.read(['meta'], async (tx) => ({ profile: await getMeta(tx, 'profile'), pin: await getMeta(tx, 'pin') }));
    if (!profile) return false;
    this.#db = db;
    this.#profile = profile;
    this.#pinned = pin !== null;
    this.#token = null;
    this.#setLink('offline');
    return true;
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
