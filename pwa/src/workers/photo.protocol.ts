// What the page and the photo worker say to each other.

/** `low`: space is short, make it smaller (1600 px). `keep_below`: picked files up to this many bytes are not touched. */
export type PhotoJob =
  | { readonly kind: 'frame'; readonly bitmap: ImageBitmap; readonly low: boolean }
  | { readonly kind: 'file'; readonly blob: Blob; readonly low: boolean; readonly keep_below: number };

export type PhotoReply =
  | {
      readonly kind: 'ready';
      readonly bytes: ArrayBuffer;
      readonly sha256: string;
      readonly media_type: string;
      readonly width: number | null;
      readonly height: number | null;
      readonly thumb: ArrayBuffer | null;
      readonly reencoded: boolean;
    }
  | { readonly kind: 'failed'; readonly why: PhotoTrouble };

/** `not_a_photo`: no picture format. `damaged`: cut short or broken. `memory`: the phone could not hold it. `gone`: what it belongs to is no longer a draft. */
export type PhotoTrouble = 'not_a_photo' | 'damaged' | 'memory' | 'gone';
