// The lazy door to who answers for what: one file for the office's pages and the hand-over of a post.
export { default as HandOver } from './HandOver.svelte';
export { default as Holders } from './Holders.svelte';
export { default as Honours } from './Honours.svelte';
