// What the open camera lets a page move: light, zoom, focus. Each is offered only where the phone's own track says that it can; a phone that says so
// and then refuses loses the button, never the picture.
import { camera } from './camera.svelte';

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

/** Capabilities and constraints of Image Capture, which the page's library does not describe. */
interface LensCapabilities {
  readonly torch?: boolean;
  readonly zoom?: { readonly min?: number; readonly max?: number; readonly step?: number };
  readonly focusMode?: readonly string[];
}
interface LensSettings {
  readonly torch?: boolean;
  readonly zoom?: number;
}
type FocusMode = 'continuous' | 'single-shot' | 'manual';
interface LensConstraints extends MediaTrackConstraintSet {
  torch?: boolean;
  zoom?: number;
  focusMode?: FocusMode;
  pointsOfInterest?: readonly { readonly x: number; readonly y: number }[];
}

/** How long a tapped focus holds before the camera looks for itself again. */
const FOCUS_HOLD_MS = 4_000;

export class Lens {
  #track: MediaStreamTrack | null = null;
  #canTorch = $state(false);
  #torch = $state(false);
  #range = $state.raw<Range | null>(null);
  #zoom = $state(1);
  #focus = $state.raw<FocusMode | null>(null);
  #letGo: ReturnType<typeof setTimeout> | undefined;
  /** One change at a time; only the newest wish for the zoom is sent. */
  #busy = false;
  #wished: number | null = null;

  get canTorch(): boolean {
    return this.#canTorch;
  }
  get torch(): boolean {
    return this.#torch;
  }
  /** Null when the camera cannot zoom. */
  get range(): Range | null {
    return this.#range;
  }
  get zoom(): number {
    return this.#zoom;
  }
  get canFocus(): boolean {
    return this.#focus !== null;
  }

  /** Asks the open track; call when its first frame is there (some phones know nothing before). */
  read(): void {
    const now = camera();
    const track = now.kind === 'live' ? (now.stream.getVideoTracks()[0] ?? null) : null;
    this.#track = track;
    const can = track && typeof track.getCapabilities === 'function' ? (track.getCapabilities() as LensCapabilities) : {};
    const set = track ? (track.getSettings() as LensSettings) : {};
    const { min, max, step } = can.zoom ?? {};
    this.#canTorch = can.torch === true;
    this.#torch = set.torch === true;
    this.#range = min !== undefined && max !== undefined && max > min ? { min, max, step: step !== undefined && step > 0 ? step : (max - min) / 50 } : null;
    this.#zoom = set.zoom ?? min ?? 1;
    const points = 'pointsOfInterest' in navigator.mediaDevices.getSupportedConstraints();
    const modes = can.focusMode ?? [];
    this.#focus = !points ? null : modes.includes('single-shot') ? 'single-shot' : modes.includes('manual') && modes.includes('continuous') ? 'manual' : null;
  }

  async toggleTorch(): Promise<void> {
    const torch = !this.#torch;
    if (await this.#apply({ torch })) this.#torch = torch;
    else this.#canTorch = false;
  }

  /** Follows a finger: what came in between is skipped. */
  async zoomTo(wanted: number): Promise<void> {
    if (!this.#range) return;
    this.#zoom = Math.min(this.#range.max, Math.max(this.#range.min, wanted));
    this.#wished = this.#zoom;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wished !== null) {
      const zoom: number = this.#wished;
      this.#wished = null;
      if (!(await this.#apply({ zoom }))) this.#range = null;
    }
    this.#busy = false;
  }

  /** By a quarter of the way, for buttons. */
  nudge(direction: 1 | -1): void {
    if (this.#range) void this.zoomTo(this.#zoom * (direction > 0 ? 1.4 : 1 / 1.4));
  }

  /** `x`, `y`: 0 to 1 over the picture. */
  async focusAt(x: number, y: number): Promise<boolean> {
    if (!this.#focus) return false;
    clearTimeout(this.#letGo);
    const done = await this.#apply({ pointsOfInterest: [{ x, y }], focusMode: this.#focus });
    this.#letGo = setTimeout(() => void this.#apply({ focusMode: 'continuous' }), FOCUS_HOLD_MS);
    return done;
  }

  async #apply(part: LensConstraints): Promise<boolean> {
    try {
      // All of the lens in one set: a browser forgets what is not said again.
      const kept: LensConstraints = { ...(this.#canTorch ? { torch: this.#torch } : {}), ...(this.#range ? { zoom: this.#zoom } : {}), ...part };
      await this.#track?.applyConstraints({ advanced: [kept] });
      return this.#track !== null;
    } catch {
      return false;
    }
  }
}
