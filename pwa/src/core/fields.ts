// Reading foreign JSON field by field. What is not of the expected kind is null, never guessed.

export type Fields = Readonly<Record<string, unknown>>;

export const fields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
export const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
export const integer = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) ? value : null);
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
export const texts = (value: unknown): readonly string[] => list(value).filter((item): item is string => typeof item === 'string');
