// What the page and the QR worker say to each other.

/** `long`: a single picture may be looked at for longer than a frame of the camera. */
export interface QrJob {
  readonly id: number;
  readonly bitmap: ImageBitmap;
  readonly long: boolean;
}
export interface QrReply {
  readonly id: number;
  readonly text: string | null;
}
