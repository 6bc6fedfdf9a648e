// A phone's camera and compass as a page meets them: the browser's fake camera has neither a light nor a zoom.

/** Before the page loads: every video track says that it has a light and a zoom, and remembers what was asked of it in `window.__lens`. */
export async function giveLens(context) {
  await context.addInitScript(() => {
    const asked = [];
    const set = {};
    Object.defineProperty(window, '__lens', { value: { asked, set } });
    const { getCapabilities, getSettings } = MediaStreamTrack.prototype;
    MediaStreamTrack.prototype.getCapabilities = function () {
      const own = getCapabilities.call(this);
      return this.kind === 'video' ? { ...own, torch: true, zoom: { min: 1, max: 8, step: 0.1 }, focusMode: ['continuous', 'single-shot'] } : own;
    };
    MediaStreamTrack.prototype.getSettings = function () {
      return this.kind === 'video' ? { ...getSettings.call(this), zoom: set.zoom ?? 1, torch: set.torch ?? false } : getSettings.call(this);
    };
    MediaStreamTrack.prototype.applyConstraints = async function (constraints) {
      for (const part of constraints?.advanced ?? []) {
        asked.push(part);
        Object.assign(set, part);
      }
    };
  });
}

/** The phone is held upright and looks this many degrees from north. */
export const lookTo = (page, degrees) =>
  page.evaluate((alpha) => {
    dispatchEvent(new DeviceOrientationEvent('deviceorientationabsolute', { alpha, beta: 90, gamma: 0, absolute: true }));
  }, (360 - degrees) % 360);
