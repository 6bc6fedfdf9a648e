// Photos that two people of the office had erased: this phone forgets its copies too, whatever still waits here. The record itself stays.
import type { Database } from './db';

export function forgetErased(db: Database, ids: readonly string[]): Promise<void> {
  return db.write(['files', 'file_bytes', 'thumbs', 'pictures'], async (tx) => {
    for (const id of ids) {
      await tx.objectStore('file_bytes').delete(id);
      await tx.objectStore('thumbs').delete(id);
      await tx.objectStore('pictures').delete(id);
      const file = await tx.objectStore('files').get(id);
      // Nothing is left to send or to look at; "purged" is what the deletion rule leaves as well.
      if (file) await tx.objectStore('files').put({ ...file, upload: 'purged' });
    }
  });
}
