// A phone of the same room comes to `demo --lan`: over the plain page it learns why and how, trusts the certificate once, and has a camera, a
// position and the page without a signal; without that it gets none of them and is told so.
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { installed, phone } from '../lib/chromium.mjs';
import { logIn } from '../lib/pages.mjs';
import { demo } from '../lib/program.mjs';
import { expectEventually } from '../lib/wait.mjs';

const { default: decodeQR } = await import(createRequire(resolve(import.meta.dirname, '../../../pwa/package.json')).resolve('qr/decode.js'));

/** The address of the machine in its room. Browsers trust 127.0.0.1 whatever it speaks, so no phone here may call it that. */
const ROOM = '10.9.8.7';
const FINDS = `--host-resolver-rules=MAP ${ROOM} 127.0.0.1`;
const inRoom = (url) => url.replace('127.0.0.1', ROOM);
const POSITION = { longitude: 104.98, latitude: 31.02, accuracy: 9 };

let county;
let plain;
let secure;
let fingerprint;
let authority;
const browsers = [];
before(async () => {
  county = await demo({ more: ['--lan', '--lan-address', '127.0.0.1', '--lan-port', '0'] });
  const told = (what) => expectEventually(async () => county.log.map((line) => line.split(what)[1]?.trim().split(/\s/)[0]).find(Boolean), `a line with ${what}`);
  [plain, secure, fingerprint] = [inRoom(await told('install: ')), inRoom(await told('lan: ')), await told('SHA-256: ')].map((text) => text.replace(/\/$/, ''));
  authority = Buffer.from(await (await fetch(`${plain.replace(ROOM, '127.0.0.1')}/lalian.crt`)).arrayBuffer());
});
after(async () => {
  for (const one of browsers) await one.close().catch(() => undefined);
  await county?.remove();
});

/** What browsers call a key: SHA-256 of its SPKI. */
const keyOf = (certificate) => createHash('sha256').update(new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
/** A phone of the room; `trusts` is a certificate that was installed on it. */
async function come(origin, trusts) {
  const args = [FINDS, ...(trusts ? [`--ignore-certificate-errors-spki-list=${keyOf(trusts)}`] : [])];
  const one = await phone({ origin, position: POSITION, args });
  browsers.push(one);
  return { ...one, page: await one.page() };
}
async function shot(page, name) {
  if (process.env.LALIAN_SHOTS) await page.screenshot({ path: join(process.env.LALIAN_SHOTS, `lan-${name}.png`), fullPage: true });
}
/** What a camera reads of a picture. */
async function scan(page, png) {
  const found = await page.evaluate(async (base64) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))]));
    const paint = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    paint.drawImage(picture, 0, 0);
    const { data } = paint.getImageData(0, 0, picture.width, picture.height);
    let text = '';
    for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
    return { width: picture.width, height: picture.height, data: btoa(text) };
  }, png.toString('base64'));
  return decodeQR({ ...found, data: Uint8ClampedArray.from(Buffer.from(found.data, 'base64')) });
}
/** What the browser lends this page. */
const lent = (page) => page.evaluate(() => ({ secure: isSecureContext, worker: 'serviceWorker' in navigator, camera: navigator.mediaDevices !== undefined }));

test('the plain page says why, hands out the certificate with the fingerprint of the terminal, and its code leads to the encrypted address', { timeout: 120_000 }, async () => {
  const { page } = await come(null);
  await page.goto(`${plain}/`);
  await page.getByText('浏览器只在加密的网址上给相机、定位和离线').waitFor();
  await page.getByText(fingerprint).waitFor();
  for (const system of [/^安卓/, /^苹果/, /^华为/, /^Windows 电脑/]) {
    const steps = page.locator('details').filter({ has: page.locator('summary', { hasText: system }) });
    assert.equal(await steps.locator('li').first().isVisible(), false, 'folded until it is wanted');
    await steps.locator('summary').click();
    await steps.locator('li').first().waitFor();
    assert.ok((await steps.locator('li').count()) >= 3, `the steps of ${system}`);
  }
  const code = page.locator('svg').first();
  await code.scrollIntoViewIfNeeded();
  const address = await scan(page, await code.screenshot());
  assert.equal(inRoom(address), `${secure}/`);
  assert.equal(await page.getByRole('link', { name: /^https:/ }).first().getAttribute('href'), address, 'the button leads where the code leads');
  const wait = page.waitForEvent('download');
  await page.getByRole('link', { name: '下载证书 lalian.crt' }).click();
  const file = await readFile(await (await wait).path());
  assert.deepEqual(file, authority);
  const given = new X509Certificate(file);
  assert.equal(given.fingerprint256.replaceAll(':', ''), fingerprint.replaceAll(':', ''), 'what is compared is what is installed');
  assert.ok(given.ca);
  await shot(page, '1-install');
});

test('a phone that trusts it has everything: worker, camera, position, and the page without a signal', { timeout: 240_000 }, async () => {
  const doubting = await come(secure);
  await assert.rejects(doubting.page.goto(secure), /ERR_CERT_AUTHORITY_INVALID/, 'without the certificate the browser opens nothing');
  const { page, offline, complaints } = await come(secure, authority);
  await page.goto(secure);
  assert.deepEqual(await lent(page), { secure: true, worker: true, camera: true });
  const seen = await page.evaluate(async () => {
    const { coords } = await new Promise((done, failed) => navigator.geolocation.getCurrentPosition(done, failed));
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    const [track] = stream.getVideoTracks();
    const state = track.readyState;
    track.stop();
    return { state, longitude: coords.longitude };
  });
  assert.deepEqual(seen, { state: 'live', longitude: POSITION.longitude });
  await logIn(page, county.login('inspector'));
  await installed(page);
  await shot(page, '2-phone');
  await offline(true);
  await page.reload();
  await page.locator('h1').first().waitFor();
  await shot(page, '2-offline');
  await offline(false);
  assert.deepEqual(complaints(), []);
});

test('a phone at a plain address of the program is told why there is no camera and where to go', { timeout: 120_000 }, async () => {
  const origin = inRoom(county.url);
  const { page } = await come(null);
  await page.goto(`${origin}/#/`);
  await page.waitForURL(/\/plain\.html$/);
  assert.deepEqual(await lent(page), { secure: false, worker: false, camera: false });
  for (const words of ['没有加密的网址不给相机、定位和离线存储', '手机没有问题', 'lalian demo --lan', '扫它显示的二维码']) await page.getByText(words).first().waitFor();
  await shot(page, '3-plain');
  // Nothing of the program runs there, so nothing can be lost there.
  assert.equal(await page.locator('script').count(), 0);
});
