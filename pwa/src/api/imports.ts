// What the guided set-up of a county says to the server and hears from it.

export const SHEETS = ['county', 'divisions', 'outlines', 'checklists', 'sites', 'people'] as const;
export type ImportSheet = (typeof SHEETS)[number];
export const FATES = ['refused', 'changed', 'created', 'unchanged'] as const;
/** What becomes of one row. */
export type Fate = (typeof FATES)[number];
export type ImportState = 'preview' | 'applied' | 'undone' | 'refused';
export type Datum = 'wgs84' | 'gcj02' | 'bd09';

interface Said {
  readonly zh: string;
  readonly en: string;
}

export interface SheetCounts {
  readonly sheet: ImportSheet;
  readonly rows: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
}

export interface ImportView {
  readonly id: string;
  readonly name: string;
  readonly state: ImportState;
  readonly made_at: string;
  /** Empty when it was made by command. */
  readonly made_by_name: string;
  readonly applied_at: string | null;
  readonly undone_at: string | null;
  readonly datum: Datum;
  readonly faults_total: number;
  readonly sheets: readonly SheetCounts[];
  readonly can_apply: boolean;
  readonly can_undo: boolean;
  /** What was built on it since: each line in words. */
  readonly undo_hindered_by: readonly Said[];
  /** About the file as a whole: sheets that were not read, an old encoding. */
  readonly notes: readonly Said[];
  /** The register had moved on: nothing was written, and the rows were worked out again. */
  readonly refreshed: boolean;
}

export interface Change {
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface ImportRow {
  readonly sheet: ImportSheet;
  /** Sheet or file in which the row stands. */
  readonly source: string;
  /** As the person sees it in the file; the title line is 1. */
  readonly row: number;
  readonly key: string;
  readonly name: string;
  readonly fate: Fate;
  readonly changes: readonly Change[];
  /** `column` is the title as it stands in the file. */
  readonly faults: readonly (Said & { readonly field: string; readonly column?: string | null })[];
  readonly notes: readonly Said[];
}

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}
