// platen import and platen check: what they say, what they change, what they leave alone.
import { test, before } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { blog, execute, folder, platen, PLATEN, poll, post, scratch, serve, settle, summary, write } from './lib/blog.mjs';
import { entries } from './lib/hentry.mjs';

const four = {
  'platen.yaml': 'title: Four\n',
  'content/posts/a.md': post('A', 'The letter a.', { tags: '[Letters]' }),
  'content/posts/b.md': post('B', 'The letter b.', { tags: '[Letters]', slug: 'bee' }),
  'content/posts/c.md': post('C', 'The letter c.', { tags: '[Letters]' }),
  'content/posts/d.md': post('D', 'The letter d.', { tags: '[Letters]' }),
  'static/mark.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
};
const broken = '---\ntitle: Broken\ndate: 2024-02-30\n---\nWords.\n';
const names = async (site, path = '/posts/') => entries((await site.get(path)).text).map((e) => e.name);
const redirected = (answer) => [301, 308].includes(answer.status) && new URL(answer.headers.location, 'http://x/').pathname;
const isPlace = (line, file, n) => new RegExp(`^${file.replace(/[.]/g, '\\.')}:${n}:\\d+: \\S`).test(line);

let site;
before(async () => {
  site = await blog(folder(four));
});

test('a first import says in one line what it did', () => {
  const lines = site.first.stderr.trimEnd().split('\n');
  assert.equal(lines.length, 1, site.first.stderr);
  assert.equal(site.first.stdout, '');
  assert.doesNotMatch(lines[0], /[\r\u001b]/, 'no progress where no terminal is');
  const s = summary(site.first);
  assert.equal(s.posts, 4);
  assert.equal(s.media, 1);
  assert.equal(s.added, 5);
  assert.equal(s.rendered, 4);
  assert.equal(s.refused, 0);
});

test('an unchanged folder: nothing rendered, no row written', async () => {
  await settle(site.dir);
  await site.import(); // files as young as the first listing were looked at again
  const second = await site.import();
  assert.equal(second.status, 0);
  assert.match(second.stderr, /\b0 rendered\b/);
  assert.match(second.stderr, /\b0 rows written\b/);
  const s = summary(second);
  assert.deepEqual([s.posts, s.added, s.changed, s.removed], [4, 0, 0, 0]);
});

test('a touched file with the same bytes is not rendered', async () => {
  site.write({ 'content/posts/a.md': four['content/posts/a.md'] });
  assert.match((await site.import()).stderr, /\b0 rendered\b/);
});

test('one changed file: one post rendered, and a running server shows it', async () => {
  site.write({ 'content/posts/c.md': post('C', 'The letter c, newly cast.', { tags: '[Letters]' }) });
  const result = await site.import();
  assert.deepEqual([summary(result).rendered, summary(result).changed, summary(result).added], [1, 1, 0]);
  await poll(async () => (await site.get('/posts/c/')).text.includes('newly cast'));
});

test('a removed file: 410, and out of every list', async () => {
  site.remove('content/posts/d.md');
  const result = await site.import();
  assert.deepEqual([summary(result).removed, summary(result).rendered], [1, 0]);
  await poll(async () => (await site.get('/posts/d/')).status === 410);
  for (const path of ['/posts/', '/tags/letters/', '/']) assert.ok(!(await names(site, path)).includes('D'), path);
  assert.ok(!(await site.get('/index.xml')).text.includes('<title>D</title>'));
});

test('a removed file that comes back is there again', async () => {
  site.write({ 'content/posts/d.md': four['content/posts/d.md'] });
  assert.equal(summary(await site.import()).added, 1);
  await poll(async () => (await site.get('/posts/d/')).status === 200);
  assert.ok((await names(site)).includes('D'));
});

test('a renamed file that keeps its slug keeps its address', async () => {
  renameSync(join(site.dir, 'content/posts/b.md'), join(site.dir, 'content/posts/second.md'));
  assert.equal((await site.import()).status, 0);
  await poll(async () => (await names(site)).filter((n) => n === 'B').length === 1);
  const page = await site.get('/posts/bee/');
  assert.equal(page.status, 200);
  assert.equal(entries(page.text)[0].name, 'B');
});

test('a changed slug: the old address redirects for good', async () => {
  site.write({ 'content/posts/c.md': post('C', 'The letter c, newly cast.', { slug: 'cee' }) });
  assert.equal((await site.import()).status, 0);
  await poll(async () => (await site.get('/posts/cee/')).status === 200);
  assert.equal(redirected(await site.get('/posts/c/')), '/posts/cee/');
  assert.deepEqual((await names(site)).filter((n) => n === 'C'), ['C']);
});

test('and changed again: both old addresses lead to the newest', async () => {
  site.write({ 'content/posts/c.md': post('C', 'The letter c, newly cast.', { slug: 'sea' }) });
  await site.import();
  await poll(async () => (await site.get('/posts/sea/')).status === 200);
  assert.equal(redirected(await site.get('/posts/cee/')), '/posts/sea/');
  assert.equal(redirected(await site.get('/posts/c/')), '/posts/sea/');
});

test('a moved file without a slug: the old address does not answer 404', async () => {
  renameSync(join(site.dir, 'content/posts/a.md'), join(site.dir, 'content/posts/alpha.md'));
  await site.import();
  await poll(async () => (await site.get('/posts/alpha/')).status === 200);
  const old = await site.get('/posts/a/');
  assert.ok(old.status === 410 || redirected(old) === '/posts/alpha/', `status ${old.status}`);
});

test('changed settings reach the pages', async () => {
  site.write({ 'platen.yaml': 'title: Four and more\n' });
  assert.equal((await site.import()).status, 0);
  await poll(async () => (await site.get('/')).text.includes('Four and more'));
});

test('a file of static/ is changed and removed', async () => {
  assert.equal((await site.get('/mark.svg')).status, 200);
  site.write({ 'static/mark.svg': '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>' });
  await site.import();
  await poll(async () => (await site.get('/mark.svg')).text.includes('<g/>'));
  site.remove('static/mark.svg');
  await site.import();
  await poll(async () => [404, 410].includes((await site.get('/mark.svg')).status));
});

// ---- errors of the content ----

test('a file with an error is refused with its place, the rest goes in', async () => {
  const dir = folder({ 'content/posts/good.md': post('Good'), 'content/posts/bad.md': broken });
  const db = join(scratch(), 'p.db');
  const result = await platen(['import', '--db', db, dir]);
  assert.equal(result.status, 0);
  const lines = result.stderr.trimEnd().split('\n');
  assert.ok(isPlace(lines[0], 'content/posts/bad.md', 3), lines[0]);
  assert.equal(summary(result).refused, 1);
  const server = await serve(db);
  assert.equal((await server.get('/posts/good/')).status, 200);
  assert.equal((await server.get('/posts/bad/')).status, 404);
  await server.stop();
  await settle(dir);
  await platen(['import', '--db', db, dir]);
  const again = await platen(['import', '--db', db, dir]);
  assert.ok(isPlace(again.stderr.split('\n')[0], 'content/posts/bad.md', 3), 'it is told again, though nothing changed');
  assert.match(again.stderr, /\b0 rendered\b.*\b0 rows written\b/);
});

test('a post that breaks keeps its last good version', async () => {
  const other = await blog(folder({ 'content/posts/a.md': post('A', 'Good words.'), 'content/posts/b.md': post('B') }));
  other.write({ 'content/posts/a.md': broken, 'content/posts/b.md': post('B', 'Better words.') });
  const result = await other.import();
  assert.equal(result.status, 0);
  await poll(async () => (await other.get('/posts/b/')).text.includes('Better words.'));
  assert.ok((await other.get('/posts/a/')).text.includes('Good words.'));
  other.write({ 'content/posts/a.md': post('A', 'Mended words.') });
  assert.equal(summary(await other.import()).refused, 0);
  await poll(async () => (await other.get('/posts/a/')).text.includes('Mended words.'));
});

test('--strict: one error, and nothing is changed', async () => {
  const other = await blog(folder({ 'content/posts/a.md': post('A', 'Old words.'), 'content/posts/b.md': post('B') }));
  other.write({ 'content/posts/a.md': post('A', 'New words.'), 'content/posts/bad.md': broken });
  other.remove('content/posts/b.md');
  const result = await other.import('--strict');
  assert.equal(result.status, 2);
  assert.ok(result.stderr.split('\n').some((l) => isPlace(l, 'content/posts/bad.md', 3)), result.stderr);
  assert.ok((await other.get('/posts/a/')).text.includes('Old words.'));
  assert.equal((await other.get('/posts/b/')).status, 200);
  const { server, db, dir } = other;
  await server.stop();
  const again = await serve(db);
  assert.ok((await again.get('/posts/a/')).text.includes('Old words.'), 'nor after a restart');
  await again.stop();
  write(dir, { 'content/posts/bad.md': post('Bad no more') });
  assert.equal((await platen(['import', '--strict', '--db', db, dir])).status, 0);
});

test('--strict on a new database leaves it empty', async () => {
  const db = join(scratch(), 'p.db');
  const dir = folder({ 'content/posts/a.md': post('A'), 'content/posts/bad.md': broken });
  assert.equal((await platen(['import', '--strict', '--db', db, dir])).status, 2);
  const server = await serve(db);
  assert.equal((await server.get('/posts/a/')).status, 404);
  await server.stop();
});

test('check: the same lines as import, exit status 2, nothing changed', async () => {
  const cwd = scratch();
  const dir = folder({ 'content/posts/a.md': post('A'), 'content/posts/bad.md': broken, 'content/posts/worse.md': '---\ntitle: [\n---\n' });
  const listing = () => readdirSync(dir, { recursive: true }).sort().map((n) => [n, statSync(join(dir, n)).mtimeMs]);
  const was = listing();
  const check = await platen(['check', dir], { cwd });
  assert.equal(check.status, 2);
  const place = (r) => r.stderr.split('\n').filter((l) => l.startsWith('content/')).sort();
  const imported = await platen(['import', '--db', join(scratch(), 'p.db'), dir]);
  assert.deepEqual(place(check), place(imported));
  assert.equal(place(check).length, 2);
  assert.deepEqual(listing(), was);
  assert.deepEqual(readdirSync(cwd), []);
});

test('check of a good blog: exit status 0', async () => {
  const check = await platen(['check', folder(four)]);
  assert.equal(check.status, 0, check.stderr);
});

// ---- sources ----

test('a source that is not there, or is a file: exit status 1 and the reason', async () => {
  const dir = folder({ 'a.md': post('A') });
  for (const source of [join(dir, 'nowhere'), join(dir, 'a.md')]) {
    const db = join(scratch(), 'p.db');
    const result = await platen(['import', '--db', db, source]);
    assert.equal(result.status, 1);
    assert.ok(result.stderr.includes(source), result.stderr);
    assert.equal(result.stderr.trimEnd().split('\n').length, 1);
  }
});

test('two folders make one blog', async () => {
  const db = join(scratch(), 'p.db');
  const one = folder({ 'content/posts/a.md': post('A') });
  const two = folder({ 'content/posts/b.md': post('B') });
  assert.equal((await platen(['import', '--db', db, one, two])).status, 0);
  const server = await serve(db);
  for (const path of ['/posts/a/', '/posts/b/']) assert.equal((await server.get(path)).status, 200);
  await server.stop();
  const clash = folder({ 'content/posts/a.md': post('Another A') });
  const result = await platen(['import', '--db', db, one, clash]);
  assert.notEqual(result.status, 0);
  assert.match(result.stderr, /content\/posts\/a\.md/);
});

test('a wrong folder does not empty the blog by mistake', async () => {
  const db = join(scratch(), 'p.db');
  assert.equal((await platen(['import', '--db', db, folder(four)])).status, 0);
  const other = folder({ 'content/posts/x.md': post('X') });
  const result = await platen(['import', '--db', db, other]);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /--replace/);
  assert.equal((await platen(['import', '--replace', '--db', db, other])).status, 0);
});

// ---- many posts ----

const many = (n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`content/posts/post-${i}.md`, post(`Post ${i}`, `Words of ${i}.`, { tags: '[Many]' })]));

test('on a terminal: done, rate and time left while it runs', async () => {
  const dir = folder(many(400));
  const db = join(scratch(), 'p.db');
  const result = await execute('script', ['-qec', `'${PLATEN}' import --db '${db}' '${dir}'`, '/dev/null'], { env: { TERM: 'xterm' } });
  assert.equal(result.status, 0, result.stdout);
  const shown = [...result.stdout.matchAll(/(\d+) of (\d+)[^\r\n]*/g)];
  assert.ok(shown.length > 0, result.stdout);
  for (const [line, done, total] of shown) {
    assert.ok(Number(done) <= Number(total));
    assert.equal(Number(total), 400);
    assert.match(line, /\d+ (a second|\/s)/);
    assert.match(line, /\d+ s left/);
  }
  assert.match(result.stdout, /import: 400 posts/);
});

test('killed in the middle: readers see the old blog, the next import does all', async () => {
  const other = await blog(folder({ 'content/posts/old.md': post('Old') }));
  other.write(many(1500));
  const killed = await platen(['import', '--db', other.db, other.dir], { onStart: (child) => setTimeout(() => child.kill('SIGKILL'), 250) });
  if (killed.signal === 'SIGKILL') {
    assert.equal((await other.get('/posts/old/')).status, 200);
    assert.deepEqual(await names(other, '/posts/'), ['Old']);
  }
  const next = await other.import();
  assert.equal(next.status, 0, next.stderr);
  await poll(async () => (await other.get('/posts/post-1499/')).status === 200);
  assert.equal((await other.get('/tags/many/page/150/')).status, 200);
  assert.equal((await other.get('/tags/many/page/151/')).status, 404);
});

test('two imports at once into one database: one blog, nothing broken', async () => {
  const db = join(scratch(), 'p.db');
  const dir = folder(many(300));
  const both = await Promise.all([platen(['import', '--db', db, dir]), platen(['import', '--db', db, dir])]);
  assert.ok(both.some((r) => r.status === 0), both.map((r) => r.stderr).join('\n'));
  for (const r of both) assert.ok(r.status === 0 || r.status === 1, `${r.status ?? r.signal}: ${r.stderr}`);
  const third = await platen(['import', '--db', db, dir]);
  assert.equal(third.status, 0, third.stderr);
  assert.deepEqual([summary(third).added, summary(third).removed], [0, 0]);
  const server = await serve(db);
  assert.equal((await server.get('/posts/page/30/')).status, 200);
  assert.equal((await server.get('/posts/page/31/')).status, 404);
  await server.stop();
});

test('a database from a later version, or one that is no database, is refused and left as it is', async () => {
  const dir = folder({ 'no.db': 'This is no database, it only has the name of one.\n'.repeat(40) });
  const db = join(dir, 'no.db');
  const before = readFileSync(db);
  const result = await platen(['import', '--db', db, folder(four)]);
  assert.equal(result.status, 1);
  assert.ok(result.stderr.includes(db), result.stderr);
  assert.deepEqual(readFileSync(db), before);
  assert.ok(!existsSync(`${db}-wal`) || statSync(`${db}-wal`).size === 0);
});
