// Whether drawings lie over their photos: one choice for all viewers while the app is open. The photo itself is never changed.
let on = $state(true);

export const layersOn = (): boolean => on;
export const switchLayers = (): void => void (on = !on);
