// What a ready phrase means on an English screen: a fault is never told by the words of a pass.
import { expect, it } from 'vitest';
import { phrase } from '../../src/core/answers';
import type { ChecklistItem } from '../../src/core/rows';
import { meaning } from '../../src/i18n/en/phrases';

const item = (more: Partial<ChecklistItem>): ChecklistItem => ({ code: 'A-1', zh: '站牌完好', en: 'The sign is whole', answer: 'pass_fail', severity: 'minor', static: true, makes: 'ticket', ...more }) as ChecklistItem;

it('a title of the fault is told as it is, the question alone as what is not so', () => {
  const own = item({ default_issue_zh: '站牌缺损', default_issue_en: 'Sign damaged' });
  expect(meaning(phrase(own, null), own)).toBe('Sign damaged');
  const bare = item({ default_issue_zh: '站牌缺损' });
  expect(meaning(phrase(bare, null), bare)).toBe('Not so: The sign is whole');
});

it('an option says itself what is wrong', () => {
  const options = [{ key: 'gone', zh: '没有站牌', en: 'No sign', fail: true }] as ChecklistItem['options'];
  const asked = item({ answer: 'choice', default_issue_zh: '站牌有问题', ...(options && { options }) });
  expect(meaning(phrase(asked, 'gone'), asked)).toBe('Not so: The sign is whole (No sign)');
  expect(meaning('县里自己的说法', asked)).toBeNull();
});
