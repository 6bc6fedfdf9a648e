// What a browser says of itself: its name, whether the app works in it, and the machine it runs on.
import type { Browser } from './ready';

/** Order matters: browsers inside chat apps and shells of Chromium also say "Chrome" and "Safari". */
const BROWSERS: readonly (readonly [RegExp, string, Browser['known']])[] = [
  [/MicroMessenger/i, '微信 WeChat', 'bad'],
  [/DingTalk/i, '钉钉 DingTalk', 'bad'],
  [/AlipayClient/i, '支付宝 Alipay', 'bad'],
  [/\bQQ\//i, 'QQ', 'bad'],
  [/Weibo/i, '微博 Weibo', 'bad'],
  [/aweme|BytedanceWebview|NewsArticle/i, '抖音/头条 Douyin/Toutiao', 'bad'],
  [/baiduboxapp|baidubrowser/i, '百度 Baidu', 'bad'],
  [/UCBrowser/i, 'UC', 'bad'],
  [/Quark/i, '夸克 Quark', 'bad'],
  [/MQQBrowser/i, 'QQ浏览器 QQ Browser', 'bad'],
  [/SogouMobileBrowser|MetaSr/i, '搜狗 Sogou', 'bad'],
  [/HuaweiBrowser/i, '华为浏览器 Huawei Browser', 'good'],
  [/HonorBrowser/i, '荣耀浏览器 Honor Browser', 'good'],
  [/MiuiBrowser/i, '小米浏览器 Mi Browser', 'good'],
  [/VivoBrowser/i, 'vivo 浏览器 vivo Browser', 'good'],
  [/HeyTapBrowser|OppoBrowser/i, 'OPPO 浏览器 OPPO Browser', 'good'],
  [/SamsungBrowser/i, '三星浏览器 Samsung Internet', 'good'],
  [/EdgA?\/|EdgiOS/i, 'Edge', 'good'],
  [/FxiOS|Firefox/i, 'Firefox', 'good'],
  [/; wv\)/i, '应用内页面 in-app page', 'bad'],
  [/CriOS|Chrome/i, 'Chrome', 'good'],
  [/Version\/[\d.]+.*Safari/i, 'Safari', 'good'],
];

export function browserOf(userAgent: string): Browser {
  const found = BROWSERS.find(([pattern]) => pattern.test(userAgent));
  return found ? { name: found[1], known: found[2] } : { name: '', known: 'unknown' };
}

/** Chrome on Android says "K" for the model where it keeps it to itself. */
const MODEL = /Android [\d.]+; (?:HarmonyOS; |[a-z]{2}[-_][A-Za-z]{2}; )?([^;)]+?)(?: Build\/[^;)]*)?[;)]/;
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPod/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Macintosh/, 'Mac'],
  [/Linux|CrOS/, 'Linux'],
];

/** What a browser says of itself, in a few words: "Chrome · Android · 2311DRK48C". Empty where it says nothing that is known. */
export function deviceWords(userAgent: string): string {
  const system = SYSTEMS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '';
  const model = MODEL.exec(userAgent)?.[1] ?? '';
  return [browserOf(userAgent).name, system, model === 'K' ? '' : model].filter(Boolean).join(' · ');
}
