// As much of an Excel workbook as a story needs: reading the sheets of a template, and filling it in as somebody would in Excel.
import { crc32, inflateRawSync } from 'node:zlib';

/** The files of a ZIP archive. */
function unzip(bytes) {
  const files = new Map();
  let at = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let left = bytes.readUInt16LE(at + 10);
  at = bytes.readUInt32LE(at + 16);
  for (; left > 0; left -= 1) {
    const [method, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20)];
    const [name, extra, note, from] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
    const start = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28);
    const raw = bytes.subarray(start, start + packed);
    files.set(bytes.toString('utf8', at + 46, at + 46 + name), method === 8 ? inflateRawSync(raw) : raw);
    at += 46 + name + extra + note;
  }
  return files;
}

/** An archive whose files are stored as they are. */
export function zip(files) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const [name, text] of files) {
    const [path, bytes] = [Buffer.from(name), Buffer.from(text)];
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x0800, 2);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, path, bytes]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, tail, path]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

const UNSAID = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };
const said = (text) => text.replace(/&(lt|gt|quot|apos|amp);/g, (one) => UNSAID[one]).replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
const escaped = (text) => String(text).replace(/[&<>"]/g, (one) => Object.entries(UNSAID).find(([, plain]) => plain === one)[0]);
const texts = (xml) => said([...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map(([, text]) => text).join(''));
const column = (letters) => [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
const letters = (index) => (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));

/** `[{ name, rows: [[text]] }]` in the order of the workbook. */
export function readWorkbook(bytes) {
  const files = unzip(bytes);
  const xml = (name) => files.get(name)?.toString('utf8') ?? '';
  const shared = [...xml('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map(([, one]) => texts(one));
  const targets = new Map([...xml('xl/_rels/workbook.xml.rels').matchAll(/<Relationship\b[^>]*>/g)].map(([one]) => [/ Id="([^"]*)"/.exec(one)[1], / Target="([^"]*)"/.exec(one)[1]]));
  return [...xml('xl/workbook.xml').matchAll(/<sheet\b[^>]*>/g)].map(([sheet]) => {
    const target = targets.get(/r:id="([^"]*)"/.exec(sheet)[1]).replace(/^\/?(xl\/)?/, 'xl/');
    const rows = [...xml(target).matchAll(/<row\b[^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, row = '']) => {
      const cells = [];
      for (const [, attributes, inner = ''] of row.matchAll(/<c\b([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
        const at = / r="([A-Z]+)/.exec(attributes);
        const value = /<v>([^<]*)<\/v>/.exec(inner)?.[1] ?? '';
        cells[at ? column(at[1]) : cells.length] = / t="s"/.test(attributes) ? shared[Number(value)] : / t="inlineStr"/.test(attributes) ? texts(inner) : said(value);
      }
      return Array.from(cells, (cell) => cell ?? '');
    });
    return { name: said(/ name="([^"]*)"/.exec(sheet)[1]), rows };
  });
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** The bytes of a workbook with these sheets; every cell is text. */
export function writeWorkbook(sheets) {
  const part = (nth) => `worksheets/sheet${nth + 1}.xml`;
  const kind = (name) => `application/vnd.openxmlformats-officedocument.spreadsheetml.${name}+xml`;
  const row = (cells, nth) => `<row r="${nth + 1}">${cells.map((cell, at) => `<c r="${letters(at)}${nth + 1}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`).join('')}</row>`;
  return zip([
    ['[Content_Types].xml', `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind('sheet.main')}"/>${sheets.map((_, nth) => `<Override PartName="/xl/${part(nth)}" ContentType="${kind('worksheet')}"/>`).join('')}</Types>`],
    ['_rels/.rels', `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`],
    ['xl/workbook.xml', `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>${sheets.map(({ name }, nth) => `<sheet name="${escaped(name)}" sheetId="${nth + 1}" r:id="rId${nth + 1}"/>`).join('')}</sheets></workbook>`],
    ['xl/_rels/workbook.xml.rels', `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${sheets.map((_, nth) => `<Relationship Id="rId${nth + 1}" Type="${OFFICE}/worksheet" Target="${part(nth)}"/>`).join('')}</Relationships>`],
    ...sheets.map(({ rows }, nth) => [`xl/${part(nth)}`, `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${rows.map(row).join('')}</sheetData></worksheet>`]),
  ]);
}

/**
 * The template with rows of one's own below the titles, its examples gone. `filling[sheet]` are objects by title; a title that the template does not
 * have is told.
 */
export function fillTemplate(template, filling) {
  return writeWorkbook(
    readWorkbook(template).map(({ name, rows }) => {
      const wanted = filling[name];
      if (!wanted) return { name, rows };
      const titles = Object.keys(wanted[0]);
      const plain = (cell) => cell.replace(/[*\s]/g, '');
      const at = rows.findIndex((row) => titles.every((title) => row.map(plain).includes(title)));
      if (at < 0) throw new Error(`the template's sheet ${name} has no line with ${titles}: ${JSON.stringify(rows)}`);
      return { name, rows: [...rows.slice(0, at + 1), ...wanted.map((one) => rows[at].map((title) => one[plain(title)] ?? ''))] };
    }),
  );
}
