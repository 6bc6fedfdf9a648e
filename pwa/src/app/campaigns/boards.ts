// The lazy door to the boards of this folder; one file, because whoever opens one looks at the others.
export { default as Campaign } from './Campaign.svelte';
export { default as Campaigns } from './Campaigns.svelte';
export { default as Checks } from './Checks.svelte';
export { default as Dues } from './Dues.svelte';
export { default as LookBackPage } from './LookBackPage.svelte';
export { default as LookBacks } from './LookBacks.svelte';
export { default as NewCampaign } from './NewCampaign.svelte';
export { default as Projects } from './Projects.svelte';
export { default as SelfChecks } from './SelfChecks.svelte';
