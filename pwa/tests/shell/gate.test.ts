// What stands before the app: browsers that are too old or an address that is not encrypted get a page that says what to do, and nothing of it
// needs a newer browser than theirs.
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { isChatApp } from '../../src/app/shell/chat-apps';

const file = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const GATE = file('public/gate.js');

type Page = Record<string, unknown>;

/** Where a browser with these parts is sent; null where it stays. */
function sentTo(change: (page: Page) => void): string | null {
  let to: string | null = null;
  const page: Page = {
    isSecureContext: true,
    structuredClone: () => undefined,
    OffscreenCanvas: () => undefined,
    BroadcastChannel: () => undefined,
    indexedDB: {},
    crypto: { subtle: {} },
    navigator: { locks: {} },
    document: { createElement: () => ({ noModule: false }) },
    location: { replace: (address: string) => (to = address) },
  };
  page['window'] = page;
  change(page);
  runInContext(GATE, createContext(page));
  return to;
}

test('a browser of today stays', () => {
  expect(sentTo(() => undefined)).toBeNull();
});

test.each(['structuredClone', 'OffscreenCanvas', 'BroadcastChannel', 'indexedDB', 'crypto'])('one without %s is told which browsers work', (name) => {
  expect(sentTo((page) => Reflect.deleteProperty(page, name))).toBe('/old.html');
});

test('one without modules, locks, or the newer arrays is told too', () => {
  expect(sentTo((page) => (page['document'] = { createElement: () => ({}) }))).toBe('/old.html');
  expect(sentTo((page) => (page['navigator'] = {}))).toBe('/old.html');
  const old = GATE.replace('Array.prototype.findLast', '({}).findLast');
  expect(old).not.toBe(GATE);
  let to: string | null = null;
  const page: Page = { location: { replace: (address: string) => (to = address) }, document: { createElement: () => ({ noModule: false }) }, navigator: {}, structuredClone: () => undefined };
  page['window'] = page;
  runInContext(old, createContext(page));
  expect(to).toBe('/old.html');
});

test('a plain address is named as the reason, not the browser', () => {
  expect(sentTo((page) => {
    page['isSecureContext'] = false;
    page['navigator'] = {};
    page['crypto'] = {};
  })).toBe('/plain.html');
  // A browser from before the question is too old, whatever the address.
  expect(sentTo((page) => {
    delete page['isSecureContext'];
    delete page['structuredClone'];
  })).toBe('/old.html');
});

test('the gate itself is ES5', () => {
  const bare = (text: string): string => text.replace(/\s+/g, '');
  const parsed = ts.transpileModule(GATE, { compilerOptions: { target: ts.ScriptTarget.ES5, module: ts.ModuleKind.CommonJS, alwaysStrict: false }, reportDiagnostics: true });
  expect(parsed.diagnostics).toEqual([]);
  expect(bare(parsed.outputText)).toBe(bare(GATE));
});

test.each(['public/old.html', 'public/plain.html'])('%s speaks both languages, runs nothing and asks for nothing but its style', (name) => {
  const page = file(name);
  expect(page).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|https?:\/\/(?!127\.0\.0\.1)[a-z]/i);
  expect([...page.matchAll(/(?:href|src)="([^"]+)"/g)].map((found) => found[1])).toEqual(['/old.css']);
  expect(page).toContain('lang="en"');
  expect(page).toMatch(name.includes('old') ? /Chrome.*Edge.*100[\s\S]*iOS 16\.4[\s\S]*Chrome or Edge 100/ : /https:\/\/[\s\S]*demo --lan/);
});

test('the page of the app runs only files, in the order in which the gate comes first', () => {
  const scripts = [...file('index.html').matchAll(/<script([^>]*)>([^<]*)</g)];
  expect(scripts.map((found) => [/src="([^"]+)"/.exec(found[1] ?? '')?.[1], found[2]])).toEqual([['/gate.js', ''], ['/src/app/main.ts', '']]);
});

test.each([
  ['Mozilla/5.0 (Linux; Android 14) Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.50', true],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.49(0x18003137)', true],
  ['Mozilla/5.0 (Linux; Android 13) Chrome/107.0 Mobile Safari/537.36 wxwork/4.1.22 MicroMessenger/7.0.1', true],
  ['Mozilla/5.0 (Linux; U; Android 13; zh-CN) UWS/3.22 AliApp(DingTalk/7.6.0) com.alibaba.android.rimet/1 Channel/1 language/zh-CN', true],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 Lark/7.20.6 LarkLocale/zh_CN', true],
  ['Mozilla/5.0 (Linux; Android 12) Chrome/109 Mobile Safari/537.36 V1_AND_SQ_9.0.35 QQ/9.0.35.17370', true],
  ['Mozilla/5.0 (Linux; Android 12) Chrome/109 MQQBrowser/15.1 Mobile Safari/537.36', false],
  ['Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36', false],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1', false],
  ['Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 Safari/537.36 ArkWeb/4.1 Mobile HuaweiBrowser/5.0', false],
])('%s: a chat app is %s', (userAgent, chat) => {
  expect(isChatApp(userAgent)).toBe(chat);
});
