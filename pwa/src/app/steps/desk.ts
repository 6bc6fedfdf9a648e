// The lazy door to the office's later steps: answers to requests, and everything beside issue and check.
export { default as DeskSteps } from './DeskSteps.svelte';
export { default as RequestPanel } from './RequestPanel.svelte';
export { default as Requests } from './Requests.svelte';
