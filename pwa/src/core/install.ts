// What this browser knows before anybody has signed in: who used it, and device keys of logins whose answer has not arrived yet.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

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

interface InstallSchema extends DBSchema {
  people: { key: string; value: KnownPerson };
  pending: { key: string; value: PendingDevice };
  settings: { key: string; value: string };
}

export class Install {
  #open: Promise<IDBPDatabase<InstallSchema>> | null = null;

  /** Newest first. */
  async people(): Promise<readonly KnownPerson[]> {
    const people = await (await this.#db()).getAll('people');
    return people.sort((a, b) => b.last_at - a.last_at);
  }

  async remember(person: KnownPerson): Promise<void> {
    const tx = (await this.#db()).transaction(['people', 'pending'], 'readwrite', { durability: 'strict' });
    await tx.objectStore('people').put(person);
    await tx.objectStore('pending').delete(person.login);
    await tx.done;
  }

  async forget(person_id: string): Promise<void> {
    await (await this.#db()).delete('people', person_id);
  }

  async pending(login: string): Promise<PendingDevice | null> {
    return (await (await this.#db()).get('pending', login)) ?? null;
  }

  async keepPending(device: PendingDevice): Promise<void> {
    await (await this.#db()).put('pending', device);
  }

  async setting(name: string): Promise<string | null> {
    return (await (await this.#db()).get('settings', name)) ?? null;
  }

  async keepSetting(name: string, value: string): Promise<void> {
    await (await this.#db()).put('settings', value, name);
  }

  close(): void {
    void this.#open?.then((db) => db.close());
    this.#open = null;
  }

  #db(): Promise<IDBPDatabase<InstallSchema>> {
    const drop = (): void => this.close();
    this.#open ??= openDB<InstallSchema>('lalian', 1, {
      upgrade(db) {
        db.createObjectStore('people', { keyPath: 'person_id' });
        db.createObjectStore('pending', { keyPath: 'login' });
        db.createObjectStore('settings');
      },
      blocking: drop,
      terminated: drop,
    });
    this.#open.catch(drop);
    return this.#open;
  }
}

/** A new device: a random name and a key that can never leave this browser. */
export async function makeDevice(login: string): Promise<PendingDevice> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey);
  if (!kty || !crv || !x || !y) throw new Error('P-256 key without coordinates');
  return { login, id: crypto.randomUUID(), public_key: { kty, crv, x, y }, private_key: pair.privateKey };
}
