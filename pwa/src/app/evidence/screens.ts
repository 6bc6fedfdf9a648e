// The office's four screens about hints come as one file: they are read together, and each file of the app costs a line in the worker's list.
export { default as Hints } from './Hints.svelte';
export { default as Rules } from './Rules.svelte';
export { default as Storage } from './Storage.svelte';
export { default as Verdicts } from './Verdicts.svelte';
