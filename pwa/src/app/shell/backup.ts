// Hands the unsent work to the person as one file: by the share sheet where the system takes such files, else as a download.
import { core } from './core.svelte';
import { dropScratch } from './host';
import { marked } from './marked';

const KEPT_FOR_THE_BROWSER_MS = 120_000;

/** The file, ready to be handed on; null when it could not be made. */
export async function makeBackup(): Promise<File | null> {
  try {
    const blob = await core().outbox.exportBackup();
    const name = marked(`lalian-${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.zip`);
    // Made of the Blob, not of its bytes: nothing is copied.
    return new File([blob], name, { type: 'application/zip' });
  } catch {
    return null;
  }
}

export function canShare(file: File): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [file] });
}

/** False when the person closed the sheet or the system did not take the file. */
export async function share(file: File): Promise<boolean> {
  try {
    await navigator.share({ files: [file] });
    return true;
  } catch {
    return false;
  }
}

export function download(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
    void dropScratch();
  }, KEPT_FOR_THE_BROWSER_MS);
}
