// Wrong answers as networks and crashes give them; each is put before the server's work or after it.
import type { Fault } from '../fake-server';

const html = (status: number): Response => new Response('<html>请登录 WiFi</html>', { status, headers: { 'Content-Type': 'text/html' } });

export const ANSWERS: Record<string, Fault> = {
  'request lost': { when: 'before', answer: () => 'cut' },
  'answer lost after the commit': { when: 'after', answer: () => 'cut' },
  '500': { when: 'before', answer: () => html(500) },
  '502 after the commit': { when: 'after', answer: () => html(502) },
  '408': { when: 'before', answer: () => html(408) },
  '429 with Retry-After': { when: 'before', answer: () => new Response('', { status: 429, headers: { 'Retry-After': '7' } }) },
  '200 from a captive portal': { when: 'before', answer: () => html(200) },
  '200 JSON from a stranger': { when: 'before', answer: () => Response.json({ ok: true, missing: [], operation_id: 'x' }) },
  'redirect to a login page': { when: 'before', answer: () => new Response(null, { status: 302, headers: { Location: 'http://portal.test' } }) },
  'JSON cut in the middle': {
    when: 'after',
    answer: () => new Response('{"operation_id":"', { status: 201, headers: { 'Content-Type': 'application/json', 'Lalian-Epoch': 'epoch-1' } }),
  },
};
