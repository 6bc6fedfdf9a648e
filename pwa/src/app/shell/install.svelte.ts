// The browser's offer to put the app on the home screen, kept until the person asks for it. It comes early and once, so this is listened for from
// the first moment.

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

let offer = $state.raw<InstallPrompt | null>(null);

export function watchForInstall(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    offer = event as InstallPrompt;
  });
  addEventListener('appinstalled', () => (offer = null));
}

export const canInstall = (): boolean => offer !== null;

export async function install(): Promise<void> {
  const now = offer;
  offer = null;
  await now?.prompt();
}

export const installed = (): boolean => matchMedia('(display-mode: standalone)').matches || ('standalone' in navigator && navigator.standalone === true);
