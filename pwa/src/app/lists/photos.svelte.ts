// How many photos of a preview still come: a sheet is printed with all of them, and says which do not come.

interface Photos {
  readonly all: number;
  readonly waiting: number;
  /** Will not come: told in words where the photo would be. */
  readonly missing: number;
}

const LOOK_MS = 400;

/** Looks at the preview as it stands, again whenever `what` changes; call while a component initialises. */
export function photosOn(preview: () => HTMLElement | undefined, what: () => unknown): Photos {
  let seen = $state.raw<Photos>({ all: 0, waiting: 0, missing: 0 });
  $effect(() => {
    const at = preview();
    what();
    if (!at) return;
    const look = (): void => {
      const boxes = [...at.querySelectorAll('.photo')].filter((box) => box.matches('span.photo'));
      const here = boxes.filter((box) => {
        const img = box.querySelector('img');
        return img?.complete === true && img.naturalWidth > 0;
      }).length;
      // A blank box with a word has given up, or says that it comes later.
      const missing = boxes.filter((box) => box.querySelector('.blank span') !== null).length;
      const next = { all: boxes.length, waiting: boxes.length - here - missing, missing };
      if (next.all !== seen.all || next.waiting !== seen.waiting || next.missing !== seen.missing) seen = next;
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  });
  return {
    get all() {
      return seen.all;
    },
    get waiting() {
      return seen.waiting;
    },
    get missing() {
      return seen.missing;
    },
  };
}
