// The lazy door of the photo link: its own small page, apart from the app and its local database.
import { mount } from 'svelte';
import '@/ui/tokens.css';
import { linkDoor, tokenIn } from './link';
import Village from './Village.svelte';

export function openVillage(target: HTMLElement): void {
  const token = tokenIn(location.hash);
  // What is no token is told like one that is over.
  mount(Village, { target, props: { door: linkDoor(token ?? 'none') } });
}
