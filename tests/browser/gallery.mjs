// Every screen of the inspector and the township on a phone and of the office at a desk, from a county in the middle of its work:
// node tests/browser/gallery.mjs [--missing] [FOLDER]. Writes the pictures and a page that shows them; with --missing only those that are not there.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demoSites, fillCounty, TOWNSHIP } from './lib/fixture.mjs';
import { drawings } from './lib/jpeg.mjs';
import { MOMENTS, takeMoments } from './lib/moments.mjs';
import { demo } from './lib/program.mjs';
import { arrive, beginSheet, idsFor, open, routesOf, workOnPhone } from './lib/walk.mjs';

const { values: { missing }, positionals } = parseArgs({ allowPositionals: true, options: { missing: { type: 'boolean', default: false } } });
const out = resolve(positionals[0] ?? join(import.meta.dirname, '../../pwa/pictures/gallery'));
if (!missing) await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'lalian-gallery-'));
const county = await demo();
const shelter = demoSites().find((one) => one.kind === 'bus_shelter' && one.township === TOWNSHIP);
const position = { longitude: shelter.longitude, latitude: shelter.latitude, accuracy: 8 };

/** What people write, so that a picture looks like a day's work and not like a test. */
const WORDS = {
  'round.name': '第四季度拉练', 'round.hidden': '第四季度暗访', 'device.name': '检查员乙的手机', 'person.name1': '示例人员一', 'person.name2': '示例人员二', 'person.suspended': '长期请假', 'post.ended': '换岗',
  'answer.reason': '当时没有人', 'answer.note': '', 'finding.title': '', 'finding.note': '靠马路一侧，离地约两米。', 'visit.people': '社区工作人员一人', 'visit.note': '', 'visit.distance': '路在修，走过去看的',
  'photo.reason': '相机打不开', 'app.version': '0.1.0', 'visit.closed': '门锁着，问了邻居，下午才开。', 'report.title': '路灯杆倾斜', 'report.note': '在路口，离公交站五十米。', 'ticket.declined': '与另一件重复', 'ticket.note': '请先围挡，再修。',
  'accept.named': '经办人', 'accept.late': '经办人', 'attempt.note': '换了新的，旧的已经拆走。', 'submit.note': '', 'verify.note': '右边那块还没有换。', 'void.reason': '与另一件重复', 'colour.reason': '多次提醒后仍有三处没有动工', 'colour.plan': '本周内动工，分管领导每周看一次。', 'colour.appeal': '三处中两处已办挂账，应不计入。', 'talk.participants': '县专班、主要领导', 'talk.subject': '上月红色', 'talk.agreed': '两周内全部动工。', 'verdict.reason': '照片里是另一面墙，左边没有站牌。', 'channel.name': '示例工作群', 'channel.mail': '值班邮箱', 'operation.kind': 'inspection.submit/9', payload: '', 'decision.reason': '已电话问过', quarantined: '',
};
const inspector = await arrive(county, 'inspector', { position });
const filled = await fillCounty(county, { text: (field) => WORDS[field] ?? '', photo: await drawings(inspector.page, folder, 23) });
const ids = idsFor(filled, await workOnPhone(inspector.page, shelter, () => '灯箱不亮，线头外露'));

const page = ['# Every screen', '', 'Written by `npm run gallery` in `tests/browser`. All places, people and photos are invented (示例数据).', ''];
const seen = new Set();
const SHELL = /^\/(me|outbox|password|phones|pin|ready|signin)$/;
const kept = (name) => missing && existsSync(join(out, `${name}.jpg`));
async function picture(page, name) {
  await page.waitForTimeout(900);
  await page.screenshot({ path: join(out, `${name}.jpg`), scale: 'css', type: 'jpeg', quality: 72 });
}
async function shot(browser, name) {
  if (!kept(name)) await picture(browser.page, name);
  page.push(`<img src="gallery/${name}.jpg" alt="${name}" width="${browser.role === 'office' ? 720 : 260}">`);
}
async function show(browser, title, routes) {
  page.push(`## ${title}`, '');
  for (const route of routes) {
    // The shell's own pages are shown once, on the inspector's phone.
    if (browser !== inspector && SHELL.test(route)) continue;
    const words = route.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d\d-\d{8}-\d{4}/g, 'one').replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '');
    const name = `${browser.role}-${words || 'home'}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (!kept(name)) await open(browser, route);
    await shot(browser, name);
  }
}
const small = inspector.page;
await open(inspector, '/');
await small.getByRole('searchbox').fill('');
await show(inspector, '检查人员 Inspector, 390×844', routesOf('inspector', ids));
await open(inspector, '/');
await small.getByRole('tab', { name: '地图' }).or(small.getByRole('button', { name: '地图' })).first().click();
await shot(inspector, 'inspector-map');
await open(inspector, `/visit/${ids.inspector['/visit/:id'][0]}`);
await small.getByRole('button', { name: /怎么看/ }).first().click();
await shot(inspector, 'inspector-visit-rule');
await small.getByRole('radio', { name: '不合格' }).first().click();
await small.getByRole('dialog').waitFor();
await shot(inspector, 'inspector-visit-fail');
await small.keyboard.press('Escape');
await small.getByRole('radio', { name: '未观察' }).nth(1).click();
await small.getByRole('dialog').waitFor();
await shot(inspector, 'inspector-visit-not-seen');
await small.keyboard.press('Escape');
page.push('');
const deputy = await arrive(county, 'deputy_leader', { position });
await show(deputy, '乡镇 Township, 390×844', routesOf('deputy_leader', ids).slice(0, 9));
page.push('');
const office = await arrive(county, 'office');
ids.office['/paper/enter/:id'] = [await beginSheet(office.page, shelter)];
await show(office, '县专班 Office, 1440×900', routesOf('office', ids));
if (!Object.keys(MOMENTS).every(kept)) await takeMoments(county, filled, { folder, painter: small, shot: (page, name) => (kept(name) ? null : picture(page, name)) });
page.push('', '## 使用中 In use, 390×844', '');
for (const [name, what] of Object.entries(MOMENTS)) page.push(`<img src="gallery/${name}.jpg" alt="${what}" title="${what}" width="260">`);
await writeFile(join(out, '../README.md'), `${page.join('\n')}\n`);
for (const one of [inspector, deputy, office]) await one.close();
await county.remove();
await rm(folder, { recursive: true, force: true });
