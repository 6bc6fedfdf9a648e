// Rectangles that somebody draws on a picture, in shares of its width and height, with every step to be taken back. Plain data: the screen only shows it.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is drawn now, and what was before each step. */
export interface Drawn {
  readonly areas: readonly Area[];
  readonly past: readonly (readonly Area[])[];
}

/** As many as the server takes. */
export const MOST_AREAS = 50;
/** A slip of the finger is smaller; a plate far away is not. */
const LEAST = 0.008;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The rectangle between two corners, whichever comes first; null for a slip. */
export function between(a: Point, b: Point): Area | null {
  const [left, right] = [within(Math.min(a.x, b.x), 0, 1), within(Math.max(a.x, b.x), 0, 1)];
  const [top, bottom] = [within(Math.min(a.y, b.y), 0, 1), within(Math.max(a.y, b.y), 0, 1)];
  if (right - left < LEAST || bottom - top < LEAST) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Moved, and kept on the picture. */
export function moved(area: Area, by: Point): Area {
  return { ...area, x: within(area.x + by.x, 0, 1 - area.width), y: within(area.y + by.y, 0, 1 - area.height) };
}

/** Its lower right corner moved; never smaller than what can be meant, never beyond the picture. */
export function resized(area: Area, by: Point): Area {
  return { ...area, width: within(area.width + by.x, LEAST, 1 - area.x), height: within(area.height + by.y, LEAST, 1 - area.y) };
}

export const drawn = (areas: readonly Area[] = []): Drawn => ({ areas, past: [] });

const step = (before: Drawn, areas: readonly Area[]): Drawn => ({ areas, past: [...before.past, before.areas] });

export const added = (before: Drawn, area: Area): Drawn => (before.areas.length >= MOST_AREAS ? before : step(before, [...before.areas, area]));

export const changed = (before: Drawn, nth: number, area: Area): Drawn =>
  before.areas[nth] === undefined ? before : step(before, before.areas.map((one, at) => (at === nth ? area : one)));

export const removed = (before: Drawn, nth: number): Drawn =>
  before.areas[nth] === undefined ? before : step(before, before.areas.filter((_, at) => at !== nth));

export const undone = (now: Drawn): Drawn => {
  const last = now.past.at(-1);
  return last === undefined ? now : { areas: last, past: now.past.slice(0, -1) };
};
