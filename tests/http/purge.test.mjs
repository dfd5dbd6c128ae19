// A cache in front: it may keep pages because it is told which keys to forget, by a cache of our own that only listens.
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { blog, platen, poll, post, scratch, serve } from './lib/blog.mjs';

const caches = new Set();
after(() => {
  for (const cache of caches) cache.close();
});

async function startCache(answer = () => 200) {
  const heard = [];
  const cache = { heard, answer };
  const server = http.createServer((req, res) => {
    req.resume().on('end', () => {
      heard.push({ method: req.method, url: req.url, headers: req.headers, keys: (req.headers['surrogate-key'] ?? '').split(' ') });
      const status = cache.answer(res, heard.length);
      if (status) res.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cache.url = `http://127.0.0.1:${server.address().port}/purge?secret=1`;
  cache.keys = () => heard.flatMap((h) => h.keys);
  cache.close = () => {
    server.close();
    server.closeAllConnections();
    caches.delete(cache);
  };
  caches.add(cache);
  return cache;
}

const files = () => ({
  'platen.yaml': 'title: Blog\n',
  ...Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`content/posts/p${i}.md`, post(`Post ${i}`, 'Words.', { date: `2024-01-0${i + 1}`, tags: i === 5 ? '[Two Words]' : '[one]' })])),
  'content/notes/n.md': post('Note', 'See [a post](../posts/p0.md).'),
});
const keysOf = async (site, path) => (await site.get(path)).headers['surrogate-key'].split(' ');
const FOR_CACHES = 'public, max-age=0, s-maxage=3600, stale-while-revalidate=60';

test('what changed is said, in the keys that its pages have, and no more', async (t) => {
  const cache = await startCache();
  const site = await blog(files(), { serveArgs: ['--purge-url', cache.url] });
  t.after(() => site.server.stop());
  const pages = ['/', '/posts/', '/notes/', '/posts/p5/', '/posts/p4/', '/posts/p1/', '/notes/n/', '/tags/', '/tags/one/', '/tags/two-words/', '/archive/', '/index.xml', '/sitemap.xml', '/api/v1/posts', '/api/v1/tags', '/posts/p5/'];
  const before = new Map();
  for (const path of pages) {
    const r = await site.get(path);
    assert.equal(r.headers['cache-control'], FOR_CACHES, path);
    assert.ok((await keysOf(site, path)).every((k) => /^[^\s]+$/.test(k)) && (await keysOf(site, path)).includes('site'), path);
    before.set(path, { keys: await keysOf(site, path), text: r.text });
  }
  // what has no keys, and what is one reader's, is not for caches
  for (const path of ['/search/?q=words', '/nothing/', '/api/v1/posts?q=words']) assert.doesNotMatch((await site.get(path)).headers['cache-control'] ?? '', /s-maxage/, path);
  assert.deepEqual(cache.heard, [], 'nothing was published yet');
  site.write({ 'content/posts/p5.md': post('Post 5, changed', 'Words.', { date: '2024-01-06', tags: '[Two Words]' }) });
  assert.equal((await site.import()).status, 0);
  await poll(() => cache.heard.length > 0, { what: 'the cache is told' });
  const [{ method, url, headers }] = cache.heard;
  assert.deepEqual([method, url], ['POST', '/purge?secret=1']);
  assert.equal(headers['xkey-purge'], headers['surrogate-key']);
  const said = new Set(cache.keys());
  for (const path of pages) {
    const { keys, text } = before.get(path);
    const changed = (await site.get(path)).text !== text;
    const forgotten = keys.some((k) => said.has(k));
    assert.ok(!changed || forgotten, `${path} changed and is kept: ${keys} / ${[...said]}`);
    if (['/posts/p1/', '/tags/one/'].includes(path)) assert.ok(!forgotten, `${path} is as it was: ${keys}`);
  }
  assert.ok(!said.has('site'));
});

test('the site\'s settings: all of it; and who was not there is told the sum', async (t) => {
  let up = false;
  const cache = await startCache(() => (up ? 204 : 503));
  const site = await blog(files(), { serveArgs: ['--purge-url', cache.url] });
  t.after(() => site.server.stop());
  site.write({ 'content/posts/p1.md': post('Changed', 'Words.', { date: '2024-01-02' }) });
  assert.equal((await site.import()).status, 0);
  await poll(() => cache.heard.length > 0);
  site.write({ 'platen.yaml': 'title: Another\n' });
  assert.equal((await site.import()).status, 0);
  assert.equal((await site.get('/')).status, 200, 'readers wait for nobody');
  up = true;
  await poll(() => cache.keys().includes('site'), { what: 'all of it' });
  const said = cache.heard.length;
  assert.match(site.server.stderr(), /the cache 127\.0\.0\.1:\d+ could not be told of new posts: it answered 503\. It is asked again/);
  assert.doesNotMatch(site.server.stderr(), /secret/);
  await poll(() => /was told of 1 keys/.test(site.server.stderr()));
  assert.equal(cache.heard.length, said);
});

test('a header for it, from a file; what cannot be one is refused', async (t) => {
  const cache = await startCache();
  const file = join(scratch(), 'header');
  writeFileSync(file, 'Fastly-Key: abc def\n', { mode: 0o600 });
  const site = await blog(files(), { serveArgs: ['--purge-url', cache.url, '--purge-header-file', file] });
  t.after(() => site.server.stop());
  site.write({ 'content/posts/p2.md': post('Changed', 'Words.', { date: '2024-01-03' }) });
  assert.equal((await site.import()).status, 0);
  await poll(() => cache.heard.length > 0);
  assert.equal(cache.heard[0].headers['fastly-key'], 'abc def');
  assert.doesNotMatch(site.server.stderr(), /abc/);
  for (const bad of ['no colon', ': x', 'A: b\nC: d', 'A b: c', '']) {
    writeFileSync(file, bad);
    const r = await platen(['serve', '--db', site.db, '--listen', '127.0.0.1:0', '--purge-header-file', file, '--purge-url', cache.url]);
    assert.equal(r.status, 1, bad);
    assert.match(r.stderr, /header/);
  }
  for (const url of ['cache.example', 'ftp://x/', 'http:///x']) assert.match((await platen(['serve', '--db', site.db, '--purge-url', url])).stderr, /--purge-url .*an URL is needed/);
});

test('nobody is told and nothing kept for longer where no cache is named', async (t) => {
  const site = await blog(files());
  t.after(() => site.server.stop());
  const r = await site.get('/');
  assert.deepEqual([r.headers['cache-control'], r.headers['surrogate-key']], ['public, max-age=0, must-revalidate', undefined]);
  const other = await serve(site.db, { args: ['--surrogate-keys'] });
  const keyed = await fetch(other.base);
  assert.equal(keyed.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
  assert.ok(keyed.headers.get('surrogate-key'));
  await other.stop();
});
