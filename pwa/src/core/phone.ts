// Puts the parts together behind the `Core` facade: one tab's view of one phone. Holds no rule of its own; every rule lives in the part it calls
// (phone/: who is present, the doors, the two lamps, talk between tabs, sealing).
import { makeApi } from '../api/make';
import type { ApiClient } from '../api/client';
import { Auth } from './auth';
import { Clock, type ServerContact } from './clock';
import { ContactLog } from './contact';
import { Databases } from './db';
import { Emitter } from './events';
import { Geo } from './geo';
import type { Host } from './host';
import type { ClientStatus, Core, CoreEvents, Noun, SignInResult } from './index';
import { Install } from './install';
import { Link } from './link';
import { readMeta } from './meta';
import type { Session, StorageStatus, SyncStatus } from './model';
import { Lock } from './phone/lock';
import { readingDoors } from './phone/reading';
import { openScope, Present, type Scope } from './phone/scope';
import { NOT_SENDING, NOTHING_WAITS, Status, type Sending } from './phone/status';
import type { Submitting } from './phone/submitting';
import { Tabs } from './phone/tabs';
import { writingDoors } from './phone/writing';
import { keepStorage } from './quota';
import type { Sender } from './sender';
import { below } from './version';

const PULL_EVERY_MS = 60_000;
const RUN_AGAIN_MS = 5_000;
const PULL_LOCK = 'lalian-pull';
/** Roles that work from the rows on the phone; the office reads its lists from the server. */
const CARRIES_WORKING_SET = new Set(['inspector', 'department', 'main_leader', 'deputy_leader', 'desk_officer', 'village_cadre']);

interface Puller {
  readonly scope: Scope;
  readonly post_id: string;
}

export async function openPhone(host: Host): Promise<Core> {
  const phone = new Phone(host);
  await phone.start();
  return phone;
}

class Phone implements Core {
  readonly #host: Host;
  readonly #events = new Emitter<CoreEvents>();
  readonly #install: Install;
  readonly #databases: Databases;
  readonly #present = new Present();
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #auth: Auth;
  readonly #geo: Geo;
  readonly #contacts: ContactLog;
  readonly #tabs: Tabs;
  readonly #status: Status;
  readonly #closed = new AbortController();
  #submitting: Promise<Submitting> | null = null;
  #sender: Sender | null = null;
  #started = false;
  #pulling = false;
  #pullAgain = false;

  readonly api: ApiClient;
  readonly lock: Lock;
  client: ClientStatus;
  trouble: string | null = null;
  readonly sites: Core['sites'];
  readonly checklists: Core['checklists'];
  readonly divisions: Core['divisions'];
  readonly tickets: Core['tickets'];
  readonly rounds: Core['rounds'];
  readonly settings: Core['settings'];
  readonly inspections: Core['inspections'];
  readonly drafts: Core['drafts'];
  readonly photos: Core['photos'];
  readonly work: Core['work'];
  readonly outbox: Core['outbox'];

  constructor(host: Host) {
    this.#host = host;
    this.client = { version: host.appVersion, least: null, outdated: false };
    const trouble = (name: string | null): void => {
      this.trouble = name;
      this.#events.emit('trouble', name);
    };
    this.#install = new Install(trouble);
    this.#databases = new Databases(trouble);
    this.#clock = new Clock(host);
    this.#contacts = new ContactLog(host.now);
    this.#link = new Link(host, { heard: (at, epoch, min) => this.#heard(at, epoch, min), overridden: () => void this.#install.keepSetting('override', '1') });
    this.#auth = new Auth(host, this.#install, this.#databases, this.#link, (session) => this.#sessionChanged(session));
    this.#geo = new Geo(host.geolocation, host.now, (state) => this.#events.emit('place', state));
    this.lock = new Lock(host, this.#events, this.#present);
    this.#status = new Status(host, this.#events, this.#present, () => this.session);
    this.#tabs = new Tabs(host, {
      changed: (person_id, nouns) => this.#takeChanged(person_id, nouns),
      phase: (person_id, sending) => this.#takePhase(person_id, sending),
      wake: (reason) => void this.#sender?.wake(reason),
    });
    this.api = makeApi({ call: this.#auth.call, raw: (url) => this.#auth.raw(url), headers: () => this.#auth.headers() });
    ({
      sites: this.sites,
      checklists: this.checklists,
      divisions: this.divisions,
      tickets: this.tickets,
      rounds: this.rounds,
      settings: this.settings,
      inspections: this.inspections,
    } = readingDoors(this.#present));
    ({
      drafts: this.drafts,
      photos: this.photos,
      work: this.work,
      outbox: this.outbox,
    } = writingDoors({
      host,
      present: this.#present,
      status: this.#status,
      changed: (nouns) => this.#changed(nouns),
      outdated: () => this.client.outdated,
      sendNow: () => this.#tabs.wake('tap'),
      leave: () => this.leave(),
    }));
  }

  async start(): Promise<void> {
    if ((await this.#install.setting('override')) === '1') this.#link.overrideMethods();
    this.#takeLeast(await this.#install.setting('min_client'));
    await this.#auth.start();
    this.#started = true;
    void this.#warmUp();
    void this.#run();
    void this.#keepFresh();
    void this.#status.refreshStorage();
  }

  #submit(): Promise<Submitting> {
    if (this.#submitting) return this.#submitting;
    const made = import('./phone/submitting').then(
      ({ Submitting: Made }) =>
        new Made({
          host: this.#host,
          events: this.#events,
          present: this.#present,
          auth: this.#auth,
          clock: this.#clock,
          photos: this.photos,
          sealed: () => {
            this.#changed(['drafts', 'work', 'files']);
            this.#tabs.wake('sealed');
          },
          full: () => this.#status.full(),
          handedIn: (list) => {
            this.handedIn = list;
            this.#changed(['drafts']);
            this.#events.emit('handed_in', list);
          },
        }),
    );
    this.#submitting = made;
    made.catch(() => (this.#submitting = null));
    return made;
  }

  /** Work that a tab handed in and died before sealing. */
  async #recover(): Promise<void> {
    await (await this.#submit()).recover();
  }

  /** Brings into memory what the start did not need but the field will: a phone may lose its network before the worker has stored the app. */
  async #warmUp(): Promise<void> {
    await Promise.allSettled([
      this.#recover(),
      import('./entering'),
      import('./seal'),
      import('./photos'),
      import('./checklist'),
      import('./aids'),
      import('./ready'),
    ]);
  }

  // ---------------------------------------------------------------- what screens read

  get session(): Session {
    return this.#auth.session;
  }

  get sync(): SyncStatus {
    return this.#status.sync;
  }

  get storage(): StorageStatus {
    return this.#status.storage;
  }

  get place(): Core['place'] {
    return { state: this.#geo.state, use: () => this.#geo.use() };
  }

  aids: Core['aids'] = async () => (await this.#present.scope?.aids()) ?? null;

  on<Name extends keyof CoreEvents>(name: Name, listener: (detail: CoreEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  readonly auth: Core['auth'] = {
    people: () => this.#auth.people(),
    signIn: (account, password) => this.#enter(() => this.#auth.signIn(account, password)),
    enterPane: (account) => this.#enter(() => this.#auth.enterPane(account)),
    continueOffline: (person_id) => this.#auth.continueOffline(person_id),
    choosePost: async (post_id) => {
      await this.#auth.choosePost(post_id);
      void this.#pull();
    },
    changePassword: (current, next) => this.#auth.changePassword(current, next),
    signOut: async () => {
      await this.leave();
      return this.#auth.signOut();
    },
    here: () => this.#auth.peopleHere(),
  };

  async #enter(knock: () => Promise<SignInResult>): Promise<SignInResult> {
    const open = this.lock.state === 'open' && this.session.kind === 'signed_in' ? this.session.person.id : null;
    const result = await knock();
    if (result.kind === 'signed_in') {
      // A forgotten PIN: the password takes it away.
      if (open !== result.person.id) await this.lock.forget();
      this.#tabs.wake('login');
    }
    return result;
  }

  handedIn: Core['handedIn'] = [];
  review: Core['review'] = async (...a) => (await this.#submit()).review(...a);
  submit: Core['submit'] = async (...a) => (await this.#submit()).submit(...a);
  handIn: Core['handIn'] = async (draft_id, then = null) => (await this.#submit()).handIn(draft_id, then);
  takeBack: Core['takeBack'] = async (...a) => (await this.#submit()).takeBack(...a);
  ended: Core['ended'] = async (...a) => (await this.#submit()).ended(...a);
  run: Core['run'] = async (...a) => (await this.#submit()).run(...a);
  settled: Core['settled'] = async (...a) => (await this.#submit()).settled(...a);

  readiness: Core['readiness'] = async () => {
    const { readiness } = await import('./ready');
    return this.#present.in(({ db, working }) => readiness({ host: this.#host, db, working, clock: this.#clock }), null);
  };

  keepData: Core['keepData'] = async () => {
    const kept = await keepStorage(this.#host);
    await this.#status.refreshStorage();
    return kept;
  };

  // ---------------------------------------------------------------- life of the tab

  wake(reason: 'visible' | 'online' | 'tap'): void {
    this.#tabs.wake(reason);
    void this.#recover().catch(() => undefined);
    void this.#status.refreshStorage();
    void this.#ask();
  }

  async flush(): Promise<void> {
    await this.#present.scope?.drafts.flush();
  }

  async leave(): Promise<void> {
    const { scope } = this.#present;
    await this.flush();
    await Promise.allSettled([scope?.photosReady(), this.#submitting?.then((submitting) => submitting.hurry())]);
  }

  async close(): Promise<void> {
    await this.leave();
    this.#closed.abort();
    if (this.#present.scope) (await this.#present.scope.photos()).close();
    this.#tabs.close();
    this.#databases.close();
    this.#install.close();
  }

  /** Whatever goes wrong outside anybody's lane (a database that does not open, a file of the app that does not load) ends a turn, never sending. */
  async #run(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      try {
        this.#sender ??= await this.#loadSender();
        await this.#sender.run({ heard: this.#tabs.heard, say: this.#tabs.beat }, this.#closed.signal);
      } catch {
        await this.#host.sleep(RUN_AGAIN_MS, this.#closed.signal);
      }
    }
  }

  async #loadSender(): Promise<Sender> {
    const { Sender } = await import('./sender');
    return new Sender(this.#host, this.#link, this.#install, this.#databases, {
      changed: (person_id) => this.#tabs.changed(person_id, ['work', 'files']),
      applied: (person_id) => void (person_id === this.#present.scope?.person_id && this.#pull()),
      phase: (person_id, phase) => this.#tabs.sending(person_id, { phase, ...(phase.kind === 'sending' ? { needs_login: false } : { sending: null, file: null }) }),
      sending: (person_id, sending, file) => this.#tabs.sending(person_id, { sending, file }),
      needsLogin: (person_id, needs_login) => this.#tabs.sending(person_id, { needs_login }),
    });
  }

  /** Asks the server who we are and what is new. */
  async #ask(): Promise<void> {
    try {
      await this.#auth.confirm();
      await this.#pull();
    } catch {
      // The local database or a lock failed: the next minute asks again.
    }
  }

  /** Asks now, and every minute while somebody looks. */
  async #keepFresh(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      if (this.#host.visible() && this.#link.waiting === null) {
        await this.#ask();
        void this.#recover().catch(() => undefined);
      }
      await this.#host.sleep(PULL_EVERY_MS, this.#closed.signal);
    }
  }

  async #pull(): Promise<void> {
    if (this.#pulling) {
      this.#pullAgain = true;
      return;
    }
    this.#pulling = true;
    try {
      do {
        this.#pullAgain = false;
        await this.#pullAs(this.#puller());
      } while (this.#pullAgain);
    } catch {
      // The local database or the lock failed; the next minute tries again.
    } finally {
      this.#pulling = false;
    }
  }

  /** For whom there is something to pull now: a person's database, and a post. */
  #puller(): Puller | null {
    const session = this.session;
    const { scope } = this.#present;
    if (!scope || session.kind !== 'signed_in' || session.link !== 'live' || !session.post || !CARRIES_WORKING_SET.has(session.post.role)) return null;
    return { scope, post_id: session.post.id };
  }

  async #pullAs(who: Puller | null): Promise<void> {
    if (!who) return;
    const { scope, post_id } = who;
    await this.#host.locks.request(PULL_LOCK, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      const { pull } = await import('./feed');
      const stands = (): boolean => this.#puller()?.scope === scope && this.#puller()?.post_id === post_id;
      const outcome = await pull(scope.db, { call: this.#auth.call, post_id, stands }, this.#host.now);
      if (outcome.kind !== 'done') return;
      this.#changed([...outcome.nouns] as Noun[]);
      void scope.aids().then((aids) => aids.afterPull(outcome.nouns)).catch(() => undefined);
    });
  }

  // ---------------------------------------------------------------- what is heard

  #heard(at: Date, epoch: string, least: string | null): void {
    this.#takeLeast(least);
    const contact = this.#clock.heard(at);
    void this.#noteContact(contact, epoch).catch(() => undefined);
  }

  /** Kept over restarts: a phone without a network must know it too. */
  #takeLeast(least: string | null): void {
    const wanted = least === '' ? null : least;
    if (wanted === this.client.least) return;
    void this.#install.keepSetting('min_client', wanted ?? '').catch(() => undefined);
    this.client = { ...this.client, least: wanted, outdated: below(this.client.version, wanted) };
    this.#events.emit('client', this.client);
  }

  async #noteContact(contact: ServerContact, epoch: string): Promise<void> {
    for (const { person_id } of await this.#install.people()) {
      if (await this.#contacts.note(this.#databases.of(person_id), contact, epoch)) this.#sender?.epochChanged(person_id);
    }
  }

  #takePhase(person_id: string, sending: Sending): void {
    if (person_id !== this.#present.scope?.person_id) return;
    const before = this.#status.sending;
    this.#status.sending = sending;
    if (sending.sending !== before.sending) this.#events.emit('changed', new Set<Noun>(['work']));
    if (sending.phase === before.phase && sending.needs_login === before.needs_login && sending.sending === before.sending) this.#status.moved();
    else void this.#status.refreshSync();
  }

  #changed(nouns: readonly Noun[]): void {
    const person_id = this.#present.scope?.person_id;
    if (nouns.length > 0 && person_id !== undefined) this.#tabs.changed(person_id, nouns);
  }

  #takeChanged(person_id: string, nouns: readonly Noun[]): void {
    const { scope } = this.#present;
    if (person_id !== scope?.person_id) return;
    const set = new Set<Noun>(nouns);
    scope.working.forget(set);
    this.#events.emit('changed', set);
    void this.#status.refreshSync();
  }

  #sessionChanged(session: Session): void {
    const db = this.#auth.db;
    if (session.kind === 'signed_in' && db && this.#present.scope?.person_id !== session.person.id) {
      void this.leave();
      this.#present.scope = openScope(session.person.id, db, { host: this.#host, geo: this.#geo, clock: this.#clock, api: this.api }, {
        space: () => this.#status.space(),
        full: () => this.#status.full(),
        changed: (nouns) => this.#changed(nouns),
        storage: () => this.storage,
      });
      this.#status.sending = NOT_SENDING;
      void this.#recover().catch(() => undefined);
      // At the start a short absence is no reason to ask; a change of persons always is.
      this.lock.entered(this.#auth.pinned, !this.#started);
      void readMeta(db, 'contact').then((contact) => {
        if (contact && this.#clock.contact === null) this.#clock.restore(contact);
      });
    } else if (session.kind !== 'signed_in') {
      this.#present.scope = null;
      this.lock.entered(false, false);
      this.#status.sync = NOTHING_WAITS;
    }
    this.#events.emit('session', session);
    void this.#status.refreshSync();
    if (session.kind === 'signed_in' && session.link === 'live') void this.#pull();
  }
}
