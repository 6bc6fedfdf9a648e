// Questions to the working set. The rows lie in the database; a list is read once and kept in memory until the feed changes its noun, because a
// phone asks for "the nearest sites" at every step the person takes.
import { finder } from './find';
import type { Database } from './db';
import { distanceM } from './geo';
import type { SiteHit, SiteQuery, SiteState, TicketQuery } from './index';
import type { Draft, OperationRow } from './model';
import type { Checklist, Inspection, Site, Ticket, WorkingSet as Rows } from './rows';

/** A site counts as done when this phone submitted a visit of it in this time. */
const DONE_MS = 30 * 24 * 3_600_000;
const RETIRED = new Set(['retired', 'inactive']);

export class WorkingSet {
  readonly #db: Database;
  readonly #now: () => number;
  readonly #cache = new Map<keyof Rows, Promise<readonly unknown[]>>();

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  forget(nouns: ReadonlySet<string>): void {
    for (const noun of nouns) this.#cache.delete(noun as keyof Rows);
  }

  all<N extends keyof Rows>(noun: N): Promise<readonly Rows[N][]> {
    const known = this.#cache.get(noun);
    if (known) return known as Promise<readonly Rows[N][]>;
    const reading = this.#db.read(['rows'], async (tx) => (await tx.objectStore('rows').index('noun').getAll(noun)).map(({ row }) => row as Rows[N]));
    this.#cache.set(noun, reading);
    reading.catch(() => this.#cache.delete(noun));
    return reading;
  }

  async get<N extends keyof Rows>(noun: N, id: string): Promise<Rows[N] | null> {
    const found = await this.#db.read(['rows'], (tx) => tx.objectStore('rows').get([noun, id]));
    return (found?.row as Rows[N] | undefined) ?? null;
  }

  // ---------------------------------------------------------------- sites

  async sites(query: SiteQuery): Promise<readonly SiteHit[]> {
    const { drafts, done } = await this.#visits();
    const fits = finder(query.text);
    const hits = (await this.all('sites')).flatMap((site): SiteHit[] => {
      if (RETIRED.has(site.status)) return [];
      if (query.kind !== undefined && site.kind !== query.kind) return [];
      if (query.township_id !== undefined && site.township_id !== query.township_id) return [];
      if (!fits([site.name, site.code, site.initials, site.village_name])) return [];
      const draft_id = drafts.get(site.id) ?? null;
      const state: SiteState = draft_id !== null ? 'draft' : done.has(site.id) ? 'done' : 'open';
      if (query.state !== undefined && query.state !== 'all' && query.state !== state) return [];
      return [{ site, state, draft_id, distance_m: distanceTo(site, query.near ?? null), open_tickets: site.open_tickets }];
    });
    hits.sort((a, b) => (a.distance_m ?? Infinity) - (b.distance_m ?? Infinity) || a.site.name.localeCompare(b.site.name, 'zh'));
    return query.limit === undefined ? hits : hits.slice(0, query.limit);
  }

  async siteByCode(code: string): Promise<Site | null> {
    const wanted = code.trim().toLowerCase();
    return (await this.all('sites')).find((site) => site.code.toLowerCase() === wanted) ?? null;
  }

  async siteCount(): Promise<{ open: number; draft: number; done: number }> {
    const count = { open: 0, draft: 0, done: 0 };
    for (const hit of await this.sites({})) count[hit.state] += 1;
    return count;
  }

  /** Visits of this phone by site: begun, and submitted lately. */
  #visits(): Promise<{ drafts: ReadonlyMap<string, string>; done: ReadonlySet<string> }> {
    return this.#db.read(['drafts', 'operations'], async (tx) => {
      const visit = (row: Draft | OperationRow): boolean => row.kind === 'inspection.submit' && row.subject.site_id !== undefined;
      const since = this.#now() - DONE_MS;
      const begun = (await tx.objectStore('drafts').getAll()).filter((draft) => visit(draft) && !draft.subject.paper);
      const drafts = begun.filter((draft) => !draft.intent);
      const handedIn = begun.filter((draft) => draft.intent);
      const sealed = (await tx.objectStore('operations').getAll()).filter((row) => visit(row) && row.sealed_at >= since);
      return {
        drafts: new Map(drafts.map((draft) => [draft.subject.site_id ?? '', draft.id])),
        done: new Set([...handedIn, ...sealed].map((row) => row.subject.site_id ?? '')),
      };
    });
  }

  // ---------------------------------------------------------------- checklists, tickets, inspections

  /** The version in force: the newest that is not retired. */
  async checklistFor(kind: string): Promise<Checklist | null> {
    const lists = (await this.all('checklists')).filter((list) => list.site_kind === kind && !RETIRED.has(list.status) && list.status !== 'draft');
    return lists.sort((a, b) => b.no - a.no)[0] ?? null;
  }

  async tickets(query: TicketQuery): Promise<readonly Ticket[]> {
    const text = query.text?.trim().toLowerCase() ?? '';
    const hits = (await this.all('tickets')).filter(
      (ticket) =>
        (query.site_id === undefined || ticket.site_id === query.site_id) &&
        (query.township_id === undefined || ticket.township_id === query.township_id) &&
        (query.village_id === undefined || ticket.village_id === query.village_id) &&
        (query.states === undefined || query.states.includes(ticket.state)) &&
        (text === '' || `${ticket.number ?? ''} ${ticket.title} ${ticket.site_name ?? ''}`.toLowerCase().includes(text)),
    );
    hits.sort((a, b) => (a.due_at ?? '9').localeCompare(b.due_at ?? '9') || b.created_at.localeCompare(a.created_at));
    return query.limit === undefined ? hits : hits.slice(0, query.limit);
  }

  async inspections(site_id?: string): Promise<readonly Inspection[]> {
    const hits = (await this.all('inspections')).filter((row) => site_id === undefined || row.site_id === site_id);
    return hits.sort((a, b) => b.observed_at.localeCompare(a.observed_at));
  }
}

function distanceTo(site: Site, near: { lon: number; lat: number } | null): number | null {
  if (near === null || site.lon === null || site.lat === null) return null;
  return distanceM(near, { lon: site.lon, lat: site.lat });
}
