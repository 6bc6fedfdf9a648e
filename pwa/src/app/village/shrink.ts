// A photo that is larger than the link takes is made smaller here; all others go as the camera made them.

/** What the county takes by a link. */
export const MOST_BYTES = 8_000_000;
const LONGEST_PX = 2560;

/** Null when this browser cannot open it, or it stays too large. */
export async function fitting(file: Blob): Promise<Blob | null> {
  if (file.size <= MOST_BYTES) return file;
  try {
    const bitmap = await createImageBitmap(file);
    const share = Math.min(1, LONGEST_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(bitmap.width * share);
    canvas.height = Math.round(bitmap.height * share);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
    return made && made.size <= MOST_BYTES ? made : null;
  } catch {
    return null;
  }
}
