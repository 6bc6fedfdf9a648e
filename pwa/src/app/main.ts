// First thing that runs. Mounts the shell; everything heavier is loaded by the shell when a role needs it.
import { mount } from 'svelte';
import App from './shell/App.svelte';
import '@/ui/tokens.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target });
