// What leaves for a chat group: everything inside the picture's edges, nothing over anything else, and only what was given to it.
import { describe, expect, it } from 'vitest';
import { keyBytes, sameKey, standing, type PushFacts } from '../../src/app/notices/push';
import { compose, WIDTH, wrap, type Measure, type Poster, type Shape } from '../../src/app/notices/poster';

/** A Chinese sign is as wide as it is high, a Latin one about half. */
const measure: Measure = (text, size) => [...text].reduce((sum, char) => sum + (char > '\u2e80' ? size : size * 0.55), 0);

const poster: Poster = {
  title: '整改提醒',
  unit: '青石镇',
  asOf: '截至 11月30日 09:00',
  figures: [
    { label: '待签收', count: 3, tone: 'info' },
    { label: '逾期', count: 0, tone: 'fail' },
    { label: '退回重改', count: 12345, tone: 'warn' },
  ],
  invite: '登录拉练通查看、办理',
  link: 'https://lalian.example.gov.cn/',
  footnote: '图中只有件数，没有姓名和照片。',
  demo: null,
};
const long: Poster = {
  ...poster,
  title: 'A very long title of the county that does not fit into one line at all',
  unit: '名字很长很长很长很长很长很长很长很长很长很长很长的街道办事处（开发区管理委员会）',
  link: `https://${'long'.repeat(14)}.example.gov.cn/`,
  figures: poster.figures.map((one) => ({ ...one, label: 'Returned, to be repaired again' })),
  demo: '示例数据：仅供演示，不是真实检查结果',
};
const texts = (shapes: readonly Shape[]) => shapes.flatMap((one) => (one.kind === 'text' ? [one] : []));

describe('the picture for chat groups', () => {
  for (const [name, given] of Object.entries({ poster, long })) {
    it(`${name}: keeps everything inside, and no words over others`, () => {
      const { height, shapes } = compose(given, measure);
      for (const one of shapes) {
        const [right, bottom] = one.kind === 'text' ? [one.x + measure(one.text, one.size, one.bold), one.y] : one.kind === 'box' ? [one.x + one.width, one.y + one.height] : [one.x + one.side, one.y + one.side];
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(right, JSON.stringify(one)).toBeLessThanOrEqual(WIDTH);
        expect(bottom).toBeLessThanOrEqual(height);
      }
      const lines = texts(shapes).map((one) => ({ ...one, top: one.y - one.size * 0.85, bottom: one.y + one.size * 0.2, right: one.x + measure(one.text, one.size, one.bold) }));
      for (const [i, a] of lines.entries())
        for (const b of lines.slice(i + 1)) expect(a.x < b.right && b.x < a.right && a.top < b.bottom && b.top < a.bottom, `${a.text} / ${b.text}`).toBe(false);
    });
  }

  it('says what it was given, and the code says the link', () => {
    const { shapes } = compose(poster, measure);
    expect(texts(shapes).map((one) => one.text)).toEqual(['整改提醒', '青石镇', '截至 11月30日 09:00', '3', '待签收', '0', '逾期', '12345', '退回重改', '登录拉练通查看、办理', 'lalian.example.gov.cn/', '图中只有件数，没有姓名和照片。']);
    expect(shapes.find((one) => one.kind === 'code')).toMatchObject({ text: poster.link });
  });

  it('a zero is calm whatever it counts', () => {
    const zero = texts(compose(poster, measure).shapes).find((one) => one.text === '0');
    expect(zero?.ink).toBe('muted');
  });

  it('breaks between words, inside what has none, and never loses a sign', () => {
    expect(wrap('two words', 60, 10, false, measure)).toEqual(['two words']);
    expect(wrap('two words', 30, 10, false, measure)).toEqual(['two', 'words']);
    expect(wrap('一二三四五', 30, 10, false, measure)).toEqual(['一二三', '四五']);
    expect(wrap('abcdefghij', 30, 10, false, measure).join('')).toBe('abcdefghij');
  });
});

describe('the push switch', () => {
  const facts: PushFacts = { supported: true, ios: false, installed: false, permission: 'granted', key: 'AQID', subscribed: true };

  it('says one thing about each browser', () => {
    expect(standing(facts)).toBe('on');
    expect(standing({ ...facts, subscribed: false })).toBe('off');
    expect(standing({ ...facts, permission: 'default' })).toBe('off');
    expect(standing({ ...facts, permission: 'denied' })).toBe('denied');
    expect(standing({ ...facts, supported: false })).toBe('unsupported');
    expect(standing({ ...facts, supported: false, ios: true })).toBe('install_first');
    expect(standing({ ...facts, supported: false, ios: true, installed: true })).toBe('unsupported');
    expect(standing({ ...facts, key: null })).toBe('not_offered');
  });

  it('knows when a subscription was made for another key', () => {
    expect([...keyBytes('-_8')]).toEqual([251, 255]);
    expect(sameKey(new Uint8Array([1, 2, 3]).buffer, 'AQID')).toBe(true);
    expect(sameKey(new Uint8Array([1, 2, 4]).buffer, 'AQID')).toBe(false);
    expect(sameKey(null, 'AQID')).toBe(false);
  });
});
