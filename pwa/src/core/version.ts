// Which app may begin new visits. The county names the oldest one it still wants (`Lalian-Min-Client`); an older one goes on sending what it holds
// and finishing what was begun, because work that exists is never refused for the age of the app.

/** An app too old to begin a visit was asked to. Screens show the way to the new version instead of the button. */
export class Outdated extends Error {
  override readonly name = 'Outdated';
}

/** Is `version` below `least`? What cannot be read as numbers with dots stops nobody. */
export function below(version: string, least: string | null): boolean {
  const [mine, wanted] = [numbers(version), least === null ? null : numbers(least)];
  if (!mine || !wanted) return false;
  for (let i = 0; i < 3; i++) {
    const [a, b] = [mine[i] ?? 0, wanted[i] ?? 0];
    if (a !== b) return a < b;
  }
  return false;
}

function numbers(version: string): readonly number[] | null {
  // A pre-release (`1.2.0-rc.1`) counts as the release it leads to.
  const core = /^v?(\d+(?:\.\d+){0,2})(?:[-+].*)?$/.exec(version.trim())?.[1];
  return core === undefined ? null : core.split('.').map(Number);
}
