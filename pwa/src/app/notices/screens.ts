// The lazy door to the inbox, to what is copied for chat groups, and to what the page about oneself shows of notices: one file, for every role.
export { default as Inbox } from './Inbox.svelte';
export { default as Share } from './Share.svelte';
export { default as MeCards } from './MeCards.svelte';
export { forgetPush } from './push.svelte';
