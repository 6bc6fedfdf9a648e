// A county from nothing: the program on an empty database, its first administrator, one workbook with its checklists, a faulty row mended, taken back and
// written again, a code for the inspector, and the first visit.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { desk } from '../lib/api.mjs';
import { DESK, installed, phone } from '../lib/chromium.mjs';
import { chip, InspectorPhone } from '../lib/pages.mjs';
import { empty } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';
import { fillTemplate } from '../lib/xlsx.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PASSWORD = 'xinglin-2026-qiao';
const COUNTY = '519902000000';
const AT = { longitude: 104.912345, latitude: 30.123456, accuracy: 8 };
const site = (code, name, village, more = {}) => ({ 点位编码: code, 点位类型: 'bus_shelter', 名称: name, 乡镇: '', '村（社区）': village, 经度: String(AT.longitude), 纬度: String(AT.latitude), ...more });
const question = (编号, 检查内容, 分组, more = {}) => ({ 清单: '公交招呼站台', 编号, 检查内容, 分组, 选项: '', 严重程度: '', 分值: '', 主管部门: '', 清单代号: '', ...more });
const post = (姓名, 手机号, 岗位, 单位 = '') => ({ 姓名, 手机号, 岗位, 单位 });
const SHEETS = {
  县: [{ 区划代码: COUNTY, 名称: '青溪县' }],
  区划: [
    ['519902001000', '东河镇'], ['519902001001', '东河社区'], ['519902001002', '石桥村'],
    ['519902002000', '西山乡'], ['519902002001', '西山村'],
  ].map(([区划代码, 名称]) => ({ 区划代码, 名称 })),
  清单: [
    question('BUS-01', '站牌完好可读', '走近站台', { 严重程度: '重点', 分值: '40', 主管部门: '县交通运输局', 清单代号: 'bus_shelter' }),
    question('BUS-02', '座椅稳固', '站台里', { 选项: '稳固；松动（不合格，危急，1天）', 分值: '30' }),
    question('BUS-03', '地面整洁', '站台里', { 严重程度: '一般', 分值: '30' }),
  ],
  点位: [
    // Full-width digits and stray spaces, as they come from a pasted table.
    site('BUS-0001', '东河社区　招呼站１号', '东河社区'),
    site('BUS-0002', '石桥村招呼站', '石桥村', { 纬度: '三十度' }),
    site('BUS-0003', `西山村${'很长的名称'.repeat(8)}招呼站`, '西山村'),
  ],
  人员: [
    post('林办公', '13900000001', '县办公室'), post('赵检查', '13900000002', '检查人员'),
    post('钱分管', '13900000003', '分管领导', '东河镇'), post('孙经办', '13900000004', '乡镇经办人员', '东河镇'),
  ],
};
const mended = { ...SHEETS, 点位: SHEETS.点位.map((one) => (one.纬度 === '三十度' ? { ...one, 纬度: '30.130001' } : one)) };

let county;
let folder;
const browsers = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lalian-setup-'));
  county = await empty();
});
after(async () => {
  for (const one of browsers) await one.close();
  await county?.remove();
  await rm(folder, { recursive: true, force: true });
});

test('a county from nothing, from one workbook, to its first visit', { timeout: 600_000 }, async (t) => {
  const shots = process.env.LALIAN_SHOTS;
  if (shots) await mkdir(shots, { recursive: true });
  let page;
  const shot = async (name) => shots && page.screenshot({ path: join(shots, `setup-${name}.png`), fullPage: true });
  const step = async (name, does) => {
    let failure;
    await t.test(name, async () => {
      try {
        await does();
      } catch (error) {
        failure = error;
        if (page && !page.isClosed()) await page.screenshot({ path: join(tmpdir(), 'lalian-setup-failed.png'), fullPage: true });
        throw error;
      }
    });
    // A later step means nothing when an earlier one failed.
    if (failure) throw failure;
  };
  /** Axe finds nothing on the screen that is open. */
  const clean = async (where) => {
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(AXE, 'utf8'));
    const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ['violations'] })).violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`));
    assert.deepEqual(found, [], where);
  };
  const arrive = async (link, options) => {
    const browser = await phone({ origin: county.url, ...options });
    browsers.push(browser);
    page = await browser.page();
    await page.goto(link);
    const code = await page.locator('input[autocomplete~="current-password"]').inputValue();
    assert.ok(code, 'the link carries the code');
    await page.locator('form button[type="submit"]').click();
    const fresh = page.locator('input[autocomplete~="new-password"]');
    await fresh.first().waitFor();
    // Where the code is asked for once more.
    const current = page.locator('input[autocomplete~="current-password"]');
    if (await current.count()) await current.fill(code);
    for (const field of await fresh.all()) await field.fill(PASSWORD);
    await page.locator('form button[type="submit"]').click();
    await fresh.first().waitFor({ state: 'detached' });
  };
  const choose = async (within, button, name, bytes) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    const chooser = page.waitForEvent('filechooser');
    await within.getByRole('button', { name: button }).click();
    await (await chooser).setFiles(path);
  };
  const heading = (name) => page.getByRole('heading', { level: 1, name });
  const write = async (button) => {
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('dialog').getByRole('button', { name: /^写入这 \d+ 行$/ }).click();
    await page.getByText('已经写入', { exact: true }).first().waitFor();
  };
  let template;

  await step('the first administrator is led to the set-up', async () => {
    await arrive(county.admin, { viewport: DESK });
    await heading('建县向导').waitFor();
    await page.getByText('用一张 Excel 表建好全县').waitFor();
    await shot('empty');
    await clean('the empty set-up');
    await page.getByRole('link', { name: '准备好了吗' }).click();
    await page.getByText('还差 7 样').waitFor();
    await shot('not-ready');
    await clean('nothing is ready');
  });

  await step('the template is downloaded and filled in; one row is told to be wrong, where and why', async () => {
    await page.getByRole('link', { name: /^一张表一次建好/ }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: '下载 Excel 模板' }).click();
    template = await readFile(await (await download).path());
    await choose(page.locator('main'), '选文件', '青溪县.xlsx', fillTemplate(template, SHEETS));
    await heading('青溪县.xlsx').waitFor();
    await page.getByText('有 1 行有问题').waitFor();
    const bad = page.locator('article').filter({ hasText: 'BUS-0002' });
    await bad.getByText('「纬度」列').waitFor();
    assert.match(await bad.textContent(), /点位 第 \d+ 行/);
    assert.equal(await page.locator('article').count(), 1, 'what is wrong is looked at first');
    await shot('faulty');
    await clean('a faulty preview');
    // Names are tidied, and the tidied ones shown.
    await page.getByRole('button', { name: '点位', exact: true }).click();
    await page.getByRole('button', { name: /^全部 3$/ }).click();
    await page.getByText('东河社区招呼站1号').first().waitFor();
    await shot('sites');
  });

  await step('mended, every row is right and all are written', async () => {
    await page.getByRole('link', { name: '改好了，再交一次' }).click();
    await choose(page.locator('main'), '选文件', '青溪县.xlsx', fillTemplate(template, mended));
    await page.getByText('每一行都没有问题').waitFor();
    // The checklists are those of the sheet: the starter set, offered beside it, is left alone.
    await page.getByText('起步清单没有用').waitFor();
    await shot('good');
    await write('写入这 16 行');
    await shot('written');
    await clean('a written file');
  });

  await step('the same file again writes nothing', async () => {
    await page.getByRole('link', { name: '返回', exact: true }).click();
    await choose(page.locator('main'), '选文件', '又一次.xlsx', fillTemplate(template, mended));
    await page.getByText('没有要写入的').waitFor();
  });

  await step('it is taken back, and handed in and written once more', async () => {
    await page.getByRole('link', { name: '返回', exact: true }).click();
    await page.getByRole('link', { name: /青溪县\.xlsx.*已写入/ }).click();
    await page.getByRole('button', { name: '撤销这次导入' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '撤销这次导入' }).click();
    await page.getByText('已经撤销，县里和导入前一样。').first().waitFor();
    await shot('undone');
    await page.getByRole('link', { name: '返回建县向导' }).click();
    await choose(page.locator('main'), '选文件', '青溪县.xlsx', fillTemplate(template, mended));
    await page.getByText('每一行都没有问题').waitFor();
    await write('写入这 16 行');
    await page.getByRole('link', { name: '下一步：准备好了吗' }).click();
    await page.getByText('可以开始第一次检查了').waitFor();
    await shot('ready');
    await clean('ready');
  });

  let code;
  await step('the inspector gets a code', async () => {
    await page.getByRole('link', { name: '去发登录码' }).click();
    const row = page.locator('li').filter({ hasText: '赵检查' }).last();
    await row.getByRole('button', { name: '发登录码' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '发登录码' }).click();
    code = (await page.getByRole('dialog').getByText(/^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}$/).textContent()).trim();
    assert.deepEqual(browsers[0].complaints(), []);
  });

  await step('the inspector signs in and makes the first visit', async () => {
    await arrive(`${county.url}/#/signin?${new URLSearchParams({ login: '13900000002', code })}`, { position: AT });
    await installed(page);
    const inspector = new InspectorPhone(page);
    await inspector.openSite('BUS-0001');
    await inspector.beginVisit();
    await inspector.fail(0, null);
    await inspector.passTheRest();
    await inspector.submit();
    await expectEventually(async () => /全部已上传/.test(await chip(page)), 'all uploaded', 120_000);
    const mine = await desk(county.url, { login: '13900000002', password: PASSWORD });
    assert.equal((await mine.list('/api/v1/inspections?mine=true')).length, 1);
    assert.equal((await mine.list('/api/v1/tickets?state=pending')).length, 1, 'the first ticket of the county');
  });
  for (const one of browsers) assert.deepEqual(one.complaints(), [], 'the page’s own code complained about nothing');
});
