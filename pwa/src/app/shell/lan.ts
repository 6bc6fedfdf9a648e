// Where phones of the same room find the demo, when it was started for them. Anybody may ask; anything unexpected means "not here".
export interface Lan {
  readonly url: string;
  readonly install_url: string;
}

const member = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined);

async function answer(path: string): Promise<unknown> {
  const response = await fetch(path, { cache: 'no-store', credentials: 'omit' });
  return response.ok ? response.json() : null;
}

export async function askForLan(): Promise<Lan | null> {
  try {
    // A real county has no such page, and a 404 in everybody's console would look like a fault.
    if (member(await answer('/api/v1/health'), 'demo') !== true) return null;
    const lan = member(await answer('/api/v1/demo'), 'lan');
    const [url, install_url] = [member(lan, 'url'), member(lan, 'install_url')];
    return typeof url === 'string' && typeof install_url === 'string' ? { url, install_url } : null;
  } catch {
    return null;
  }
}

/** Names that mean the machine itself, on every machine. */
export const isOwnMachine = (hostname: string): boolean => hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
