// Before a page opens again by itself.

/** The slowest thing that is saved takes five seconds. */
const LONGEST_MS = 8_000;

/** Every draft written, photos and what was handed in put away. A disk that does not answer, or fails, keeps nobody from the new version. */
export async function saved(leave: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, LONGEST_MS)));
  try {
    await Promise.race([leave(), enough]);
  } catch {
    // What could not be saved now is not saved by staying.
  }
  clearTimeout(timer);
}
