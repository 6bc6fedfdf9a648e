// The lazy door to what a unit arranges: one file for all of it, because small files compress badly and each is a line of the worker's list.
export { default as Liaisons } from './Liaisons.svelte';
export { default as ReferCard } from './ReferCard.svelte';
export { default as Sign } from './Sign.svelte';
export { default as Team } from './Team.svelte';
export { default as VillageCard } from './VillageCard.svelte';
