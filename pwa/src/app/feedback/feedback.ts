// What the feedback screens say to the server, and which lists a post has.
import type { Page } from '@/api/types';
import type { components } from '@/api/schema';
import type { ApiResult } from '@/api/client';
import type { Role } from '@/core';
import { core } from '../shell/core.svelte';

export type Feedback = components['schemas']['FeedbackRow'];
export type View = 'mine' | 'open' | 'answered';

const ANSWERS: readonly Role[] = ['office', 'platform_admin'];
export const viewsOf = (role: Role | undefined): readonly View[] => (role !== undefined && ANSWERS.includes(role) ? ['open', 'answered', 'mine'] : ['mine']);

export const load = (view: View, cursor: string | null): Promise<ApiResult<Page<Feedback>>> =>
  core().api.get<Page<Feedback>>('/feedback', { ...(view === 'mine' ? { mine: true } : { state: view }), cursor, limit: 30 });

export const write = (text: string, screen: string, app_version: string, key: string): Promise<ApiResult<Feedback>> =>
  core().api.send<Feedback>('POST', '/feedback', { text, screen, app_version }, { key });

export const answer = (id: string, text: string, key: string): Promise<ApiResult<Feedback>> => core().api.send<Feedback>('POST', `/feedback/${id}/replies`, { text }, { key });

export const seen = (id: string): Promise<ApiResult<unknown>> => core().api.send<unknown>('POST', `/feedback/${id}/seen`);
