// Runs the stories, two at a time. What failed then gets the machine for itself, once: when it passes it is called unsteady and still has to be looked into
// (more often than not the program has a race there, and not the story), but it does not hold everything else back.
// node run.mjs [story.test.mjs …]
import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { run } from 'node:test';
import { tap } from 'node:test/reporters';
import { Transform } from 'node:stream';

const folder = resolve(import.meta.dirname, 'stories');
const all = readdirSync(folder).filter((name) => name.endsWith('.test.mjs')).sort();
const wanted = process.argv.slice(2).map((name) => basename(name));
const files = (wanted.length > 0 ? wanted : all).map((name) => join(folder, name));
const timeout = Number(process.env.LALIAN_STORY_MS ?? 1_500_000);

/** The sums of a run are ours: a story that ran twice counts once. */
const withoutSums = () => new Transform({
  transform(chunk, _, done) {
    done(null, `${chunk}`.split('\n').filter((line) => !/^# (tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /.test(line)).join('\n'));
  },
});

/** @returns {Promise<{ passed: number, failed: Map<string, string[]> }>} stories that passed, and names of failed ones by their file */
async function stories(of, concurrency) {
  const seen = { passed: 0, failed: new Map() };
  const events = run({ files: of, concurrency, timeout });
  events.on('test:pass', (one) => {
    if (one.nesting === 0 && one.details?.type !== 'suite') seen.passed += 1;
  });
  events.on('test:fail', (one) => {
    if (one.nesting > 0) return;
    const file = one.file ?? one.name;
    seen.failed.set(file, [...(seen.failed.get(file) ?? []), one.name]);
  });
  const text = events.compose(tap).pipe(withoutSums());
  for await (const chunk of text) process.stdout.write(chunk);
  return seen;
}

const first = await stories(files, 2);
const names = [...first.failed.values()].flat();
if (names.length === 0) {
  console.log(`${first.passed} passed, 0 failed`);
} else {
  console.log(`\nonce more, alone: ${[...first.failed.keys()].map((file) => basename(file)).join(', ')}`);
  const second = await stories([...first.failed.keys()], 1);
  const still = [...second.failed.values()].flat();
  const unsteady = names.filter((name) => !still.includes(name));
  if (unsteady.length > 0) console.log(`unsteady (failed, and passed alone):\n${unsteady.map((name) => `  ${name}`).join('\n')}`);
  if (still.length > 0) console.log(`failed twice:\n${still.map((name) => `  ${name}`).join('\n')}`);
  console.log(`${first.passed + names.length - still.length} passed, ${still.length} failed`);
  process.exitCode = still.length > 0 ? 1 : 0;
}
