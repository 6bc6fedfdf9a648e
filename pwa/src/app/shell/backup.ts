// Hands the unsent work to the person as one file. True when the browser took it.
import { core } from './core.svelte';

const KEPT_FOR_THE_BROWSER_MS = 60_000;

export async function saveBackup(): Promise<boolean> {
  let file: Blob;
  try {
    file = await core().outbox.exportBackup();
  } catch {
    return false;
  }
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = `lalian-${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_FOR_THE_BROWSER_MS);
  return true;
}
