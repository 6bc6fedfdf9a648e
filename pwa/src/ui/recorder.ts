// One voice note of at most a minute: the microphone is asked for by a tap, and let go as soon as the note ends.

export const LONGEST_S = 60;
/** Speech; a minute is about 180 KB. */
const BITS_PER_SECOND = 24_000;

/** In the words of the server's table of accepted sound; the browser's own spelling varies. */
const KINDS = [
  { ask: 'audio/webm;codecs=opus', media_type: 'audio/webm;codecs=opus' },
  { ask: 'audio/mp4', media_type: 'audio/mp4' },
] as const;

const kind = () => (typeof MediaRecorder === 'undefined' ? undefined : KINDS.find(({ ask }) => MediaRecorder.isTypeSupported(ask)));

/** Browsers without a recorder (or pages without a secure origin) get no button. */
export const canRecord = (): boolean => kind() !== undefined && (navigator as { mediaDevices?: MediaDevices }).mediaDevices !== undefined;

export interface Note {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly media_type: string;
  readonly seconds: number;
}

export interface Recording {
  /** 0 to 1, of this moment. */
  level(): number;
  seconds(): number;
  /** Ends it; null when nothing was recorded. */
  stop(): Promise<Note | null>;
}

/** Throws what `getUserMedia` throws. `full` is called when the minute is over. */
export async function record(full: () => void): Promise<Recording> {
  const chosen = kind();
  if (!chosen) throw new Error('no recorder');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  const recorder = new MediaRecorder(stream, { mimeType: chosen.ask, audioBitsPerSecond: BITS_PER_SECOND });
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise<void>((done) => (recorder.onstop = () => done()));

  const sound = new AudioContext();
  const ear = sound.createAnalyser();
  ear.fftSize = 512;
  sound.createMediaStreamSource(stream).connect(ear);
  const wave = new Float32Array(ear.fftSize);

  const began = performance.now();
  let length = 0;
  // In pieces: what was said before a crash of the recorder is not lost with it.
  recorder.start(1_000);
  const timer = setTimeout(full, LONGEST_S * 1_000);

  return {
    level: () => {
      ear.getFloatTimeDomainData(wave);
      const loud = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
      return Math.min(1, loud * 4);
    },
    seconds: () => Math.min(LONGEST_S, Math.floor((performance.now() - began) / 1_000)),
    stop: async () => {
      clearTimeout(timer);
      length = Math.min(LONGEST_S, Math.max(1, Math.round((performance.now() - began) / 1_000)));
      if (recorder.state !== 'inactive') recorder.stop();
      await ended;
      for (const track of stream.getTracks()) track.stop();
      await sound.close().catch(() => undefined);
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      return bytes.byteLength === 0 ? null : { bytes, media_type: chosen.media_type, seconds: length };
    },
  };
}
