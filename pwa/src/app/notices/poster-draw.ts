// Puts a poster on a canvas and makes a PNG of it. Only our own words and numbers reach it: no photo, so nothing has to be covered.
import { qrShape } from '../paper/qr';
import { compose, WIDTH, type Ink, type Measure, type Poster } from './poster';

const FAMILY = "system-ui, -apple-system, 'PingFang SC', 'HarmonyOS Sans SC', 'MiSans', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
const font = (size: number, bold: boolean): string => `${bold ? '700' : '400'} ${size}px ${FAMILY}`;

/** Null where the browser gives no canvas or no picture of it (very little memory, a locked-down browser). */
export async function draw(poster: Poster): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) return null;
  const measure: Measure = (text, size, bold) => {
    context.font = font(size, bold);
    return context.measureText(text).width;
  };
  const { height, shapes } = compose(poster, measure);
  canvas.width = WIDTH;
  canvas.height = height;
  // A picture for others: light, whatever look this person reads in.
  const probe = Object.assign(document.createElement('i'), { className: 'on-paper', hidden: true });
  document.body.append(probe);
  const tokens = getComputedStyle(probe);
  const colour = (ink: Ink): string => tokens.getPropertyValue(`--${ink}`).trim();

  context.fillStyle = colour('ground');
  context.fillRect(0, 0, WIDTH, height);
  context.textBaseline = 'alphabetic';
  for (const shape of shapes) {
    if (shape.kind === 'box') {
      context.fillStyle = colour(shape.ink);
      rounded(context, shape);
    } else if (shape.kind === 'text') {
      context.font = font(shape.size, shape.bold);
      context.fillStyle = colour(shape.ink);
      context.fillText(shape.text, shape.x, shape.y);
    } else {
      const { size, d } = qrShape(shape.text);
      context.save();
      context.translate(shape.x, shape.y);
      // Whole pixels: a scanner reads sharp edges.
      const module = Math.max(1, Math.floor(shape.side / size));
      context.scale(module, module);
      context.fillStyle = '#000000';
      context.fill(new Path2D(d));
      context.restore();
    }
  }
  probe.remove();
  return new Promise((made) => canvas.toBlob(made, 'image/png'));
}

/** `roundRect` is younger than our oldest browsers. */
function rounded(context: CanvasRenderingContext2D, { x, y, width, height, radius }: { x: number; y: number; width: number; height: number; radius: number }): void {
  const path = new Path2D();
  path.moveTo(x + radius, y);
  path.arcTo(x + width, y, x + width, y + height, radius);
  path.arcTo(x + width, y + height, x, y + height, radius);
  path.arcTo(x, y + height, x, y, radius);
  path.arcTo(x, y, x + width, y, radius);
  path.closePath();
  context.fill(path);
}
