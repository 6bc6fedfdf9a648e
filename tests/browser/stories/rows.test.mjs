// A number is doubted: a township opens what stands behind its published month, the office what a month had in hand and how long checks took, and
// each row leads to the step of its ticket that counted.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cast } from '../lib/cast.mjs';
import { demo } from '../lib/program.mjs';
import { open } from '../lib/walk.mjs';

let county;
const { browsers, come, leave, shot } = cast('rows', () => county);
before(async () => {
  county = await demo({ lived_in: true });
});
after(async () => {
  await leave();
  await county?.remove();
});

/** The first row of a list that has as many as its number says; its step is the one that stands out on the ticket's page. */
async function follow({ page }, list, number) {
  const rows = list.locator('ol a[href*="?event="]');
  await rows.first().waitFor();
  if (number <= 50) assert.equal(await rows.count(), number, 'the number is the length of its list');
  await rows.first().click();
  await page.locator('ol > li.named').waitFor();
}

const numberOf = async (button) => Number(await button.textContent());

test('a township opens the numbers of its published month', { timeout: 300_000 }, async () => {
  const at = await come('deputy_leader');
  const { page } = at;
  await open(at, '/colour');
  await page.getByRole('link', { name: /^最近公布/ }).click();
  const due = page.getByRole('button', { name: /^看本月到期/ });
  await due.click();
  const list = page.locator('.behind').first();
  await list.getByText(/和颜色一起留存的清单/).waitFor();
  await shot(at, '1-published');
  await follow(at, list, await numberOf(due));
  await shot(at, '2-step');

  // Its own counters, as they are known now.
  await open(at, '/colour');
  const handled = page.getByRole('button', { name: /^打开经手/ });
  await handled.click();
  const own = page.locator('.behind').first();
  await own.getByText(/按现在的记录列出/).waitFor();
  await follow(at, own, await numberOf(handled));
});

test('the office opens what a month had in hand, and how long checks took', { timeout: 300_000 }, async () => {
  const at = await come('office');
  const { page } = at;
  await open(at, '/colours/counters');
  const handled = page.getByRole('button', { name: /经手/ }).first();
  const number = await numberOf(handled);
  await handled.click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText(/按现在的记录列出/).waitFor();
  await shot(at, '3-counters', false);
  await follow(at, sheet, number);

  await open(at, '/checks');
  const checks = page.getByRole('button', { name: /核查件数/ }).first();
  const checked = await numberOf(checks);
  await checks.click();
  await shot(at, '4-checks', false);
  await follow(at, page.getByRole('dialog'), checked);
  for (const one of browsers) assert.deepEqual(one.complaints(), [], one.role);
});
