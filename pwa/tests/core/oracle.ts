// The one oracle of every fault test: what was sealed on these phones is what the server has, each once, every hash equal, every photo there.
import { sha256 } from '../../src/core/bytes';
import type { Database } from '../../src/core/db';
import type { FakeServer } from './fake-server';

export async function missingOrWrong(server: FakeServer, databases: readonly Database[]): Promise<string[]> {
  const wrong: string[] = [];
  let sealed = 0;
  for (const db of databases) {
    const { rows, bodies, files } = await db.read(['operations', 'bodies', 'files'], async (tx) => {
      const keys = await tx.objectStore('bodies').getAllKeys();
      const values = await tx.objectStore('bodies').getAll();
      return {
        rows: await tx.objectStore('operations').getAll(),
        bodies: new Map(keys.map((key, i) => [key, values[i]] as const)),
        files: await tx.objectStore('files').getAll(),
      };
    });
    sealed += rows.length;
    const seqs = rows.map((row) => row.seq).sort((a, b) => a - b);
    if (seqs.some((seq, i) => seq !== i + 1)) wrong.push(`numbers ${seqs.join()}`);
    for (const row of rows) {
      const there = server.operations.get(row.id);
      if (!there) wrong.push(`lost ${row.id}`);
      else if (there.hash !== row.sha256 || (await sha256(bodies.get(row.id) ?? new ArrayBuffer())) !== there.hash) wrong.push(`hash ${row.id}`);
      if (row.progress !== 'confirmed' && row.progress !== 'purged') wrong.push(`${row.progress} ${row.id} ${JSON.stringify(row.problem)}`);
    }
    const ids = new Set(rows.map((row) => row.id));
    for (const file of files.filter(({ owner }) => ids.has(owner))) {
      const there = server.files.get(file.sha256);
      if (!there || (await sha256(there)) !== file.sha256) wrong.push(`photo ${file.file_id} ${file.upload}`);
    }
  }
  if (sealed !== server.operations.size) wrong.push(`count ${sealed} != ${server.operations.size}`);
  return wrong;
}
