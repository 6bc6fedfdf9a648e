// What the office and the township see of evidence: drawings that can be switched off, voice, where a position came from, paper, far away.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { writeJpeg } from '../lib/jpeg.mjs';
import { TOWNSHIP } from '../lib/fixture.mjs';
import { demo } from '../lib/program.mjs';
import { arrive, open } from '../lib/walk.mjs';
import { expectEventually } from '../lib/wait.mjs';

let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-viewers-'));
  county = await demo();
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** A second of sound, as a phone records it. */
async function voice(page) {
  const base64 = await page.evaluate(async () => {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const out = audio.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    const recorder = new MediaRecorder(out.stream, { mimeType: 'audio/webm;codecs=opus' });
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const ended = new Promise((done) => (recorder.onstop = done));
    recorder.start();
    await new Promise((done) => setTimeout(done, 1000));
    recorder.stop();
    await ended;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  return Buffer.from(base64, 'base64');
}

async function layer(page) {
  const base64 = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(1600, 1200);
    const paint = canvas.getContext('2d');
    paint.strokeStyle = '#e00';
    paint.lineWidth = 30;
    paint.strokeRect(500, 350, 600, 450);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  return Buffer.from(base64, 'base64');
}

test('evidence in the viewers of the office and the township', { timeout: 300_000 }, async (t) => {
  const office = await desk(county.url, county.login('office'));
  const inspector = await desk(county.url, county.login('inspector'));
  const at = await arrive(county, 'office');
  browsers.push(at);
  const { page } = at;
  const township = (await office.list('/api/v1/divisions?kind=township')).find((one) => one.code === TOWNSHIP);
  const site = (await office.list(`/api/v1/sites?township_id=${township.id}&kind=bus_shelter`))[0];
  const [list] = await office.list('/api/v1/checklists?site_kind=bus_shelter&status=active');
  const item = list.body.items.find((one) => one.answer === 'pass_fail' && one.photo_on_fail);
  const taken = new Date(Date.now() - 60_000);
  const before = randomUUID();
  const about = { item_path: item.code, instance_key: '', taken_at: taken.toISOString() };
  const sheetAt = new Date(Date.now() - 7_200_000).toISOString();
  await inspector.operate(
    'inspection.submit/1',
    {
      inspection_id: randomUUID(), site_id: site.id, checklist_id: list.id, round_id: null, outcome: 'inspected', people_present: '', note: '',
      arrived: { lon: site.lon + 0.01, lat: site.lat, accuracy_m: 10, fixed_at: taken.toISOString(), source: 'browser', datum: 'wgs84' },
      distance_reason: '在路边检查', paper: { sheet_filled_at: sheetAt, filled_by: '老王', no_photo_reason: '原表已存档' },
      answers: [{ item: item.code, instance_key: '', result: 'fail', value: null, reason: null, note: '', findings: [{ finding_id: randomUUID(), instance_key: '', title: item.default_issue_zh, note: '左边一块', fixed_on_spot: false, missing_photo_reason: null }] }],
    },
    {
      outcome: null,
      envelope: { capture: 'paper', entered_by: { person_id: inspector.me.person.id, post_id: inspector.me.posts[0].id } },
      files: [
        {
          ...about, file_id: before, bytes: await readFile(await writeJpeg(page, join(folder, 'one.jpg'), 3)), role: 'before', heading: 92,
          position: { lon: site.lon, lat: site.lat, accuracy_m: 5, fixed_at: new Date(taken.getTime() - 12 * 60_000).toISOString(), source: 'site_qr', datum: 'wgs84' },
        },
        { ...about, bytes: await layer(page), role: 'annotation', of_file_id: before, media_type: 'image/png' },
        { ...about, bytes: await voice(page), role: 'voice', media_type: 'audio/webm;codecs=opus', seconds: 1 },
      ],
    },
  );
  const ticket = await expectEventually(async () => (await office.list('/api/v1/tickets?state=pending')).find((one) => one.missing_files === 0 && one.before[0]?.annotation), 'the ticket with its drawing');

  await t.test('the office: drawing on and off, facts of the photo, voice, paper, why far away', async () => {
    await open(at, `/tickets/${ticket.id}`);
    await page.getByText('纸质检查表').first().waitFor();
    await page.getByText('老王填写').waitFor();
    await page.getByText('离点位较远：在路边检查').waitFor();
    const over = page.locator('.over img');
    await over.first().waitFor({ timeout: 60_000 });
    const toggle = page.getByRole('switch', { name: '标注' }).first();
    await toggle.click();
    await expectEventually(async () => (await over.count()) === 0, 'the drawing is off');
    await toggle.click();
    await page.getByRole('button', { name: /整改前.*放大看/ }).click();
    const facts = page.getByRole('dialog').getByText('扫点位码');
    await facts.waitFor();
    const told = await facts.textContent();
    for (const word of ['现场拍摄', '误差约', '位置是拍照前 12 分钟的', '朝东（92°）']) assert.ok(told.includes(word), `${word} in ${told}`);
    if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, 'viewer.png') });
    await page.getByRole('button', { name: '关闭照片' }).click();
    await page.getByRole('button', { name: '听语音 1 秒' }).click();
    const audio = page.locator('audio');
    await audio.waitFor();
    await expectEventually(() => audio.evaluate((node) => node.readyState >= 2 && node.error === null), 'the voice can be heard');
    if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, 'ticket.png'), fullPage: true });
  });

  await t.test('the visit with everything that was answered', async () => {
    await page.getByRole('link', { name: '看这次检查的全部记录' }).click();
    await page.getByText('左边一块').waitFor();
    await page.getByText('纸质检查表').first().waitFor();
    await page.getByText(item.code, { exact: true }).waitFor();
    await page.locator('.over img').first().waitFor({ timeout: 60_000 });
    if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, 'visit.png'), fullPage: true });
    await open(at, '/visits');
    await page.getByRole('link').filter({ hasText: site.name }).getByText('纸质检查表').waitFor();
  });

  await t.test('the township: drawing, voice and paper, but not why the inspector stood far away', async () => {
    const unit = { unit_kind: 'township', unit_id: township.id, severity: null, is_static: null, deadline_days: null, note: '' };
    await office.operate('ticket.issue/1', { ticket_id: ticket.id, seen_version: ticket.version, ...unit });
    const there = await arrive(county, 'deputy_leader');
    browsers.push(there);
    await open(there, `/tickets/${ticket.id}`);
    await there.page.getByRole('button', { name: '听语音 1 秒' }).waitFor({ timeout: 60_000 });
    await there.page.getByText('纸质检查表').waitFor();
    await there.page.getByRole('switch', { name: '标注' }).waitFor();
    await there.page.locator('.over img').first().waitFor({ timeout: 60_000 });
    assert.equal(await there.page.getByText('在路边检查').count(), 0);
    if (process.env.LALIAN_SHOTS) await there.page.screenshot({ path: join(process.env.LALIAN_SHOTS, 'township.png') });
    assert.deepEqual([...at.complaints(), ...there.complaints()], []);
  });
});
