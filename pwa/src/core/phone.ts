// Puts the parts together behind the `Core` facade: one tab's view of one phone. Holds no rule of its own; every rule lives in the part it calls.
import { makeApi } from '../api/make';
import type { ApiClient } from '../api/client';
import { Auth } from './auth';
import { fromUtf8, uuidv7 } from './bytes';
import type { Review } from './checklist';
import { Clock, type ServerContact } from './clock';
import { ContactLog } from './contact';
import { Databases, NoSpace, type LocalDatabase } from './db';
import { Drafts } from './drafts';
import { Emitter } from './events';
import { Geo } from './geo';
import type { Channel, Host } from './host';
import type { Core, CoreEvents, Noun, SubmitResult } from './index';
import { Install } from './install';
import { Link } from './link';
import { getMeta, readMeta } from './meta';
import type { Draft, FileRow, Kind, Session, StorageStatus, Subject, SyncPhase, SyncStatus, Verdict, Work } from './model';
import { needsAttention, waiting, workOf } from './outbox';
import type { InspectionPayload, Payloads } from './payloads';
import type { Photos } from './photos';
import { keepStorage, storageStatus, UNKNOWN_STORAGE } from './quota';
import type { Source } from './seal';
import type { Sender, WakeReason } from './sender';
import { WorkingSet } from './working';

/** Everything that belongs to the person who is signed in. */
interface Scope {
  readonly person_id: string;
  readonly db: LocalDatabase;
  readonly drafts: Drafts;
  /** Loaded with the first photo; see `#warmUp`. */
  readonly photos: () => Promise<Photos>;
  readonly working: WorkingSet;
}

interface PhaseMessage {
  readonly t: 'phase';
  readonly person_id: string;
  readonly phase: SyncPhase;
  readonly sending: string | null;
  readonly needs_login: boolean;
}

/** What tabs of one browser tell each other. */
type Message =
  | { readonly t: 'changed'; readonly person_id: string; readonly nouns: readonly Noun[] }
  | PhaseMessage
  | { readonly t: 'beat' }
  | { readonly t: 'wake'; readonly reason: WakeReason };

const PULL_EVERY_MS = 60_000;
const PULL_LOCK = 'lalian-pull';
/** Roles that work from the rows on the phone; the office reads its lists from the server. */
const CARRIES_WORKING_SET = new Set(['inspector', 'department', 'main_leader', 'deputy_leader', 'desk_officer', 'village_cadre']);

const NOTHING_WAITS: SyncStatus = {
  phase: { kind: 'idle' },
  operations_waiting: 0,
  files_waiting: 0,
  bytes_waiting: 0,
  attention: 0,
  needs_login: false,
  oldest_waiting_at: null,
  last_contact_at: null,
  last_pull_at: null,
};

export async function openPhone(host: Host): Promise<Core> {
  const phone = new Phone(host);
  await phone.start();
  return phone;
}

class Phone implements Core {
  readonly #host: Host;
  readonly #events = new Emitter<CoreEvents>();
  readonly #install = new Install();
  readonly #databases = new Databases();
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #auth: Auth;
  readonly #geo: Geo;
  readonly #contacts: ContactLog;
  readonly #channel: Channel;
  readonly #closed = new AbortController();
  readonly api: ApiClient;
  #sender: Sender | null = null;
  #scope: Scope | null = null;
  #sync: SyncStatus = NOTHING_WAITS;
  #storage: StorageStatus = UNKNOWN_STORAGE;
  /** Last told about each person's sending. */
  readonly #phases = new Map<string, PhaseMessage>();
  #phase: SyncPhase = { kind: 'idle' };
  #sending: string | null = null;
  #needsLogin = false;
  #heardBeat: number;
  #refreshing: Promise<void> | null = null;
  #refreshAgain = false;
  #pulling = false;
  #pullAgain = false;

  constructor(host: Host) {
    this.#host = host;
    this.#heardBeat = host.now();
    this.#clock = new Clock(host);
    this.#contacts = new ContactLog(host.now);
    this.#link = new Link(host, { heard: (at, epoch) => this.#heard(at, epoch), overridden: () => void this.#install.keepSetting('override', '1') });
    this.#auth = new Auth(host, this.#install, this.#databases, this.#link, (session) => this.#sessionChanged(session));
    this.#geo = new Geo(host.geolocation, host.now, (state) => this.#events.emit('place', state));
    this.api = makeApi({ call: this.#auth.call, raw: (url) => this.#auth.raw(url) });
    this.#channel = host.channel('lalian', (message) => this.#hear(message as Message));
  }

  async start(): Promise<void> {
    if ((await this.#install.setting('override')) === '1') this.#link.overrideMethods();
    await this.#auth.start();
    void this.#warmUp();
    void this.#run();
    void this.#keepFresh();
    void this.#refreshStorage();
  }

  /** Brings into memory what the start did not need but the field will: a phone may lose its network before the worker has stored the app. */
  async #warmUp(): Promise<void> {
    await Promise.allSettled([import('./seal'), import('./photos'), import('./checklist')]);
  }

  // ---------------------------------------------------------------- what screens read

  get session(): Session {
    return this.#auth.session;
  }

  get sync(): SyncStatus {
    return this.#sync;
  }

  get storage(): StorageStatus {
    return this.#storage;
  }

  on<Name extends keyof CoreEvents>(name: Name, listener: (detail: CoreEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  readonly auth: Core['auth'] = {
    people: () => this.#auth.people(),
    signIn: async (account, password) => {
      const result = await this.#auth.signIn(account, password);
      if (result.kind === 'signed_in') this.#wake('login');
      return result;
    },
    continueOffline: (person_id) => this.#auth.continueOffline(person_id),
    choosePost: async (post_id) => {
      await this.#auth.choosePost(post_id);
      void this.#pull();
    },
    changePassword: (current, next) => this.#auth.changePassword(current, next),
    signOut: async (held) => {
      await this.flush();
      const { operations_waiting, files_waiting } = await this.#count();
      if (held !== 'exported' && operations_waiting + files_waiting > 0) {
        return { kind: 'held', operations: operations_waiting, files: files_waiting };
      }
      await this.#auth.signOut();
      return { kind: 'done' };
    },
  };

  readonly sites: Core['sites'] = {
    search: (query) => this.#in((scope) => scope.working.sites(query), []),
    get: (id) => this.#in((scope) => scope.working.get('sites', id), null),
    byCode: (code) => this.#in((scope) => scope.working.siteByCode(code), null),
    count: () => this.#in((scope) => scope.working.siteCount(), { open: 0, draft: 0, done: 0 }),
  };

  readonly checklists: Core['checklists'] = {
    forKind: (kind) => this.#in((scope) => scope.working.checklistFor(kind), null),
    get: (id) => this.#in((scope) => scope.working.get('checklists', id), null),
    kinds: () => this.#in((scope) => scope.working.all('site-kinds'), []),
  };

  readonly divisions: Core['divisions'] = {
    all: () => this.#in((scope) => scope.working.all('divisions'), []),
    get: (id) => this.#in((scope) => scope.working.get('divisions', id), null),
  };

  readonly tickets: Core['tickets'] = {
    search: (query) => this.#in((scope) => scope.working.tickets(query), []),
    get: (id) => this.#in((scope) => scope.working.get('tickets', id), null),
  };

  readonly rounds: Core['rounds'] = { all: () => this.#in((scope) => scope.working.all('rounds'), []) };

  readonly inspections: Core['inspections'] = {
    list: (site_id) => this.#in((scope) => scope.working.inspections(site_id), []),
    get: (id) => this.#in((scope) => scope.working.get('inspections', id), null),
  };

  readonly drafts: Core['drafts'] = {
    list: (kind) => this.#in((scope) => scope.drafts.list(kind), []),
    get: (id, kind) => this.#in((scope) => scope.drafts.get(id, kind), null),
    open: (kind, subject, initial) => this.#must().drafts.open(kind, subject, initial),
    save: async (id, payload) => {
      try {
        await this.#must().drafts.save(id, payload);
      } catch (error) {
        if (error instanceof NoSpace) this.#full();
        throw error;
      }
    },
    discard: (id) => this.#in((scope) => scope.drafts.discard(id), undefined),
  };

  readonly photos: Core['photos'] = {
    take: async (draft_id, frame, meta) => {
      const result = await (await this.#must().photos()).take(draft_id, frame, meta);
      void keepStorage(this.#host).then(() => this.#refreshStorage());
      return result;
    },
    pick: async (draft_id, file, meta) => {
      const result = await (await this.#must().photos()).pick(draft_id, file, meta);
      void keepStorage(this.#host).then(() => this.#refreshStorage());
      return result;
    },
    of: (owner_id) => this.#in(async (scope) => (await scope.photos()).of(owner_id), []),
    ofVisit: (inspection_id) => this.#photosOfVisit(inspection_id),
    bytes: (file_id) => this.#in(async (scope) => (await scope.photos()).bytes(file_id), null),
    thumb: (file_id) => this.#in(async (scope) => (await scope.photos()).thumb(file_id), null),
    remove: (file_id) => this.#in(async (scope) => (await scope.photos()).remove(file_id), undefined),
  };

  readonly work: Core['work'] = {
    mine: (query = {}) =>
      this.#in(async (scope) => {
        const rows = await this.#works(scope);
        const wanted = rows.filter(
          (work) =>
            (query.kinds === undefined || query.kinds.includes(work.kind)) &&
            (query.site_id === undefined || work.subject.site_id === query.site_id) &&
            (query.ticket_id === undefined || work.subject.ticket_id === query.ticket_id),
        );
        return query.limit === undefined ? wanted : wanted.slice(0, query.limit);
      }, []),
    get: (operation_id) => this.#in(async (scope) => (await this.#works(scope)).find((work) => work.id === operation_id) ?? null, null),
    payload: <K extends Kind>(operation_id: string, kind: K) =>
      this.#in(async (scope) => {
        const body = await scope.db.read(['bodies'], (tx) => tx.objectStore('bodies').get(operation_id));
        if (!body) return null;
        const envelope = JSON.parse(fromUtf8(body)) as { kind: string; payload: Payloads[K] };
        return envelope.kind.startsWith(`${kind}/`) ? envelope.payload : null;
      }, null),
  };

  readonly outbox: Core['outbox'] = {
    sendNow: () => this.#wake('tap'),
    sendAgain: async (operation_id) => {
      const { db } = this.#must();
      const { requeue } = await import('./settle');
      await requeue(db, [operation_id]);
      this.#changed(['work', 'files']);
      this.#wake('tap');
    },
    exportBackup: async () => (await import('./rescue')).exportBackup(this.#must().db, this.#host.now()),
    problems: () =>
      this.#in(async (scope) => (await this.#works(scope)).flatMap((work) => (work.problem ? [{ work, problem: work.problem }] : [])), []),
  };

  get place(): Core['place'] {
    return { state: this.#geo.state, use: () => this.#geo.use() };
  }

  // ---------------------------------------------------------------- sealing

  async review(draft_id: string): Promise<Review> {
    // The rules come with the first visit that is opened, not with the start of the app.
    const { EMPTY_REVIEW, review } = await import('./checklist');
    const { db, drafts, photos, working } = this.#must();
    const draft = await db.read(['drafts'], (tx) => tx.objectStore('drafts').get(draft_id));
    if (draft?.kind !== 'inspection.submit' && draft?.kind !== 'inspection.correct') return EMPTY_REVIEW;
    const payload = (await drafts.get(draft_id, draft.kind))?.payload;
    if (!payload) return EMPTY_REVIEW;
    const visit: InspectionPayload = 'inspection' in payload ? payload.inspection : payload;
    const checklist = await working.get('checklists', visit.checklist_id);
    const earlier = draft.kind === 'inspection.correct' ? await this.#photosOfVisit(visit.inspection_id) : [];
    return checklist ? review(checklist, visit, [...earlier, ...(await (await photos()).of(draft_id))]) : EMPTY_REVIEW;
  }

  async #photosOfVisit(inspection_id: string): Promise<readonly FileRow[]> {
    const found: FileRow[] = [];
    for (const { id, kind } of await this.work.mine({ kinds: ['inspection.submit', 'inspection.correct'] })) {
      const payload = await this.work.payload(id, kind as 'inspection.submit' | 'inspection.correct');
      if (payload?.inspection_id === inspection_id) found.push(...(await this.photos.of(id)));
    }
    return found;
  }

  async submit(draft_id: string): Promise<SubmitResult> {
    const { drafts } = this.#must();
    await drafts.flush();
    const checked = await this.review(draft_id);
    if (checked.faults.length > 0) return { kind: 'incomplete', review: checked };
    return this.#seal({ draft_id });
  }

  run<K extends Kind>(kind: K, subject: Subject, payload: Payloads[K]): Promise<SubmitResult> {
    const now = this.#host.now();
    const command: Draft = {
      id: uuidv7(now),
      kind,
      subject,
      payload: JSON.parse(JSON.stringify(payload)) as unknown,
      after: [],
      started_at: now,
      updated_at: now,
    };
    return this.#seal({ command });
  }

  async #seal(source: Source): Promise<SubmitResult> {
    const scope = this.#must();
    const post_id = this.#auth.profile?.post_id;
    if (!post_id) return { kind: 'no_post' };
    // Another tab may have met the server since.
    const contact = await readMeta(scope.db, 'contact');
    if (contact && (this.#clock.contact === null || contact.device_at > this.#clock.contact.device_at)) this.#clock.restore(contact);
    try {
      const { seal } = await import('./seal');
      const result = await seal(
        {
          db: scope.db,
          clock: this.#clock,
          now: this.#host.now,
          app_version: this.#host.appVersion,
          capture: this.#host.capture,
          author: { person_id: scope.person_id, post_id },
        },
        source,
      );
      if (result.kind === 'gone') throw new Error('nothing to seal under this id');
      if (result.kind === 'sealed') {
        this.#changed(['drafts', 'work', 'files']);
        this.#wake('sealed');
      }
      return result;
    } catch (error) {
      if (!(error instanceof NoSpace)) throw error;
      this.#full();
      return { kind: 'no_space' };
    }
  }

  settled(operation_id: string, timeout_ms = 15_000): Promise<Verdict> {
    const { db } = this.#must();
    return new Promise((resolve, reject) => {
      const stop = new AbortController();
      const look = async (last: boolean): Promise<void> => {
        const row = await db.read(['operations'], (tx) => tx.objectStore('operations').get(operation_id));
        const verdict: Verdict = row?.verdict ?? { kind: 'unknown' };
        if (verdict.kind === 'unknown' && !last) return;
        undo();
        stop.abort();
        resolve(verdict);
      };
      const undo = this.#events.on('changed', (nouns) => {
        if (nouns.has('work')) look(false).catch(reject);
      });
      look(false).catch(reject);
      void this.#host.sleep(timeout_ms, stop.signal).then(() => (stop.signal.aborted ? undefined : look(true).catch(reject)));
    });
  }

  // ---------------------------------------------------------------- life of the tab

  wake(reason: 'visible' | 'online' | 'tap'): void {
    this.#wake(reason);
    void this.#refreshStorage();
    void this.#auth.confirm().then(() => this.#pull());
  }

  async flush(): Promise<void> {
    await this.#scope?.drafts.flush();
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed.abort();
    if (this.#scope) (await this.#scope.photos()).close();
    this.#channel.close();
    this.#databases.close();
    this.#install.close();
  }

  async #run(): Promise<void> {
    const { Sender } = await import('./sender');
    this.#sender = new Sender(this.#host, this.#link, this.#install, this.#databases, {
      changed: (person_id) => this.#changed(['work', 'files'], person_id),
      applied: (person_id) => void (person_id === this.#scope?.person_id && this.#pull()),
      phase: (person_id, phase) => this.#phaseChanged(person_id, phase),
      sending: (person_id, sending) => this.#tellPhase(person_id, { sending }),
      needsLogin: (person_id, needs_login) => this.#tellPhase(person_id, { needs_login }),
    });
    await this.#sender.run({ heard: () => this.#heardBeat, say: () => this.#tell({ t: 'beat' }) }, this.#closed.signal);
  }

  /** Asks the server who we are and what is new: now, and every minute while somebody looks. */
  async #keepFresh(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      if (this.#host.visible() && this.#link.waiting === null) {
        await this.#auth.confirm();
        await this.#pull();
      }
      await this.#host.sleep(PULL_EVERY_MS, this.#closed.signal);
    }
  }

  async #pull(): Promise<void> {
    const session = this.session;
    const scope = this.#scope;
    if (!scope || session.kind !== 'signed_in' || session.link !== 'live' || !session.post || !CARRIES_WORKING_SET.has(session.post.role)) return;
    const post_id = session.post.id;
    if (this.#pulling) {
      this.#pullAgain = true;
      return;
    }
    this.#pulling = true;
    try {
      do {
        this.#pullAgain = false;
        await this.#host.locks.request(PULL_LOCK, { ifAvailable: true }, async (lock) => {
          if (!lock) return;
          const { pull } = await import('./feed');
          const outcome = await pull(scope.db, this.#auth.call, post_id, this.#host.now);
          if (outcome.kind === 'done') this.#changed([...outcome.nouns] as Noun[]);
        });
      } while (this.#pullAgain);
    } catch {
      // The local database or the lock failed; the next minute tries again.
    } finally {
      this.#pulling = false;
    }
  }

  // ---------------------------------------------------------------- what sending tells

  #heard(at: Date, epoch: string): void {
    const contact = this.#clock.heard(at);
    void this.#noteContact(contact, epoch).catch(() => undefined);
  }

  async #noteContact(contact: ServerContact, epoch: string): Promise<void> {
    for (const { person_id } of await this.#install.people()) {
      if (await this.#contacts.note(this.#databases.of(person_id), contact, epoch)) this.#sender?.epochChanged(person_id);
    }
  }

  #phaseChanged(person_id: string, phase: SyncPhase): void {
    this.#tellPhase(person_id, { phase, ...(phase.kind === 'sending' ? { needs_login: false } : { sending: null }) });
  }

  /** Told to all tabs, and only when something is new. */
  #tellPhase(person_id: string, part: Partial<Pick<PhaseMessage, 'phase' | 'sending' | 'needs_login'>>): void {
    const before = this.#phases.get(person_id) ?? { t: 'phase', person_id, phase: { kind: 'idle' }, sending: null, needs_login: false };
    const message: PhaseMessage = { ...before, ...part };
    if (JSON.stringify(message) === JSON.stringify(before)) return;
    this.#phases.set(person_id, message);
    this.#channel.post(message);
    this.#takePhase(message);
  }

  #takePhase(message: PhaseMessage): void {
    if (message.person_id !== this.#scope?.person_id) return;
    const moved = message.sending !== this.#sending;
    this.#phase = message.phase;
    this.#sending = message.sending;
    this.#needsLogin = message.needs_login;
    if (moved) this.#events.emit('changed', new Set<Noun>(['work']));
    void this.#refreshSync();
  }

  // ---------------------------------------------------------------- talk between tabs

  #tell(message: Message): void {
    this.#heardBeat = this.#host.now();
    this.#channel.post(message);
  }

  #hear(message: Message): void {
    switch (message.t) {
      case 'beat':
        this.#heardBeat = this.#host.now();
        return;
      case 'changed':
        return this.#takeChanged(message.person_id, message.nouns);
      case 'phase':
        return this.#takePhase(message);
      case 'wake':
        void this.#sender?.wake(message.reason);
    }
  }

  #wake(reason: WakeReason): void {
    void this.#sender?.wake(reason);
    this.#channel.post({ t: 'wake', reason } satisfies Message);
  }

  #changed(nouns: readonly Noun[], person_id = this.#scope?.person_id): void {
    if (nouns.length === 0 || person_id === undefined) return;
    this.#channel.post({ t: 'changed', person_id, nouns } satisfies Message);
    this.#takeChanged(person_id, nouns);
  }

  #takeChanged(person_id: string, nouns: readonly Noun[]): void {
    if (person_id !== this.#scope?.person_id) return;
    const set = new Set<Noun>(nouns);
    this.#scope.working.forget(set);
    this.#events.emit('changed', set);
    void this.#refreshSync();
  }

  // ---------------------------------------------------------------- state

  #sessionChanged(session: Session): void {
    const db = this.#auth.db;
    if (session.kind === 'signed_in' && db && this.#scope?.person_id !== session.person.id) {
      void this.#scope?.drafts.flush();
      this.#scope = this.#scopeFor(session.person.id, db);
      this.#phase = { kind: 'idle' };
      this.#sending = null;
      this.#needsLogin = false;
      void readMeta(db, 'contact').then((contact) => {
        if (contact && this.#clock.contact === null) this.#clock.restore(contact);
      });
    } else if (session.kind !== 'signed_in') {
      this.#scope = null;
      this.#sync = NOTHING_WAITS;
    }
    this.#events.emit('session', session);
    void this.#refreshSync();
    if (session.kind === 'signed_in' && session.link === 'live') void this.#pull();
  }

  #scopeFor(person_id: string, db: LocalDatabase): Scope {
    const drafts = new Drafts(db, this.#host.now, () => this.#changed(['drafts']));
    const space = (): 'normal' | 'low' | 'none' => (this.#storage.level === 'red' ? 'none' : this.#storage.level === 'amber' ? 'low' : 'normal');
    let loaded: Promise<Photos> | null = null;
    const photos = (): Promise<Photos> =>
      (loaded ??= import('./photos').then(
        ({ Photos: Made }) => new Made(db, this.#host, this.#geo, space, () => this.#full(), () => this.#changed(['files'])),
        (error: unknown) => {
          loaded = null;
          throw error;
        },
      ));
    return { person_id, db, drafts, photos, working: new WorkingSet(db, this.#host.now) };
  }

  async #works(scope: Scope): Promise<readonly Work[]> {
    const now = { sending: this.#sending, needs_login: this.#needsLogin };
    return scope.db.read(['operations', 'files'], async (tx) => {
      const rows = await tx.objectStore('operations').index('seq').getAll();
      const works: Work[] = [];
      for (const row of rows.reverse()) works.push(workOf(row, await tx.objectStore('files').index('owner').getAll(row.id), now));
      return works;
    });
  }

  async #count(): Promise<{ operations_waiting: number; files_waiting: number; bytes_waiting: number; oldest: number | null; attention: number }> {
    const scope = this.#scope;
    if (!scope) return { operations_waiting: 0, files_waiting: 0, bytes_waiting: 0, oldest: null, attention: 0 };
    const { operations, files } = await waiting(scope.db);
    const held = [...files.values()].flat().filter((file) => file.upload === 'held');
    return {
      operations_waiting: operations.filter((row) => row.progress === 'sealed').length,
      files_waiting: held.length,
      bytes_waiting: held.reduce((sum, file) => sum + file.bytes, 0),
      oldest: operations.find((row) => row.progress === 'sealed' || held.some((file) => file.owner === row.id))?.sealed_at ?? null,
      attention: operations.filter(needsAttention).length,
    };
  }

  /** Counts anew after changes; many changes in a row are one count. */
  async #refreshSync(): Promise<void> {
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return this.#refreshing;
    }
    this.#refreshing = (async () => {
      do {
        this.#refreshAgain = false;
        const scope = this.#scope;
        if (!scope) break;
        const count = await this.#count();
        const { contact, cursor } = await scope.db.read(['meta'], async (tx) => ({ contact: await getMeta(tx, 'contact'), cursor: await getMeta(tx, 'cursor') }));
        if (scope !== this.#scope) continue;
        const session = this.session;
        this.#sync = {
          phase: this.#phase,
          operations_waiting: count.operations_waiting,
          files_waiting: count.files_waiting,
          bytes_waiting: count.bytes_waiting,
          attention: count.attention,
          needs_login: this.#needsLogin || (session.kind === 'signed_in' && session.link === 'expired'),
          oldest_waiting_at: count.oldest,
          last_contact_at: contact ? Date.parse(contact.device_at) : null,
          last_pull_at: cursor?.pulled_at ?? null,
        };
        this.#events.emit('sync', this.#sync);
      } while (this.#refreshAgain);
    })()
      .catch(() => undefined)
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  async #refreshStorage(): Promise<void> {
    const status = await storageStatus(this.#host);
    this.#storage = status;
    this.#events.emit('storage', status);
  }

  /** A write failed for want of space: whatever the estimate says, it is full. */
  #full(): void {
    this.#storage = { ...this.#storage, level: 'red', free_bytes: 0 };
    this.#events.emit('storage', this.#storage);
  }

  #must(): Scope {
    if (!this.#scope) throw new Error('nobody is signed in');
    return this.#scope;
  }

  async #in<T>(work: (scope: Scope) => Promise<T>, otherwise: T): Promise<T> {
    return this.#scope ? work(this.#scope) : otherwise;
  }
}
