// What a printer would get: the page's PDF, how many sheets it has, and what a scanner reads off them.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A4 in pixels at this many an inch: about what a phone sees of a sheet in front of it. */
const DPI = 150;
const [WIDE, HIGH] = [Math.round((210 / 25.4) * DPI), Math.round((297 / 25.4) * DPI)];

/**
 * Prints the open page as its own CSS says. Rasterised by poppler and read by zbar, which know nothing of how we draw.
 * @param {import('playwright-core').Page} page
 * @param {{ columns?: number, rows?: number, keep?: string }} [how] the sheet is scanned piece by piece, as a phone does it; `keep` = a file for the PDF
 * @returns {Promise<{ sheets: number, size: string, codes: string[][], words: string[] }>} per sheet: the codes read off it, its words
 */
export async function printed(page, { columns = 1, rows = 1, keep } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'lalian-print-'));
  try {
    const file = join(folder, 'print.pdf');
    const bytes = await page.pdf({ preferCSSPageSize: true, printBackground: false });
    await writeFile(file, bytes);
    if (keep) await writeFile(keep, bytes);
    const { stdout: info } = await run('pdfinfo', [file]);
    const sheets = Number(/^Pages:\s+(\d+)/m.exec(info)?.[1]);
    const size = /^Page size:\s+(.*)$/m.exec(info)?.[1] ?? '';
    const codes = Array.from({ length: sheets }, () => []);
    const [width, height] = [Math.ceil(WIDE / columns), Math.ceil(HIGH / rows)];
    for (let piece = 0; piece < columns * rows; piece += 1) {
      const corner = [(piece % columns) * width, Math.floor(piece / columns) * height];
      const name = `piece${piece}`;
      await run('pdftoppm', ['-gray', '-png', '-r', `${DPI}`, '-x', `${corner[0]}`, '-y', `${corner[1]}`, '-W', `${width}`, '-H', `${height}`, file, join(folder, name)]);
      const pictures = (await readdir(folder)).filter((one) => one.startsWith(`${name}-`)).sort();
      for (const [sheet, picture] of pictures.entries()) codes[sheet].push(...(await scan(join(folder, picture))));
    }
    const { stdout: text } = await run('pdftotext', ['-layout', file, '-']);
    return { sheets, size, codes, words: text.split('\f').slice(0, sheets) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** zbar ends with 4 where it finds nothing. */
async function scan(picture) {
  try {
    const { stdout } = await run('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', picture]);
    return stdout.trim().split('\n').filter(Boolean);
  } catch (error) {
    if (error.code === 4) return [];
    throw error;
  }
}
