// The lazy door of this role: everything its screens need hangs on this import and on no other.
export { default } from './Entry.svelte';
