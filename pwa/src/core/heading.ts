// Where the camera looks, from the phone's three angles. Pure geometry (W3C Device Orientation, worked example), so that it is tested without a phone.

const rad = (degrees: number): number => (degrees * Math.PI) / 180;
/** Below this the camera points at the ground or the sky; then the top of the phone says the direction. */
const LEVEL = 0.3;

/** Degrees from north, clockwise, of the camera on the back. Angles as the browser gives them, in degrees. */
export function cameraHeading(alpha: number, beta: number, gamma: number): number {
  const [a, b, g] = [rad(alpha), rad(beta), rad(gamma)];
  const east = -Math.cos(a) * Math.sin(g) - Math.sin(a) * Math.sin(b) * Math.cos(g);
  const north = -Math.sin(a) * Math.sin(g) + Math.cos(a) * Math.sin(b) * Math.cos(g);
  return Math.hypot(east, north) >= LEVEL ? compass(east, north) : compass(-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b));
}

const compass = (east: number, north: number): number => ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360;
