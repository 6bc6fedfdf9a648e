// Short words that go away by themselves. Never the only carrier of bad news: what must be acted on stands on the screen.

export interface ToastUndo {
  readonly label: string;
  readonly run: () => void;
}

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo: ToastUndo | null;
}

const SHOWN_MS = 5_000;
const SHOWN_WITH_UNDO_MS = 10_000;

let last = 0;
let list = $state.raw<readonly Toast[]>([]);

export const toasts = (): readonly Toast[] => list;

export function toast(text: string, undo: ToastUndo | null = null): () => void {
  const id = ++last;
  const close = (): void => {
    list = list.filter((one) => one.id !== id);
  };
  // One at a time: a pile of old words hides the work.
  list = [{ id, text, undo }];
  setTimeout(close, undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
  return close;
}

export function dismiss(id: number): void {
  list = list.filter((one) => one.id !== id);
}
