import type { paper as zh } from '../zh/paper';

const pieces = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

export const paper: typeof zh = {
  choose: 'Please choose',
  print: 'Print',
  printHelp: 'A4 paper, scale “actual size” or 100 %. The print window can also save a PDF.',
  pageOf: (i, n) => `Page ${i} of ${n}`,
  hub: {
    title: 'Paper and site codes',
    help: 'Without a phone, paper does just as well: print it, take it along, enter it afterwards.',
    codes: { title: 'Site QR codes', help: 'Put up at the site; an inspector scans it and the site opens' },
    blank: { title: 'Blank checklists', help: 'With site code and item codes, to be ticked on the spot' },
    enter: { title: 'Enter a filled-in sheet', help: 'Follow the sheet, with a photo of it' },
  },
  codes: {
    title: 'Site QR codes',
    help: 'Choose a township: all its sites are printed, unless you pick some.',
    township: 'Township',
    layout: 'Layout',
    layouts: { many: 'Eight a page', one: 'One a page' },
    count: (sites, pages) => `${pieces(sites, 'site')}, ${pieces(pages, 'page')}`,
    none: 'No sites in this township yet',
    noneText: 'Add them to the register first, then print.',
  },
  pick: {
    search: 'Find a site',
    all: (n) => `All (${n})`,
    none: 'None',
  },
  plate: {
    app: 'Lalian · site code',
    demo: 'SAMPLE',
    qr: (name) => `QR code of ${name}`,
    use: 'Inspectors scan this to open the checklist and the repairs of this site. Scanning collects nothing about the public.',
  },
};
