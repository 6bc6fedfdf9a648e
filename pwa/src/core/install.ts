// What this browser knows before anybody has signed in: who used it, and device keys of logins whose answer has not arrived yet.
import type { DBSchema } from 'idb';
import { Connection, type Trouble } from './connection';

export interface KnownPerson {
  readonly person_id: string;
  readonly login: string;
  readonly name: string;
  readonly last_at: number;
  /** False after "sign out": the database stays until everything in it is safe, but nobody opens it without a password. */
  readonly signed_in: boolean;
}

/** A device made for a login that is still on its way, so that a lost answer does not leave a second device behind. */
export interface PendingDevice {
  readonly login: string;
  readonly id: string;
  readonly public_key: JsonWebKey;
  readonly private_key: CryptoKey;
}

/** `override`: the proxy on the way passes only GET and POST. `min_client`: the oldest app that may begin new visits. */
export type Setting = 'override' | 'min_client';

interface InstallSchema extends DBSchema {
  people: { key: string; value: KnownPerson };
  pending: { key: string; value: PendingDevice };
  settings: { key: string; value: string };
}

export const INSTALL_NAME = 'lalian';

export class Install {
  readonly #connection: Connection<InstallSchema>;

  constructor(trouble?: Trouble) {
    this.#connection = new Connection<InstallSchema>(
      INSTALL_NAME,
      1,
      (db) => {
        db.createObjectStore('people', { keyPath: 'person_id' });
        db.createObjectStore('pending', { keyPath: 'login' });
        db.createObjectStore('settings');
      },
      trouble,
    );
  }

  /** Newest first. */
  async people(): Promise<readonly KnownPerson[]> {
    const people = await this.#connection.attempt((db) => db.getAll('people'));
    return people.sort((a, b) => b.last_at - a.last_at);
  }

  remember(person: KnownPerson): Promise<void> {
    return this.#connection.attempt(async (db) => {
      const tx = db.transaction(['people', 'pending'], 'readwrite', { durability: 'strict' });
      await tx.objectStore('people').put(person);
      await tx.objectStore('pending').delete(person.login);
      await tx.done;
    });
  }

  async pending(login: string): Promise<PendingDevice | null> {
    return (await this.#connection.attempt((db) => db.get('pending', login))) ?? null;
  }

  async keepPending(device: PendingDevice): Promise<void> {
    await this.#connection.attempt((db) => db.put('pending', device));
  }

  async setting(name: Setting): Promise<string | null> {
    return (await this.#connection.attempt((db) => db.get('settings', name))) ?? null;
  }

  async keepSetting(name: Setting, value: string): Promise<void> {
    await this.#connection.attempt((db) => db.put('settings', value, name));
  }

  close(): void {
    this.#connection.close();
  }
}

/** A new device: a random name and a key that can never leave this browser. */
export async function makeDevice(login: string): Promise<PendingDevice> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  if (!kty || !crv || !x || !y) throw new Error('P-256 key without coordinates');
  return { login, id: crypto.randomUUID(), public_key: { kty, crv, x, y }, private_key: pair.privateKey };
}
