// The lazy door to the guided set-up.
export { default as AdminHome } from './AdminHome.svelte';
export { default as ImportPage } from './ImportPage.svelte';
export { default as Setup } from './Setup.svelte';
