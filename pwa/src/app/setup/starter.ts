// Checklists for a county that has none of its own, with their example pictures. They lie beside the app and are fetched only when somebody wants them;
// with a workbook they travel in one archive, so that the kinds its sites name are there.
import listsUrl from '../../../../backend/demo/checklists.json?url';
import { zipped, type ZipEntry } from '@/core/zip';

const PICTURES = import.meta.glob<string>('../../../../backend/demo/examples/*.png', { query: '?url', import: 'default', eager: true });

/** Whatever the workbook is called: a name such as 点位表 would stand before the names of its sheets, which tell what they are. */
export const WORKBOOK = '工作簿.xlsx';

async function* entries(urls: readonly (readonly [name: string, url: string])[], more: File | null): AsyncGenerator<ZipEntry> {
  for (const [name, url] of urls) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(url);
    yield { name, bytes: new Uint8Array(await answer.arrayBuffer()) };
  }
  if (more) yield { name: WORKBOOK, bytes: new Uint8Array(await more.arrayBuffer()) };
}

/** In this folder they stand back where the workbook has checklists of its own. */
const BESIDE = 'starter';

/** One archive of the starter checklists and this workbook; null when they cannot be fetched. */
export async function withStarter(file: File | null): Promise<Blob | null> {
  const pictures = Object.entries(PICTURES).map(([path, url]) => [`examples/${path.split('/').at(-1) ?? ''}`, url] as const);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    for await (const part of zipped(entries([[file === null ? 'checklists.json' : `${BESIDE}/checklists.json`, listsUrl], ...pictures], file))) parts.push(part);
  } catch {
    return null;
  }
  return new Blob(parts);
}
