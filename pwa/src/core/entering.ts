// Coming and going: signing in, a new password, signing out, who else uses this phone. Loaded when somebody does one of these, not with the app.
import type { Databases, LocalDatabase } from './db';
import type { Reply, Request } from './http';
import type { Host } from './host';
import type { ChangePasswordResult, PersonHere, SignInResult, SignOutResult } from './index';
import { makeDevice, type Install, type PendingDevice } from './install';
import { API, type Link } from './link';
import { getMeta, putMeta, readMeta, type Profile } from './meta';
import { waiting } from './outbox';
import { problemAnswer, sessionAnswer, type SessionAnswer } from './session.wire';

/** What the county can give again. */
const FROM_THE_COUNTY = ['rows', 'examples', 'last_photos', 'pictures'] as const;

/** What coming and going needs of the session that it changes. */
export interface Doorway {
  readonly host: Host;
  readonly install: Install;
  readonly databases: Databases;
  readonly link: Link;
  readonly call: (request: Request) => Promise<Reply>;
  readonly profile: () => Profile | null;
  /** The server knows this person: from now on they are signed in. */
  readonly entered: (answer: SessionAnswer, db: LocalDatabase, profile: Profile) => void;
  readonly passwordChanged: () => Promise<void>;
  readonly left: () => void;
}

export const signIn = (door: Doorway, login: string, password: string): Promise<SignInResult> => enterBy(door, login, '/session', { login, password });

/** A pane of the demo's stand lets its own person in; `login` only says which device of this browser that is. */
export const enterPane = (door: Doorway, login: string): Promise<SignInResult> => enterBy(door, login, '/demo/session', {});

async function enterBy(door: Doorway, login: string, path: string, proof: Readonly<Record<string, string>>, again = true): Promise<SignInResult> {
  const device = await deviceFor(door, login);
  const reply = await door.link.send({
    method: 'POST',
    url: `${API}${path}`,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      ...proof,
      device: { id: device.id, name: deviceName(door.host), public_key: device.public_key, app_version: door.host.appVersion },
    }),
    timeout_ms: 30_000,
    cookie: true,
  });
  if (reply.kind === 'busy' && reply.status === 429) return { kind: 'slow_down', seconds: Math.ceil((reply.retry_after_ms ?? 5000) / 1000) };
  if (reply.kind === 'busy') return { kind: 'busy' };
  if (reply.kind !== 'ours') return { kind: 'offline' };
  if (reply.status === 200) {
    const answer = sessionAnswer(reply.body);
    if (!answer) return { kind: 'offline' };
    await enter(door, answer, device);
    return { kind: 'signed_in', person: answer.person, posts: answer.posts };
  }
  const code = problemAnswer(reply.body)?.code ?? 'unknown';
  if (code === 'foreign_device' && again) {
    // This login belongs to another person than the one who used it here before: a new device for a new person.
    await door.install.keepPending(await makeDevice(login));
    return enterBy(door, login, path, proof, false);
  }
  return reply.status === 401 ? { kind: 'wrong' } : { kind: 'failed', code };
}

async function enter(door: Doorway, answer: SessionAnswer, device: PendingDevice): Promise<void> {
  const db = door.databases.of(answer.person.id);
  const profile = profileOf(answer, await readMeta(db, 'profile'));
  await db.write(['meta'], async (tx) => {
    const known = await getMeta(tx, 'device');
    const credential = answer.device?.send_credential ?? known?.credential ?? null;
    await putMeta(tx, 'device', { id: device.id, public_key: device.public_key, private_key: device.private_key, credential });
    await putMeta(tx, 'profile', profile);
  });
  const { id: person_id, login, name } = answer.person;
  await door.install.remember({ person_id, login, name, last_at: door.host.now(), signed_in: true });
  door.entered(answer, db, profile);
}

/** The device that belongs to this login here, or a new one. */
async function deviceFor(door: Doorway, login: string): Promise<PendingDevice> {
  const pending = await door.install.pending(login);
  if (pending) return pending;
  const known = (await door.install.people()).find((person) => person.login === login);
  const device = known ? await readMeta(door.databases.of(known.person_id), 'device') : null;
  if (device) return { login, id: device.id, public_key: device.public_key, private_key: device.private_key };
  const made = await makeDevice(login);
  await door.install.keepPending(made);
  return made;
}

export async function changePassword(door: Doorway, current: string, next: string): Promise<ChangePasswordResult> {
  const reply = await door.call({
    method: 'POST',
    url: `${API}/session/password`,
    headers: { 'Content-Type': 'application/json' },
    // Behind a one-time code there is no old one.
    body: JSON.stringify({ old_password: current === '' ? null : current, new_password: next }),
    timeout_ms: 30_000,
    cookie: true,
  });
  if (reply.kind === 'busy') return { kind: 'busy' };
  if (reply.kind !== 'ours') return { kind: 'offline' };
  if (reply.status === 204 || reply.status === 200) {
    await door.passwordChanged();
    return { kind: 'done' };
  }
  const problem = problemAnswer(reply.body);
  if (reply.status === 401 || reply.status === 403 || problem?.field === '/old_password') return { kind: 'wrong' };
  return { kind: 'too_weak', code: problem?.code ?? 'unknown', said: problem?.said ?? null };
}

/**
 * Leaves. What is not with the county yet stays here, locked: nobody opens it without the password, and it goes on being sent with the device's
 * own credential. What the county can give again (the working set) is taken off the phone.
 */
export async function signOut(door: Doorway): Promise<SignOutResult> {
  const id = door.profile()?.person.id;
  const known = (await door.install.people()).find((person) => person.person_id === id);
  let kept = { operations: 0, files: 0, drafts: 0 };
  if (known) {
    const db = door.databases.of(known.person_id);
    kept = await held(db);
    await door.install.remember({ ...known, signed_in: false });
    await db.write(['meta', ...FROM_THE_COUNTY], async (tx) => {
      for (const store of FROM_THE_COUNTY) await tx.objectStore(store).clear();
      for (const name of ['cursor', 'inbox'] as const) await tx.objectStore('meta').delete(name);
    });
  }
  door.left();
  await door.link.send({ method: 'POST', url: `${API}/session/logout`, timeout_ms: 10_000, cookie: true });
  return { kind: 'done', kept };
}

/** Everybody of this phone, newest first; of others nothing but how much is still unsent. */
export async function peopleHere(door: Doorway): Promise<readonly PersonHere[]> {
  const here: PersonHere[] = [];
  for (const { person_id, login, name, signed_in } of await door.install.people()) {
    const { operations, files } = await held(door.databases.of(person_id));
    if (signed_in || operations + files > 0) here.push({ person: { id: person_id, login, name }, signed_in, operations, files });
  }
  return here;
}

async function held(db: LocalDatabase): Promise<{ operations: number; files: number; drafts: number }> {
  const { operations, files } = await waiting(db);
  return {
    operations: operations.filter((row) => row.progress === 'sealed').length,
    files: [...files.values()].flat().filter((file) => file.upload === 'held').length,
    drafts: await db.read(['drafts'], (tx) => tx.objectStore('drafts').count()),
  };
}

/** Keeps the chosen post while it is still held; one post needs no choice. */
export function profileOf(answer: SessionAnswer, before: Profile | null): Profile {
  const { person, posts, must_change_password, demo, limits } = answer;
  const kept = posts.find((post) => post.id === before?.post_id) ?? (posts.length === 1 ? posts[0] : undefined);
  return { person, posts, post_id: kept?.id ?? null, must_change_password, demo, limits };
}

/** What the office sees on the unsent board; nothing that tracks. */
const deviceName = (host: Host): string => (host.capture === 'phone' ? '手机' : '电脑');
