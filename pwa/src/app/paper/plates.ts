// How site plates lie on paper: many to cut apart, or one a sheet for a door or a wall.

export const LAYOUTS = ['many', 'one'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Plates on one sheet: two columns of four, or one. */
export const PER_SHEET: Readonly<Record<Layout, number>> = { many: 8, one: 1 };

export const sheetsOf = <T>(rows: readonly T[], layout: Layout): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(rows.length / PER_SHEET[layout]) }, (_, i) => rows.slice(i * PER_SHEET[layout], (i + 1) * PER_SHEET[layout]));
