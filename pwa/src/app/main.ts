// First thing that runs: opens the phone (from its own database, whatever the network does) and mounts the shell. Everything heavier is loaded
// by the shell when a role needs it.
import { mount } from 'svelte';
import { openPhone } from '@/core';
import App from './shell/App.svelte';
import { IN_CHAT } from './shell/chat.svelte';
import { provideCore } from './shell/core.svelte';
import { browserHost } from './shell/host';
import { watchForInstall } from './shell/install.svelte';
import { restoreLanguage } from './shell/language';
import { restoreLook } from './shell/look.svelte';
import { watchForUpdates } from './shell/update.svelte';
import '@/ui/tokens.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
restoreLanguage();
restoreLook();
watchForInstall();
/** Somebody of a village with a photo link: no account, no local database, nothing of the app. */
const byLink = (): boolean => location.hash.startsWith('#/v/');
const linked = byLink();
addEventListener('hashchange', () => byLink() !== linked && location.reload());
/** On the demo's stand the app lies in a frame; no other county lets itself be framed. */
const standing = window.parent !== window || window.name === 'pane' || location.hash.startsWith('#/pane');
if (linked) void import('./village/entry').then(({ openVillage }) => openVillage(target));
else try {
  const pane = standing ? await import('./stand/pane') : null;
  const host = browserHost();
  const phone = await openPhone(pane ? await pane.paneWorld(host) : host);
  provideCore(phone);
  mount(App, { target });
  void pane?.attend(phone);
} catch {
  // No local database (private window, storage forbidden): nothing could be kept safe here, so nothing is begun.
  target.textContent =
    '这个浏览器窗口不允许保存数据，暂时打不开。请退出无痕模式，或换用手机自带浏览器。 · This window may not keep data. Please leave private browsing or use another browser.';
}
if (import.meta.env.PROD && !IN_CHAT && !linked) void watchForUpdates();
