// The lazy door to an inspector's look-back work.
export { default as LookBackDo } from './LookBackDo.svelte';
export { default as LookBackNote } from './LookBackNote.svelte';
export { default as LookBackWork } from './LookBackWork.svelte';
