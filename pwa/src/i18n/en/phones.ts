import type { phones as zh } from '../zh/phones';

export const phones: typeof zh = {
  title: 'On a phone',
  good: { title: 'Scan this with the phone', text: 'The phone’s own camera will do. Sign in with your account, then add it to the home screen.', code: (address) => `Code that opens ${address}` },
  local: {
    title: 'This address works on this machine only',
    text: '127.0.0.1 and localhost mean the computer itself; typed on a phone they lead nowhere. For a phone in the same room see below.',
  },
  lan: {
    title: 'A phone in the same room',
    first: '1. Scan this and follow the steps there, so that the phone trusts this computer (once)',
    second: '2. Then scan this to open the demo county',
    same: 'Phone and computer must be in the same Wi-Fi. If it does not open, the Wi-Fi probably keeps devices apart: let the computer join the phone’s hotspot.',
  },
  why: {
    title: 'Why it must be https',
    text: 'An address that begins with http:// is not encrypted. Browsers give such pages no camera, no position and no way to be kept for offline use. Inspections need all three, so on such an address Lalian only says why and does not open. 127.0.0.1 on the same computer is the only exception.',
  },
  operator: {
    title: 'For whoever installs it',
    demo: 'For a look: no bought certificate, the computer makes its own and a phone trusts it once',
    own: 'For real, with a certificate: name its files',
    proxy: 'For real, behind nginx or Caddy: they keep the certificate',
    files: 'An example for each lies in backend/packaging of the source; a few lines need changing.',
  },
  browsers: {
    title: 'Which browser',
    list: [
      'Android: Chrome or Edge 100 or newer, or the maker’s own browser in its newest version',
      'iPhone: iOS 16.4 or newer, with Safari',
      'Huawei, Honor: the built-in browser, or Edge',
      'Desktop: Edge or Chrome 100 or newer; 360 and Qi’anxin browsers in “speed mode”',
    ],
    chat: 'Opened inside WeChat, WeCom, DingTalk or Feishu: tap “…” at the top right and choose “Open in browser”. Pages inside chat apps cannot keep photos and do not work offline.',
    home: 'Inspectors: add it to the home screen and run “Before leaving” once under “Me”. Townships and villages that only look at tickets install nothing.',
  },
};
