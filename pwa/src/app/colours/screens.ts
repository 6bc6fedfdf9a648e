// The desk's pages about colours come as one file: they are read together, and each file of the app costs a line in the worker's list.
export { default as Board } from './Board.svelte';
export { default as CopiesPage } from './Copies.svelte';
export { default as CountersPage } from './CountersPage.svelte';
export { default as Detail } from './Detail.svelte';
export { default as LeaderHome } from './LeaderHome.svelte';
export { default as MonthPage } from './MonthPage.svelte';
export { default as Talks } from './Talks.svelte';
