// Pages that are kept: what readers get is what the store says, at every moment; what is dropped is what a
// publication touched; codings, conditions, bounds.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { gunzipSync, brotliDecompressSync } from 'node:zlib';
import { blog, serve, platen, post, poll } from './lib/blog.mjs';

const DEBUG = ['--log-level', 'debug'];
const day = (n) => `2024-01-${String(n).padStart(2, '0')}`;

/** What a server rendered for keeping since the mark. */
function rendered(server, from = 0) {
  return [...server.stderr().slice(from).matchAll(/rendered (\/[^\s"]*)/g)].map((m) => m[1]);
}
const logged = async (server, count, from) => {
  await poll(() => rendered(server, from).length >= count, { what: `${count} pages rendered` });
  return rendered(server, from);
};

async function tokenOf(db) {
  return (await platen(['token', 'create', '--db', db, '--name', 't', '--scope', 'posts:write'])).stdout.trim();
}
async function api(base, token, method, path, body) {
  const r = await fetch(new URL(path, base), {
    method, headers: { Authorization: `Bearer ${token}`, ...(method === 'PATCH' ? { 'If-Match': '*' } : {}), 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.ok(r.status < 300, `${method} ${path}: ${r.status} ${await r.clone().text()}`);
  return r.json();
}

describe('a warm cache and a publication by another process', () => {
  const files = { 'hugo.yaml': 'title: A blog\npagination:\n  pagerSize: 5\n' };
  for (let i = 1; i <= 20; i++)
    files[`content/posts/p${i}.md`] = post(`Post ${i}`, `Words of ${i}. [another](p${(i % 20) + 1}.md)`.slice(0, i % 5 === 0 ? undefined : 12), { date: day(i), tags: `[t${i % 4}]` });
  files['content/notes/n1.md'] = post('Note 1', 'A note.', { date: day(1), tags: '[n]' });
  files['content/about.md'] = post('About', 'This site.');
  const posts = Array.from({ length: 20 }, (_, i) => `/posts/p${i + 1}/`);
  const paths = [
    '/', '/page/2/', ...posts, '/notes/n1/', '/about/', '/posts/', '/posts/page/2/', '/notes/', '/tags/', '/tags/t0/', '/tags/t1/', '/tags/t2/', '/tags/t3/', '/tags/n/', '/archive/',
    '/index.xml', '/atom.xml', '/feed.json', '/tags/t1/index.xml', '/tags/index.xml', '/sitemap.xml', '/robots.txt', '/posts/new/', '/search/', '/posts/p19', '/later/', '/pic.png',
    '/api/v1/posts', '/api/v1/posts?limit=3&include=body,tags,toc,total', '/api/v1/posts?order=title', '/api/v1/posts?order=-updated&page=2&limit=7', '/api/v1/posts?tag=t1&include=total', '/api/v1/posts?tag=t2&section=posts',
    '/api/v1/posts?section=notes&fields=title,cover', '/api/v1/posts?tag=none', '/api/v1/posts?since=2024-01-05&until=2024-01-09', '/api/v1/posts?q=words', '/api/v1/posts?ids=1,2,3', '/api/v1/posts?slugs=p3,new,eleven',
    '/api/v1/posts/1', '/api/v1/posts/5', '/api/v1/posts/by-slug/p11', '/api/v1/posts/by-slug/eleven', '/api/v1/posts/by-slug/new', '/api/v1/posts/by-slug/about', '/api/v1/tags?include=total', '/api/v1/tags?order=-count',
    '/api/v1/sections', '/api/v1/authors', '/api/v1/archive', '/api/v1/site', '/api/v1/search?q=words', '/api/v1/openapi.json', '/api/v1/posts?limit=0', '/api/v1/nothing',
  ];
  let site, plain;
  before(async () => {
    site = await blog(files, { serveArgs: DEBUG });
    plain = await serve(site.db, { args: ['--cache-size', '0', '--base-url', site.server.base] });
  });
  after(() => Promise.all([site.server.stop(), plain.stop()]));

  // Feeds and the sitemap name the base URL: both say the same one once it is given.
  const strip = (text) => text.replaceAll(new URL(site.server.base).host, 'H').replaceAll(new URL(plain.base).host, 'H').replaceAll(/127\.0\.0\.1:\d+/g, 'H').replaceAll(/"request_id":"\w+"/g, '');
  async function same(what) {
    for (const path of paths) {
      const [a, b, c] = [await site.get(path), await plain.get(path), await site.get(path)];
      assert.equal(a.status, b.status, `${what}: ${path}`);
      assert.equal(strip(a.text), strip(b.text), `${what}: ${path}`);
      assert.equal(strip(c.text), strip(a.text), `${what}: ${path}, again`);
    }
  }

  test('every page is what an uncached server says, after each of many publications', async () => {
    await same('at first');
    const steps = {
      'a new post': { 'content/posts/new.md': post('New', 'Fresh.', { date: day(25), tags: '[t1]' }) },
      'its title': { 'content/posts/new.md': post('Newer', 'Fresh.', { date: day(25), tags: '[t1]' }) },
      'its tags': { 'content/posts/new.md': post('Newer', 'Fresh.', { date: day(25), tags: '[t2, n]' }) },
      'its date': { 'content/posts/new.md': post('Newer', 'Fresh.', { date: day(3), tags: '[t2]' }) },
      'a post that another links to moves': { 'content/posts/p11.md': post('Post 11', 'Words.', { date: day(11), slug: 'eleven', tags: '[t3]' }) },
      'a page file where the site has a page of its own': { 'content/archive.md': post('Old things', 'Written by hand.', { url: '/archive/' }) },
      'a file where the site has one of its own': { 'static/robots.txt': 'User-agent: *\nDisallow: /x\n' },
      'an icon': { 'static/favicon.ico': 'icon' },
      'a section page': { 'content/posts/_index.md': post('All the posts', 'Above them.') },
      'settings': { 'hugo.yaml': 'title: Another name\npagination:\n  pagerSize: 4\n' },
      'a term written otherwise': { 'content/posts/p1.md': post('Post 1', 'Words.', { date: day(1), tags: '[T1]' }) },
      'a page file': { 'content/later.md': post('Later', 'A page.') },
    };
    for (const [what, more] of Object.entries(steps)) {
      site.write(more);
      const r = await site.import();
      assert.equal(r.status, 0, r.stderr);
      await same(what);
    }
    site.remove('content/posts/new.md');
    assert.equal((await site.import()).status, 0);
    await same('a post removed');
  });

  test('only the post, its neighbours and its lists are rendered again', async () => {
    const stable = ['/', '/page/2/', ...posts.filter((p) => p !== '/posts/p11/' && p !== '/posts/p9/'), '/notes/n1/', '/notes/', '/about/', '/tags/t0/', '/tags/n/', '/posts/', '/tags/'];
    for (const path of stable) await site.get(path);
    const from = site.server.stderr().length;
    for (const path of stable) await site.get(path);
    site.write({ 'content/posts/between.md': post('Between', 'Fresh.', { date: '2024-01-13T12:00:00Z', tags: '[t9]' }) });
    assert.equal((await site.import()).status, 0);
    for (const path of [...stable, '/posts/between/']) assert.equal((await site.get(path)).status, 200, path);
    await poll(() => rendered(site.server, from).includes('/posts/between/'));
    const again = rendered(site.server, from);
    const own = ['/', '/page/2/', '/posts/', '/tags/', '/posts/between/', '/posts/p13/', '/posts/p14/'];
    for (const path of own) assert.ok(again.includes(path), `${path} is new: ${again}`);
    // Posts with links to files name what they link to: every fifth.
    const linking = ['/posts/p5/', '/posts/p10/', '/posts/p15/', '/posts/p20/'];
    assert.deepEqual(again.filter((p) => !own.includes(p) && !linking.includes(p)), []);
    assert.equal(new Set(again).size, again.length, 'each once');
  });
});

test('what a post shows of its section and of the home list', async (t) => {
  const config = (more) => ({ 'hugo.yaml': `title: A blog\n${more}` });
  const site = await blog({
    ...config('params:\n  mainSections: [posts]\n'), 'content/lone.md': post('Lone', 'In no section, older than all.', { date: '2018-01-01' }),
    'content/posts/_index.md': post('The posts', ''), 'content/posts/a.md': post('A', 'Words.', { date: day(1) }), 'content/posts/b.md': post('B', 'Words.', { date: day(2) }),
  });
  t.after(() => site.server.stop());
  const change = async (files, ...gone) => {
    site.write(files);
    for (const name of gone) site.remove(name);
    assert.equal((await site.import()).status, 0);
    return Promise.all(['/posts/b/', '/lone/'].map(async (path) => (await site.get(path)).text));
  };
  const first = await change({});
  assert.match(first[0], />The posts</);
  assert.match(first[0], /href="\/posts\/a\/"/);
  assert.doesNotMatch(first[1], /rel="(prev|next)"/, 'the home list does not hold it');
  assert.match((await change({ 'content/posts/_index.md': post('All there is', '') }))[0], />All there is</);
  assert.doesNotMatch((await change({}, 'content/posts/_index.md'))[0], />All there is</);
  assert.doesNotMatch((await change({}, 'content/posts/a.md'))[0], /href="\/posts\/a\/"/);
});

describe('nobody reads what was before', () => {
  let site, token, p;
  before(async () => {
    site = await blog({ 'content/posts/a.md': post('A', 'Words.'), 'hugo.yaml': 'title: A blog\n' }, { serveArgs: ['--rate-limit', '0', '--token-rate-limit', '0'] });
    token = await tokenOf(site.db);
    p = await api(site.server.base, token, 'POST', '/api/v1/posts', { title: 'Version 0', slug: 'it', section: 'posts', tags: ['x'], body: 'Words.' });
  });
  after(() => site.server.stop());

  const version = (text) => Math.max(-1, ...[...text.matchAll(/Version (\d+)/g)].map((m) => Number(m[1])));

  async function hammer(publish, rounds) {
    let acked = 0, stop = false, asked = 0;
    const readers = ['/posts/it/', '/', '/posts/', '/tags/x/', '/index.xml', '/posts/it/', '/', '/api/v1/posts', `/api/v1/posts/${p.id}`, '/api/v1/posts?tag=x&include=body', '/api/v1/posts/by-slug/it'].map(async (path, i) => {
      const headers = i % 2 ? { 'Accept-Encoding': 'gzip' } : {};
      while (!stop) {
        const least = acked;
        const r = await site.get(path, { headers });
        const text = r.headers['content-encoding'] === 'gzip' ? gunzipSync(r.body).toString() : r.text;
        assert.equal(r.status, 200, path);
        assert.ok(version(text) >= least, `${path}: version ${version(text)} after ${least} was live`);
        asked++;
      }
    });
    const writing = (async () => {
      for (let i = 1; i <= rounds; i++) {
        await publish(i);
        acked = i;
      }
    })().finally(() => (stop = true));
    await Promise.all([writing, ...readers]);
    assert.ok(asked > rounds);
  }

  test('while posts are written through the API', () =>
    hammer((i) => api(site.server.base, token, 'PATCH', `/api/v1/posts/${p.id}`, { title: `Version ${i}` }), 40));

  test('while another server writes to the same database', async () => {
    const other = await serve(site.db, { args: ['--token-rate-limit', '0'] });
    await api(other.base, token, 'PATCH', `/api/v1/posts/${p.id}`, { title: 'Version 0' });
    await hammer((i) => api(other.base, token, 'PATCH', `/api/v1/posts/${p.id}`, { title: `Version ${i}` }), 40);
    await other.stop();
  });
});

test('data: one key for all that the query says; none for what a token sees', async (t) => {
  const site = await blog({ 'hugo.yaml': 'title: A blog\n', 'content/posts/a.md': post('A', 'Words.'), 'content/posts/d.md': post('Draft', 'Words.', { draft: 'true' }) }, { serveArgs: DEBUG });
  t.after(() => site.server.stop());
  const drafts = (await platen(['token', 'create', '--db', site.db, '--name', 't', '--scope', 'posts:read-drafts'])).stdout.trim();
  const count = async (path, times, headers) => {
    const from = site.server.stderr().length;
    const got = [];
    for (let i = 0; i < times; i++) got.push(await site.get(path, { headers }));
    return [got.at(-1), rendered(site.server, from).length];
  };
  for (const path of ['/api/v1/posts', '/api/v1/posts?limit=5', '/api/v1/posts?limit=5&fields=title', '/api/v1/posts?page=1', '/api/v1/posts/1', '/api/v1/tags', '/api/v1/site', '/api/v1/archive', '/api/v1/openapi.json'])
    assert.equal((await count(path, 3))[1], 1, path);
  for (const path of ['/api/v1/posts?q=words', '/api/v1/posts?ids=1', '/api/v1/search?q=words', '/api/v1/posts?tag=none', '/api/v1/posts?x=1', '/api/v1/posts/99', `/api/v1/posts?fields=${'title,'.repeat(120)}title`])
    assert.equal((await count(path, 3))[1], 0, path);
  const auth = { Authorization: `Bearer ${drafts}` };
  const [seen, kept] = await count('/api/v1/posts?status=draft', 2, auth);
  assert.deepEqual([seen.status, kept], [200, 0]);
  assert.match(seen.text, /"Draft"/);
  const [all] = await count('/api/v1/posts/2', 2, auth);
  assert.equal(all.status, 200);
  assert.equal((await site.get('/api/v1/posts/2')).status, 404, 'nobody else gets it');
  assert.equal((await site.get('/api/v1/posts?status=draft')).status, 401);
  // what is kept has what a fresh answer has
  const [one] = await count('/api/v1/posts', 1);
  assert.equal(one.headers['access-control-allow-origin'], '*');
  assert.equal(one.headers['cache-control'], 'public, max-age=0, must-revalidate');
  assert.ok(one.headers.etag && one.headers['last-modified']);
  assert.equal(one.headers.ratelimit, undefined);
  assert.equal((await site.get('/api/v1/posts', { headers: { 'If-None-Match': one.headers.etag } })).status, 304);
});

describe('codings and conditions', () => {
  let site;
  before(async () => {
    site = await blog({ 'content/posts/a.md': post('A', 'Words and more words. '.repeat(400)) }, { serveArgs: ['--surrogate-keys'] });
  });
  after(() => site.server.stop());
  const get = (headers, method = 'GET') => site.get('/posts/a/', { headers, method });

  test('gzip and brotli are the same bytes, each with its own tag', async () => {
    const plain = await get({});
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(plain.headers.vary, 'Accept-Encoding');
    const tags = new Set([plain.headers.etag]);
    for (const [accept, coding, decode] of [
      ['gzip', 'gzip', gunzipSync], ['br', 'br', brotliDecompressSync], ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip;q=1, br;q=0.5', 'gzip', gunzipSync], ['*', 'br', brotliDecompressSync], ['br;q=0, gzip', 'gzip', gunzipSync],
    ]) {
      const r = await get({ 'Accept-Encoding': accept });
      assert.equal(r.headers['content-encoding'], coding, accept);
      assert.deepEqual(decode(r.body), plain.body, accept);
      assert.equal(Number(r.headers['content-length']), r.body.length);
      assert.ok(r.body.length < plain.body.length / 2);
      assert.equal(r.headers.vary, 'Accept-Encoding');
      assert.equal(r.headers['content-type'], plain.headers['content-type']);
      tags.add(r.headers.etag);
    }
    assert.equal(tags.size, 3);
    for (const accept of ['identity', 'deflate', 'gzip;q=0', '*;q=0', '']) assert.equal((await get({ 'Accept-Encoding': accept })).headers['content-encoding'], undefined, accept);
  });

  test('304 for the tag of the coding that would be sent', async () => {
    for (const accept of ['identity', 'gzip', 'br']) {
      const whole = await get({ 'Accept-Encoding': accept });
      for (const condition of [whole.headers.etag, `W/${whole.headers.etag}`, `"x", ${whole.headers.etag}`, '*']) {
        const r = await get({ 'Accept-Encoding': accept, 'If-None-Match': condition });
        assert.equal(r.status, 304, `${accept} ${condition}`);
        assert.equal(r.body.length, 0);
        assert.equal(r.headers.etag, whole.headers.etag);
        assert.equal(r.headers.vary, 'Accept-Encoding');
      }
      assert.equal((await get({ 'Accept-Encoding': accept, 'If-None-Match': '"other"' })).status, 200);
      assert.equal((await get({ 'Accept-Encoding': accept, 'If-Modified-Since': whole.headers['last-modified'] })).status, 304);
    }
  });

  test('HEAD says what GET says', async () => {
    for (const accept of ['identity', 'gzip']) {
      const [g, h] = [await get({ 'Accept-Encoding': accept }), await get({ 'Accept-Encoding': accept }, 'HEAD')];
      assert.equal(h.body.length, 0);
      for (const name of ['etag', 'content-length', 'content-encoding', 'content-type', 'last-modified', 'vary']) assert.equal(h.headers[name], g.headers[name], name);
    }
  });

  test('the names a cache in front purges by; nothing of one request alone', async () => {
    const r = await get({ 'X-Request-Id': 'mine' });
    const names = r.headers['surrogate-key'].split(' ');
    assert.ok(names.includes('site') && names.some((n) => /^post:\d+$/.test(n)), names);
    assert.equal(r.headers.xkey, r.headers['surrogate-key']);
    assert.equal(r.headers['x-request-id'], undefined);
    assert.ok((await site.get('/')).headers['surrogate-key'].split(' ').includes('list:home'));
  });

  test('a query is no other page; errors and private pages are not kept', async () => {
    const a = await get({});
    assert.equal((await site.get('/posts/a/?utm=1')).text, a.text);
    assert.notEqual((await site.get('/posts/a/?rev=')).text, a.text, 'its versions are no part of it');
    assert.equal((await get({})).text, a.text);
    for (let i = 0; i < 3; i++) assert.equal((await site.get('/nothing/')).status, 404);
    assert.equal((await site.get('/nothing/')).headers.etag, undefined);
    assert.match((await site.get('/admin/deliveries/')).headers['cache-control'], /no-store/);
  });
});

describe('bounds', () => {
  test('a small cache forgets what was asked for longest ago, and is right all the same', async () => {
    const files = {};
    for (let i = 0; i < 30; i++) files[`content/posts/p${i}.md`] = post(`Post ${i}`, `Words of ${i}. `.repeat(300));
    const site = await blog(files, { serveArgs: ['--cache-size', '100K', ...DEBUG] });
    for (let turn = 0; turn < 3; turn++)
      for (let i = 0; i < 30; i++) assert.ok((await site.get(`/posts/p${i}/`)).text.includes(`Words of ${i}. `));
    assert.ok((await logged(site.server, 60)).length >= 60, 'they do not all fit');
    await site.server.stop();
  });

  test('many who want one page at once get one rendering', async () => {
    const site = await blog({ 'content/posts/a.md': post('A', 'Words. '.repeat(5000)) }, { serveArgs: [...DEBUG, '--threads', '8'] });
    const all = await Promise.all(Array.from({ length: 40 }, () => site.get('/posts/a/')));
    for (const r of all) assert.equal(r.text, all[0].text);
    assert.deepEqual((await logged(site.server, 1)).filter((p) => p === '/posts/a/').length, 1);
    await site.server.stop();
  });
});
