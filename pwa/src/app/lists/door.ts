// The lazy door to what is done with many tickets at once.
export { default as BulkBar } from './BulkBar.svelte';
export { default as BulkSheet } from './BulkSheet.svelte';
export { default as Rows } from './Rows.svelte';
