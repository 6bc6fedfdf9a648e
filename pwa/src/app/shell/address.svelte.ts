// The address for others: what stands in everything that is printed, copied or scanned. Where the operator named one (`--public-url`) it is that one,
// because the office may well sit at the machine itself, at 127.0.0.1, and four hundred slips would carry an address that opens on no phone.
import { askForLan, isOwnMachine } from './lan';
import { addressFrom } from './reach';

let asked: Promise<unknown> | null = null;

/** Asked once for all that want to know at the same time. */
function health(): Promise<unknown> {
  return (asked ??= fetch('/api/v1/health', { cache: 'no-store', credentials: 'omit' })
    .then((response): Promise<unknown> => response.json())
    .finally(() => (asked = null)));
}

/** Whether the server says this of itself; without an answer it does not. */
async function says(name: 'accounts' | 'demo', value: boolean): Promise<boolean> {
  try {
    const told = await health();
    return typeof told === 'object' && told !== null && (told as Record<string, unknown>)[name] === value;
  } catch {
    return false;
  }
}

/** False only where the server says that nobody has an account. */
export const hasAccounts = async (): Promise<boolean> => !(await says('accounts', false));
export const isDemo = (): Promise<boolean> => says('demo', true);

let known = $state<string | null>(null);
let asking: Promise<string> | null = null;

/** Asked once; without an answer it is asked again the next time. */
export function askAddress(): Promise<string> {
  asking ??= (async () => {
    try {
      const told = await health();
      const own = isOwnMachine(location.hostname);
      known = addressFrom(told, own ? ((await askForLan())?.url ?? null) : null, location.origin);
    } catch {
      asking = null;
    }
    return known ?? location.origin;
  })();
  return asking;
}

/** Reactive: read it in markup. Until the server answered it is where this page was opened. */
export function addressForOthers(): string {
  if (known === null) void askAddress();
  return known ?? location.origin;
}
