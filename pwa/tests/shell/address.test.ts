// What is printed carries the address that others can open, and says so where they cannot.
import { describe, expect, it } from 'vitest';
import { addressFrom, reachOf } from '../../src/app/shell/reach';

describe('the address for others', () => {
  it('is the one that the operator named, wherever the page was opened', () => {
    expect(addressFrom({ public_url: 'https://lalian.example' }, null, 'http://127.0.0.1:8080')).toBe('https://lalian.example');
    expect(addressFrom({ public_url: 'https://lalian.example/' }, 'https://192.168.1.5:8443', 'http://127.0.0.1:8080')).toBe('https://lalian.example');
  });

  it('is else the demo’s way in for phones, else where the page was opened', () => {
    expect(addressFrom({ public_url: null }, 'https://192.168.1.5:8443', 'http://127.0.0.1:8080')).toBe('https://192.168.1.5:8443');
    for (const told of [{ public_url: null }, { public_url: 'nonsense' }, {}, null, 'x']) expect(addressFrom(told, null, 'https://a.example')).toBe('https://a.example');
  });

  it.each([
    ['https://lalian.example.gov.cn', 'everywhere'],
    ['https://8.8.8.8', 'everywhere'],
    ['https://10.1.2.3', 'network'],
    ['https://172.20.0.1:8443', 'network'],
    ['https://172.32.0.1', 'everywhere'],
    ['https://[fd00::1]', 'network'],
    ['https://intranet', 'network'],
    ['http://lalian.example.gov.cn', 'plain'],
    ['http://192.168.1.5', 'plain'],
    ['http://127.0.0.1:8080', 'machine'],
    ['https://localhost:8443', 'machine'],
    ['http://[::1]:8080', 'machine'],
  ] as const)('%s is opened by: %s', (address, reach) => expect(reachOf(address)).toBe(reach));
});
