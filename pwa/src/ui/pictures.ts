// The one store of picture addresses of this page, and what the browser says about the road.
import { Pictures, sizeFor, type LinkHint, type PictureSize } from '@/core/pictures';
import { core } from '@/app/shell/core.svelte';

/** Photos of one screen mount within a frame or two. */
const GATHER_MS = 20;

export const pictures = new Pictures({
  get: (path, query) => core().api.get(path, query),
  monotonic: () => performance.now(),
  gather: () => new Promise((resolve) => setTimeout(resolve, GATHER_MS)),
  who: () => {
    const session = core().session;
    return session.kind === 'signed_in' ? `${session.person.id} ${session.post?.id ?? ''}` : '';
  },
});

/** The address of a picture once it can be shown; null where it cannot. */
export async function fetchPicture(file_id: string, size: PictureSize): Promise<string | null> {
  for (let tries = 0; tries < 15; tries += 1) {
    const found = await pictures.address(file_id, size);
    if (found.kind === 'here') return found.url;
    if (found.kind !== 'being_made') return null;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
  return null;
}

/** Chromium tells how the road is and whether the person asked to save data; Safari tells nothing and gets the large one. */
export const fittingSize = (): PictureSize => sizeFor((navigator as Navigator & { readonly connection?: LinkHint }).connection ?? null);
