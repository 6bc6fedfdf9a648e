// The lazy door to the ways out: channels, what was sent, when and what, the mail server.
export { default as Channels } from './Channels.svelte';
export { default as Mail } from './Mail.svelte';
export { default as Messages } from './Messages.svelte';
export { default as Rules } from './Rules.svelte';
