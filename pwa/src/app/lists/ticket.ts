// The lazy door to what stands on a ticket's page now and then: its signed sheet, its project.
export { default as PaperAccept } from './PaperAccept.svelte';
export { default as ProjectCard } from '../campaigns/ProjectCard.svelte';
