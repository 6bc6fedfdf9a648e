// First thing that runs: opens the phone (from its own database, whatever the network does) and mounts the shell. Everything heavier is loaded
// by the shell when a role needs it.
import { mount } from 'svelte';
import { openPhone } from '@/core';
import App from './shell/App.svelte';
import { provideCore } from './shell/core.svelte';
import { browserHost } from './shell/host';
import { restoreLanguage } from './shell/language';
import { watchForUpdates } from './shell/update.svelte';
import '@/ui/tokens.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
restoreLanguage();
provideCore(await openPhone(browserHost()));
mount(App, { target });
if (import.meta.env.PROD) void watchForUpdates();
