// What a hand draws over a photo, as data: shapes in parts of the picture's size, painted whenever the screen needs them. The photo is never touched.

export type Tool = 'arrow' | 'circle' | 'pen';
export const TOOLS: readonly Tool[] = ['arrow', 'circle', 'pen'];
export type Colour = 'red' | 'yellow' | 'blue' | 'white';
export const COLOURS: readonly Colour[] = ['red', 'yellow', 'blue', 'white'];

const INK: Record<Colour, string> = { red: '#e0201b', yellow: '#ffd400', blue: '#0b63d1', white: '#ffffff' };
/** Under every line, so that red shows on brick and white on snow. */
const HALO: Record<Colour, string> = { red: '#ffffff', yellow: '#1a1a1a', blue: '#ffffff', white: '#1a1a1a' };

export interface Point {
  /** 0 to 1 over the picture. */
  readonly x: number;
  readonly y: number;
}

export interface Shape {
  readonly tool: Tool;
  readonly colour: Colour;
  readonly points: readonly Point[];
}

/** Long side of the drawing: the size in which photos are shown (CONTRIBUTING.md). */
export const LAYER_EDGE = 1600;

export function layerSize(width: number, height: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, LAYER_EDGE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A tap without a stroke is a circle or an arrow of a useful size; a dot of the pen stays a dot. */
export function finished(shape: Shape, aspect: number): Shape {
  const [first] = shape.points;
  const last = shape.points.at(-1);
  if (!first || !last) return shape;
  if (shape.tool === 'pen' || Math.hypot(last.x - first.x, (last.y - first.y) / aspect) >= 0.02) return shape;
  const size = 0.1;
  return shape.tool === 'circle'
    ? { ...shape, points: [first, { x: first.x + size, y: first.y }] }
    : { ...shape, points: [{ x: first.x - size, y: first.y + size * aspect }, first] };
}

/** The part of a 2d context that is used. */
type Paper = Pick<
  OffscreenCanvasRenderingContext2D,
  'beginPath' | 'moveTo' | 'lineTo' | 'arc' | 'stroke' | 'lineWidth' | 'strokeStyle' | 'lineCap' | 'lineJoin'
>;

export function paint(paper: Paper, shape: Shape, width: number, height: number): void {
  const at = ({ x, y }: Point): readonly [number, number] => [x * width, y * height];
  const thick = Math.max(3, Math.max(width, height) * 0.006);
  paper.lineCap = 'round';
  paper.lineJoin = 'round';
  for (const [colour, line] of [
    [HALO[shape.colour], thick * 2],
    [INK[shape.colour], thick],
  ] as const) {
    paper.strokeStyle = colour;
    paper.lineWidth = line;
    paper.beginPath();
    trace(paper, shape, at, thick);
    paper.stroke();
  }
}

function trace(paper: Paper, { tool, points }: Shape, at: (point: Point) => readonly [number, number], thick: number): void {
  const [first, ...rest] = points;
  const last = points.at(-1);
  if (!first || !last) return;
  const [fx, fy] = at(first);
  const [lx, ly] = at(last);
  switch (tool) {
    case 'pen':
      paper.moveTo(fx, fy);
      if (rest.length === 0) paper.lineTo(fx + 0.1, fy);
      for (const point of rest) paper.lineTo(...at(point));
      return;
    case 'circle': {
      const radius = Math.max(thick * 2, Math.hypot(lx - fx, ly - fy));
      paper.moveTo(fx + radius, fy);
      paper.arc(fx, fy, radius, 0, Math.PI * 2);
      return;
    }
    case 'arrow': {
      const angle = Math.atan2(ly - fy, lx - fx);
      const head = Math.max(thick * 5, Math.min(thick * 9, Math.hypot(lx - fx, ly - fy) / 2));
      paper.moveTo(fx, fy);
      paper.lineTo(lx, ly);
      for (const side of [-1, 1]) {
        paper.moveTo(lx, ly);
        paper.lineTo(lx - head * Math.cos(angle + side * 0.5), ly - head * Math.sin(angle + side * 0.5));
      }
    }
  }
}
