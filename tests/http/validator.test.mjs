// W3C's checker over every page type: PLATEN_VNU names its vnu.jar (npm's vnu-jar has it), java is needed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blog, scratch, SAMPLE, SLOW } from './lib/blog.mjs';

const JAR = process.env.PLATEN_VNU;
const PAGES = ['/', '/page/2/', '/posts/', '/tags/', '/tags/workshop/', '/archives/', '/search/', '/search/?q=type', '/about/', '/nothing/', '/api/',
  '/posts/points-and-picas/', '/posts/templates/', '/posts/hairlines/', '/posts/calendar/', '/posts/templates/?rev='];

test('no error on any page type', { skip: JAR ? false : 'PLATEN_VNU is not set' }, async () => {
  const site = await blog(SAMPLE);
  const dir = scratch();
  const files = [];
  for (const [i, path] of PAGES.entries()) {
    files.push(join(dir, `${i}.html`));
    writeFileSync(files[i], (await site.get(path)).body);
  }
  const run = spawnSync('java', ['-Xmx512m', '-jar', JAR, '--errors-only', ...files], { encoding: 'utf8', timeout: 120_000 * SLOW });
  assert.equal(run.stderr.replace(/\/\S*\/(\d+)\.html/g, (_, i) => PAGES[i]), '');
  assert.equal(run.status, 0);
});
