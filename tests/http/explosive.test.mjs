// Small documents that make Markdown libraries burn seconds or hundreds of megabytes. Each is refused or rendered within a second,
// while a running server answers readers as if nothing were.
import { test, before } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { blog, execute, folder, PLATEN, post, scratch, SLOW, summary } from './lib/blog.mjs';

const n = (count, fn) => Array.from({ length: count }, (_, i) => fn(i)).join('');

// Known to take seconds or hundreds of megabytes: these have the second that is promised.
const known = 7;
const documents = {
  'nested lists, then blank lines': '- '.repeat(5000) + 'x' + '\n'.repeat(5000),
  'a wide table with short rows': `|${'a|'.repeat(2000)}\n|${'-|'.repeat(2000)}\n${'|a|\n'.repeat(2000)}`,
  'a paragraph that might be a table': `${'a\n'.repeat(16384)}|-|\n`,
  'one long reference, used often': `[x]: ${'u'.repeat(30000)}\n\n${'[x] '.repeat(30000)}`,
  'a line of 80 KB of pipes': '|'.repeat(80 * 1024),
  'an address with 60,000 closing brackets': `www.a.b${')'.repeat(60000)}`,
  'two lines of pipes': `${'|'.repeat(40000)}\n${'|-'.repeat(20000)}\n`,
  'nested lists by indent': n(1500, (i) => `${'  '.repeat(i)}- a\n`),
  'many addresses with brackets': 'www.a.b))) '.repeat(20000),
  'open brackets': '['.repeat(60000),
  'open pictures': '!['.repeat(40000),
  'nested links': `${'['.repeat(20000)}a${'](b)'.repeat(20000)}`,
  'open emphasis': '*a **a '.repeat(30000),
  'underscores and stars': '_*'.repeat(50000),
  'alternating emphasis': n(20000, (i) => (i % 2 ? '**a' : '*b_')),
  'backticks of every length': n(800, (i) => `a${'`'.repeat(i)}`),
  'nested quotes': `${'> '.repeat(10000)}a\n`,
  'quotes and lists by turns': `${'> - '.repeat(5000)}a\n`,
  'open angle brackets': '<'.repeat(80000),
  'open comments': '<!-- '.repeat(20000),
  'open declarations': '<!A '.repeat(20000) + '<? '.repeat(20000) + '<![CDATA['.repeat(10000),
  'many references': n(20000, (i) => `[r${i}]: /u\n`),
  'references that are not there': n(30000, (i) => `[a${i}][b${i}] `),
  'many footnotes': `${n(5000, (i) => `a[^${i}] `)}\n\n${n(5000, (i) => `[^${i}]: note\n\n`)}`,
  'one footnote, mentioned often': `${'a[^1] '.repeat(20000)}\n\n[^1]: note\n`,
  'footnotes within footnotes': n(3000, (i) => `[^${i}]: see [^${i + 1}]\n\n`) + 'a[^0]\n',
  'many headings of one name': '# a\n\n'.repeat(20000),
  'a heading of 500 KB': `# ${'a b '.repeat(125000)}`,
  'mail addresses': 'a@'.repeat(50000),
  'mail address with many dots': `a@${'b.'.repeat(50000)}`,
  'strikethroughs': '~~a '.repeat(40000) + '~'.repeat(40000),
  'entities': '&amp;&#x1F600;&nosuch;'.repeat(20000),
  'backslashes': '\\'.repeat(200000),
  'hard line breaks': 'a  \n'.repeat(50000),
  'task lists': '- [x] a\n'.repeat(30000),
  'thematic breaks': '***\n'.repeat(100000),
  'four megabytes less a little': 'word '.repeat(800000),
  'four megabytes of short paragraphs': 'a\n\n'.repeat(1300000),
  'tabs': `${'\t'.repeat(100000)}a\n`.repeat(3),
  'smart quotes': `"'`.repeat(100000),
  'dashes': `a ${'-'.repeat(100000)} b`,
  'nested raw HTML': '<div>'.repeat(50000),
};

let site;
let startup = 0; // what an import costs without any of this
/** An import, and how much processor time it and its children took: other work on the machine is not theirs. */
async function timed(db, dir) {
  const r = await execute('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', PLATEN, 'import', '--db', db, dir]);
  const [, line, user, system] = /\n?(cpu (\d+\.\d+) (\d+\.\d+))\n$/.exec(r.stderr);
  return { ...r, stderr: r.stderr.replace(`${line}\n`, ''), cpu: 1000 * (Number(user) + Number(system)) };
}

before(async () => {
  site = await blog({ 'content/posts/calm.md': post('Calm', 'A quiet post.') });
  startup = (await timed(join(scratch(), 'p.db'), folder({ 'content/posts/a.md': post('A') }))).cpu;
});

/** Asks the server again and again while `work` runs: the longest wait in ms. */
async function slowestAnswer(work) {
  let over = false;
  let slowest = 0;
  const asking = (async () => {
    while (!over) {
      const began = performance.now();
      const page = await site.get('/posts/calm/');
      slowest = Math.max(slowest, performance.now() - began);
      assert.equal(page.status, 200);
      await new Promise((ok) => setTimeout(ok, 25));
    }
  })();
  const result = await work;
  over = true;
  await asking;
  return { result, slowest };
}

for (const [i, [name, text]] of Object.entries(documents).entries())
  test(name, async () => {
    site.write({ 'content/posts/explosive.md': post('Explosive', text) });
    const { result, slowest } = await slowestAnswer(timed(site.db, site.dir));
    assert.equal(result.status, 0, result.stderr.slice(0, 1000));
    const bound = (i < known ? 1250 : 2500) * SLOW + startup; // what the store takes is on top of the second
    assert.ok(result.cpu < bound, `took ${Math.round(result.cpu)} ms, more than ${Math.round(bound)}`);
    assert.ok(slowest < 750 * SLOW, `a reader waited ${Math.round(slowest)} ms`);
    const { refused } = summary(result);
    if (refused > 0) assert.match(result.stderr, /^content\/posts\/explosive\.md(:\d+:\d+)?: \S/m);
    else assert.equal((await site.get('/posts/explosive/')).status, 200);
    rmSync(join(site.dir, 'content/posts/explosive.md'));
  });

test('all of them in one folder: the good ones are in, the rest have their reasons', async () => {
  const files = Object.fromEntries(Object.values(documents).map((text, i) => [`content/posts/x${i}.md`, post(`X${i}`, text)]));
  const many = await blog({ ...files, 'content/posts/good.md': post('Good') });
  assert.equal((await many.get('/posts/good/')).status, 200);
  const { refused, posts } = summary(many.first);
  assert.equal(posts, Object.keys(files).length + 1);
  assert.equal(many.first.stderr.split('\n').filter((l) => /^content\/posts\/x\d+\.md/.test(l)).length >= refused, true);
  assert.ok(many.first.ms < (1500 * Object.keys(files).length) * SLOW);
});
