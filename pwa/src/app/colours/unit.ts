// The lazy door to what a township reads of its own colours.
export { default as Detail } from './Detail.svelte';
export { default as Own } from './Own.svelte';
export { default as Talks } from './Talks.svelte';
