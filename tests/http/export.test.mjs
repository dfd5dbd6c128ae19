// A blog goes out as a folder and comes in again the same; a copy of the database is whole while it is written to.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, statSync, readdirSync, readFileSync, symlinkSync, writeFileSync, copyFileSync, utimesSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { blog, execute, folder, platen, post, scratch, serve, sound, FIXTURES, SAMPLE, SLOW } from './lib/blog.mjs';
import { crawl } from './lib/crawl.mjs';

const HOST = 'blog.example';

async function see(db) {
  const server = await serve(db, { args: ['--base-url', `https://${HOST}/`] });
  const seen = await crawl(server.get, HOST, { max: 600 });
  for (const extra of ['/atom.xml', '/feed.json', '/index.xml', '/robots.txt', '/archive/'])
    if (!seen.has(extra)) seen.set(extra, await server.get(extra));
  await server.stop();
  return seen;
}

// What differs with every database and every start: the time of the import.
const plain = (text) => text.replace(/<updated>[^<]*<\/updated>|<lastmod>[^<]*<\/lastmod>|<lastBuildDate>[^<]*<\/lastBuildDate>/g, '');

async function same(one, two) {
  const [a, b] = [await see(one), await see(two)];
  assert.deepEqual([...b.keys()].sort(), [...a.keys()].sort());
  for (const [path, page] of a) {
    const again = b.get(path);
    assert.equal(again.status, page.status, path);
    assert.equal(again.headers.location, page.headers.location, path);
    assert.equal(again.headers['content-type'], page.headers['content-type'], path);
    if (/^(text|application)\//.test(page.headers['content-type'] ?? '')) assert.equal(plain(again.text), plain(page.text), path);
    else assert.ok(again.body.equals(page.body), path);
  }
  return a.size;
}

async function exported(db) {
  const to = join(scratch(), 'out');
  const r = await platen(['export', '--db', db, to]);
  assert.equal(r.status, 0, r.stderr);
  assert.deepEqual(readdirSync(dirname(to)), ['out']);
  const again = join(scratch(), 'again.db');
  const back = await platen(['import', '--db', again, to]);
  assert.equal(back.status, 0, back.stderr);
  return { to, again, said: r.stderr };
}

async function round(source) {
  const db = join(scratch(), 'one.db');
  const first = await platen(['import', '--db', db, source]);
  assert.equal(first.status, 0, first.stderr);
  const { again } = await exported(db);
  return same(db, again);
}

for (const name of readdirSync(FIXTURES))
  test(`${name}: out and in again is the same site`, async () => {
    assert.ok((await round(join(FIXTURES, name))) > 5);
  });

test('the sample blog, too', async () => {
  assert.ok((await round(SAMPLE)) > 20);
});

const CORPUS = resolve(FIXTURES, '../../..', 'shared', 'corpus');
for (const name of ['rust-blog', 'jekyll-news'])
  test(`${name}, when it is at hand`, { skip: !existsSync(join(CORPUS, name)) }, async () => {
    assert.ok((await round(join(CORPUS, name))) > 100);
  });

test('what only its file dates keeps its date', async () => {
  const dir = folder({ 'content/posts/undated.md': '---\ntitle: Undated\n---\nWords.\n', 'hugo.yaml': 'title: x\n' });
  utimesSync(join(dir, 'content/posts/undated.md'), new Date('2021-02-03T04:05:06Z'), new Date('2021-02-03T04:05:06Z'));
  const db = join(scratch(), 'one.db');
  assert.equal((await platen(['import', '--db', db, dir])).status, 0);
  const { again } = await exported(db);
  await same(db, again);
  const { text } = await (await serve(again)).get('/feed.json');
  assert.equal(JSON.parse(text).items[0].date_published?.slice(0, 10), '2021-02-03');
});

test('drafts, odd names, and every byte of a file', async () => {
  const files = {
    'content/posts/ä ö/index.md': post('Bundle'), 'content/posts/ä ö/a b&c.txt': Buffer.from([0, 255, 13, 10]),
    'content/posts/draft.md': post('Draft', 'Not yet.', { draft: true }),
    'content/posts/crlf.md': '\ufeff---\r\ntitle: CRLF\r\ndate: 2024-01-02\r\n---\r\nA line.\r\n',
    "content/posts/it's \"so\".md": post('Quotes'), 'static/x.bin': Buffer.alloc(600_000, 7), 'hugo.toml': 'title = "x"\nbuildDrafts = false\n',
  };
  const dir = folder(files);
  const db = join(scratch(), 'one.db');
  assert.equal((await platen(['import', '--db', db, dir])).status, 0);
  const { to } = await exported(db);
  for (const [name, text] of Object.entries(files)) assert.ok(readFileSync(join(to, name)).equals(Buffer.from(text)), name);
});

test('posts and files of the API become files at their addresses', async () => {
  for (const settings of [{ 'hugo.yaml': 'title: x\n' }, { '_config.yml': 'title: x\n' }, { 'config.toml': 'base_url = "https://x.example"\ntitle = "x"\n' }, {}]) {
    const first = settings['_config.yml'] ? { '_posts/2024-05-06-a.md': post('A') } : { 'content/posts/a.md': post('A') };
    const b = await blog({ ...settings, ...first });
    const token = (await platen(['token', 'create', '--db', b.db, '--name', 't', '--scope', 'posts:write,media:write'])).stdout.trim();
    const send = (path, body, type) => fetch(new URL(path, b.server.base), { method: 'POST', body, headers: { Authorization: `Bearer ${token}`, 'Content-Type': type } });
    const made = await send('/api/v1/posts', JSON.stringify({ title: 'From elsewhere', body: 'Its *words*.', tags: ['x'], slug: 'mine', section: 'notes', published: '2024-03-02T01:00:00Z' }), 'application/json');
    const picture = await send('/api/v1/media?name=a.gif', Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;', 'latin1'), 'image/gif');
    assert.deepEqual([made.status, picture.status], [201, 201]);
    const urls = [(await made.json()).url, (await picture.json()).url];
    await b.server.stop();
    const { again } = await exported(b.db);
    const server = await serve(again);
    for (const url of urls) assert.equal((await server.get(url)).status, 200, `${JSON.stringify(settings)} ${url}`);
    assert.ok((await server.get(urls[0])).text.includes('Its <em>words</em>.'));
    assert.ok((await server.get('/tags/x/')).text.includes('From elsewhere'));
    await server.stop();
  }
});

test('where it cannot go, nothing is written', async () => {
  const db = join(scratch(), 'one.db');
  assert.equal((await platen(['import', '--db', db, folder({ 'a.md': post('A') })])).status, 0);
  const dir = scratch();
  const full = join(dir, 'full');
  mkdirSync(full);
  writeFileSync(join(full, 'mine'), 'kept');
  let r = await platen(['export', '--db', db, full]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /is not empty/);
  assert.equal(readFileSync(join(full, 'mine'), 'utf8'), 'kept');
  r = await platen(['export', '--db', db, join(full, 'mine')]);
  assert.match(r.stderr, /is no folder/);
  symlinkSync(full, join(dir, 'link'));
  r = await platen(['export', '--db', db, join(dir, 'link')]);
  assert.equal(r.status, 1);
  r = await platen(['export', '--db', db, join(dir, 'not/there')]);
  assert.equal(r.status, 1);
  r = await platen(['export', '--db', join(dir, 'no.db'), join(dir, 'x')]);
  assert.match(r.stderr, /no such database/);
  assert.deepEqual(readdirSync(dir).sort(), ['full', 'link']);
  mkdirSync(join(dir, 'empty'));
  mkdirSync(join(dir, 'empty.partial'));
  writeFileSync(join(dir, 'empty.partial/mine'), 'kept');
  const old = join(scratch(), 'old.db');
  assert.equal((await platen(['import', '--db', old, folder({ 'content/a.md': post('A'), 'hugo.yaml': 'title: x\n' })])).status, 0);
  await execute('sqlite3', [old, "DELETE FROM setting WHERE key = 'kept'"]);
  r = await platen(['export', '--db', old, join(dir, 'empty')]);
  assert.match(r.stderr, /import once more/);
  assert.deepEqual(readdirSync(dir).sort(), ['empty', 'empty.partial', 'full', 'link'], 'what failed leaves everything as it was');
  assert.equal((await platen(['export', '--db', db, join(dir, 'empty')])).status, 0, 'an empty folder is filled');
});

test('a name in the database leads out of no folder', async () => {
  for (const bad of ['../out.md', 'a/../../out.md', './a.md', 'a//b.md', 'a/']) {
    const db = join(scratch(), 'one.db');
    assert.equal((await platen(['import', '--db', db, folder({ 'a.md': post('A') })])).status, 0);
    const changed = await execute('sqlite3', [db, `UPDATE post SET source = '${bad}'; UPDATE source SET path = '${bad}';`]);
    assert.equal(changed.status, 0, changed.stderr);
    const dir = scratch();
    const r = await platen(['export', '--db', db, join(dir, 'x')]);
    assert.equal(r.status, 1, bad);
    assert.match(r.stderr, /no name that a file can have/);
    assert.deepEqual(readdirSync(dir), []);
  }
});

test('a backup is whole while posts are written', async () => {
  const b = await blog({ 'content/posts/a.md': post('A'), 'static/large.bin': Buffer.alloc(20 << 20, 3), 'hugo.yaml': 'title: x\n' });
  const token = (await platen(['token', 'create', '--db', b.db, '--name', 't', '--scope', 'posts:write'])).stdout.trim();
  let written = 0, stop = false;
  const writer = (async () => {
    while (!stop) {
      const r = await fetch(new URL('/api/v1/posts', b.server.base), { method: 'POST', body: JSON.stringify({ title: `Post ${written}` }), headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' } });
      if (r.status === 201) written++;
    }
  })();
  const dir = scratch();
  for (let i = 0; i < 5; i++) {
    const to = join(dir, `${i}.db`);
    const r = await platen(['backup', '--db', b.db, to], { timeout: 30_000 * SLOW });
    assert.equal(r.status, 0, r.stderr);
    await sound(to);
  }
  stop = true;
  await writer;
  assert.ok(written > 0);
  assert.deepEqual(readdirSync(dir).sort(), ['0.db', '1.db', '2.db', '3.db', '4.db'], 'nothing is left beside them');
  const server = await serve(join(dir, '4.db'));
  assert.equal((await server.get('/posts/a/')).status, 200);
  await server.stop();
  await b.server.stop();
});

test('a backup replaces only what it is told to', async () => {
  const db = join(scratch(), 'one.db');
  assert.equal((await platen(['import', '--db', db, folder({ 'a.md': post('A') })])).status, 0);
  const dir = scratch(), to = join(dir, 'b.db');
  writeFileSync(to, 'mine');
  let r = await platen(['backup', '--db', db, to]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /--force/);
  assert.equal(readFileSync(to, 'utf8'), 'mine');
  assert.equal((await platen(['backup', '--db', db, '--force', to])).status, 0);
  assert.equal((await platen(['backup', '--db', db, dir])).status, 1, 'a folder');
  for (const itself of [db, join(db, '..', 'one.db')]) {
    r = await platen(['backup', '--db', db, '--force', itself]);
    assert.match(r.stderr, /is the database itself/);
  }
  chmodSync(db, 0o600);
  writeFileSync(join(dir, 'x.db.partial'), 'mine');
  assert.equal((await platen(['backup', '--db', db, join(dir, 'x.db')])).status, 0);
  assert.equal(statSync(join(dir, 'x.db')).mode & 0o777, 0o600, 'no more may read it than the database');
  assert.equal(readFileSync(join(dir, 'x.db.partial'), 'utf8'), 'mine');
  copyFileSync(to, join(dir, 'broken.db'));
  const bytes = readFileSync(join(dir, 'broken.db'));
  bytes.fill(0x5a, 8192 * 2, 8192 * 6);
  writeFileSync(join(dir, 'broken.db'), bytes);
  r = await platen(['backup', '--db', join(dir, 'broken.db'), join(dir, 'c.db')]);
  assert.equal(r.status, 1);
  assert.match(r.stderr, /damaged/);
  assert.ok(!existsSync(join(dir, 'c.db')), 'a damaged copy is no backup');
});
