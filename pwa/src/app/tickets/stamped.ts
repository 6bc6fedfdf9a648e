// A copy to take along: the server draws the words below it and writes down who asked.
import type { ApiResult } from '@/api/client';
import type { Role } from '@/core';
import { core } from '@/app/shell/core.svelte';
import { marked } from '@/app/shell/marked';

/** The posts that the server lets take a copy along; it checks again. */
const MAY: ReadonlySet<Role> = new Set<Role>(['office', 'inspector', 'main_leader', 'deputy_leader', 'desk_officer']);
export const mayExport = (role: Role | undefined): boolean => role !== undefined && MAY.has(role);

export interface Wish {
  readonly covered?: boolean;
  /** With what the photographer drew, as the screen shows it. */
  readonly drawing: boolean;
}

/** The copy; null while the server is still making the picture that it is made of. */
export async function stampedCopy(file_id: string, { covered = false, drawing }: Wish): Promise<ApiResult<Blob | null>> {
  const answer = await core().api.blob(`/photos/${file_id}/stamped?covered=${covered}&drawing=${drawing}`);
  return answer.kind === 'ok' && answer.status === 202 ? { ...answer, data: null } : answer;
}

export const copyName = (file_id: string, covered: boolean): string => marked(`lalian-${file_id.slice(0, 8)}${covered ? '-covered' : ''}.jpg`);
