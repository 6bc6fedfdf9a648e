// Single letters as commands of a screen; never while somebody types, and never together with Ctrl, Alt or the like.

export type Keys = Readonly<Record<string, () => void>>;

export function onKeys(keys: () => Keys): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || event.isComposing) return;
    const at = event.target;
    if (at instanceof HTMLElement && (at.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(at.tagName)) && !isSwitch(at)) return;
    if (document.querySelector('dialog[open]')) return;
    const act = keys()[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  };
}

/** Letters do nothing in a checkbox, so they may be commands there. */
const isSwitch = (at: HTMLElement): boolean => at instanceof HTMLInputElement && ['checkbox', 'radio'].includes(at.type);
