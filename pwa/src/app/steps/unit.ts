// The lazy door to what a unit sees beside the repair itself: the history, what it may ask for, what the county said. The office reads the same history.
export { default as AskCard } from './AskCard.svelte';
export { default as DueWhy } from '../tickets/DueWhy.svelte';
export { default as History } from '../tickets/History.svelte';
export { default as StageCard } from './StageCard.svelte';
export { default as UnitNotes } from './UnitNotes.svelte';
