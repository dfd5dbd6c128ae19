// Previews: a draft is shown to whoever has the signed address, as it will look, until the address ends; by nobody kept,
// by no machine listed.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { blog, folder, platen, post, scratch } from './lib/blog.mjs';
import { describe as description } from './lib/openapi.mjs';

let b, reader, writer, api;

const day = 24 * 60 * 60;
const preview = (...args) => platen(['preview', '--db', b.db, '--base-url', b.server.base, ...args]);
const get = (url, headers = {}) => b.get(url.replace(b.server.base.replace(/\/$/, ''), ''), { headers });
async function addressOf(...args) {
  const r = await preview(...args);
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim();
}
async function ask(method, path, { token, body } = {}) {
  const r = await fetch(new URL(path, b.server.base), { method, redirect: 'manual', body: body && JSON.stringify(body), headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { 'Content-Type': 'application/json' }) } });
  const answer = { status: r.status, headers: Object.fromEntries(r.headers), text: await r.text() };
  api.check(method, path, answer);
  return { ...answer, json: JSON.parse(answer.text) };
}

before(async () => {
  b = await blog({
    'platen.yaml': 'title: A blog\n',
    'content/posts/live.md': post('Live', 'Seen by all.'),
    'content/posts/draft/index.md': post('The draft', 'Not *yet*. ![](p.svg) [live](../live.md)', { draft: 'true', tags: '[Secret]' }),
    'content/posts/draft/p.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="4"/>',
    'content/posts/later.md': post('Later', 'In time.', { date: '2099-01-01' }),
    'content/posts/over.md': post('Over', 'It was.', { expiryDate: '2020-01-01' }),
    'content/about.md': post('About', 'A page.', { draft: 'true' }),
    'content/posts/_index.md': post('Posts', 'Of a section.'),
  });
  const tokenOf = async (...scopes) => (await platen(['token', 'create', '--db', b.db, '--name', 't', '--scope', scopes.join(',')])).stdout.trim();
  reader = await tokenOf('posts:read-drafts');
  writer = await tokenOf('posts:write');
  api = await description(b.server.base);
});
after(() => b.server.stop());

test('a draft, one to come, one that is over, a page: as they will look', async () => {
  for (const [slug, words] of [['draft', 'Not <em>yet</em>.'], ['later', 'In time.'], ['over', 'It was.'], ['about', 'A page.'], ['content/posts/draft/index.md', 'Not <em>yet</em>.']]) {
    const url = await addressOf(slug);
    assert.match(url, /^http:\/\/[^/]+\/preview\/\d+\.\d+\.[0-9a-f]{40}$/);
    const page = await get(url);
    assert.equal(page.status, 200, slug);
    assert.ok(page.text.includes(words), slug);
    assert.match(page.text, /class="preview" role="status">A preview: this is not published\. The address ends on <time/);
    assert.match(page.text, /<meta name="robots" content="noindex">/);
    assert.doesNotMatch(page.text, /rel="canonical"|og:url|ld\+json/);
    assert.equal(page.headers['cache-control'], 'private, no-store');
    assert.equal(page.headers.etag, undefined);
    assert.match(page.headers['content-security-policy'], /default-src 'none'/);
  }
  const draft = await get(await addressOf('draft'));
  assert.match(draft.text, /<img width="3" height="4" src="\/posts\/draft\/p\.svg"/);
  assert.match(draft.text, /href="\/posts\/live\/"/);
  assert.equal((await get('/posts/draft/p.svg')).status, 200, 'its picture is there, too');
});

test('nothing else shows it', async () => {
  await get(await addressOf('draft'));
  for (const path of ['/', '/posts/', '/tags/', '/index.xml', '/sitemap.xml', '/archive/', '/api/v1/posts', '/search/?q=draft', '/posts/draft/', '/about/'])
    assert.doesNotMatch((await b.get(path)).text.replaceAll('q=draft', '').replaceAll('value="draft"', ''), /The draft|Secret|Not yet/, path);
});

test('what was changed in it is nothing', async () => {
  const url = await addressOf('draft');
  const token = url.split('/').at(-1);
  const [id, until, signature] = token.split('.');
  const other = (await addressOf('later')).split('/').at(-1).split('.');
  const wrong = [
    `${other[0]}.${until}.${signature}`, `${id}.${Number(until) + 1}.${signature}`, `${id}.${until}.${other[2]}`, `${id}.${until}.${signature.slice(0, -1)}`, `${token}0`,
    `${id}.${until}.${signature.toUpperCase()}`, `0${token}`, `+${token}`, `-${token}`, ` ${token}`, `${id}.${until}.`, `${id}.${until}`, `${id}..${signature}`, '..', '.', 'x', '9'.repeat(200), `${'9'.repeat(19)}.${until}.${signature}`,
    `${id}.${'9'.repeat(25)}.${signature}`, `${token}.${token}`, `${id}.${until}.${'%00'.repeat(40)}`, "1'--.2.3",
  ];
  for (const w of wrong) {
    assert.ok([400, 404].includes((await b.get(`/preview/${encodeURIComponent(w)}`)).status), w);
    assert.ok([400, 404].includes((await b.get(`/api/v1/previews/${encodeURIComponent(w)}`)).status), w);
  }
  for (let i = 0; i < signature.length; i++) {
    const changed = signature.slice(0, i) + (signature[i] === '0' ? '1' : '0') + signature.slice(i + 1);
    assert.equal((await b.get(`/preview/${id}.${until}.${changed}`)).status, 404, String(i));
  }
  assert.equal((await get(url)).status, 200);
});

test('how long it lasts', async () => {
  const until = async (...args) => Number((await addressOf(...args)).split('.').at(-2));
  const now = Date.now() / 1000;
  assert.ok(Math.abs((await until('draft')) - now - day) < 60);
  assert.ok(Math.abs((await until('draft', '--expires', '2h')) - now - 7200) < 60);
  assert.ok(Math.abs((await until('draft', '--expires', '30d')) - now - 30 * day) < 60);
  for (const bad of ['31d', 'never', '0h', 'x', '1y', '-1d'])
    assert.equal((await preview('draft', `--expires=${bad}`)).status, 1, bad);
  // An address that has ended: made by the key that signs them, as an hour ago.
  const key = execFileSync('sqlite3', [b.db, "SELECT value FROM setting WHERE key = 'preview_key'"]).toString().trim();
  const { createHmac } = await import('node:crypto');
  const id = (await addressOf('draft')).split('/').at(-1).split('.')[0];
  const sign = (end) => `${id}.${end}.${createHmac('sha256', key).update(`platen preview\n${id}.${end}`).digest('hex').slice(0, 40)}`;
  assert.equal((await b.get(`/preview/${sign(Math.floor(now) + 100)}`)).status, 200);
  assert.equal((await b.get(`/preview/${sign(Math.floor(now) - 1)}`)).status, 410);
  const over = await b.get(`/api/v1/previews/${sign(Math.floor(now) - 1)}`);
  assert.deepEqual([over.status, JSON.parse(over.text).detail], [410, 'this preview is over: ask its author for another']);
});

test('what is no draft: its address, or a word', async () => {
  const r = await preview('live');
  assert.deepEqual([r.status, r.stdout.trim()], [0, `${b.server.base.replace(/\/$/, '')}/posts/live/`]);
  assert.match(r.stderr, /"Live" is published/);
  for (const name of ['nobody', 'content/posts/nobody.md', 'content/posts/_index.md', "'; DROP TABLE post", '']) {
    const none = await preview(name);
    assert.equal(none.status, 1, name);
    assert.match(none.stderr, /there is no post of that slug or file|page of a section/);
  }
  assert.equal((await preview()).status, 64);
  assert.match((await platen(['preview', '--db', join(scratch(), 'none.db'), 'x'])).stderr, /no such database/);
});

test('through the API', async () => {
  const made = await ask('POST', '/api/v1/posts', { token: writer, body: { title: 'Draft of the API', body: 'Some *words*.', draft: true } });
  const { id } = made.json;
  const before = Date.now() / 1000;
  const r = await ask('POST', `/api/v1/previews?post=${id}&expires_in=3600`, { token: reader });
  assert.equal(r.status, 201);
  assert.ok(Math.abs(Date.parse(r.json.expires) / 1000 - before - 3600) < 60);
  assert.ok(r.json.url.endsWith(`/preview/${r.json.token}`));
  assert.ok((await get(new URL(r.json.url).pathname)).text.includes('Some <em>words</em>.'));
  const read = await ask('GET', `/api/v1/previews/${r.json.token}?fields=title,live&include=body`);
  assert.deepEqual([read.json.title, read.json.live, read.json.html.trim()], ['Draft of the API', false, '<p>Some <em>words</em>.</p>']);
  assert.match(read.headers['cache-control'], /no-store|private/);
  assert.equal(read.headers['access-control-allow-origin'], '*');
  assert.equal((await ask('GET', `/api/v1/previews/${r.json.token}`, { token: 'none' })).status, 401, 'who shows a token shows a good one');
  assert.equal((await ask('GET', `/api/v1/previews/${r.json.token}x`)).status, 404);
  assert.equal((await ask('GET', `/api/v1/previews/${r.json.token}?x=1`)).status, 400);
  for (const n of [59, 30 * day + 1, 'x', '']) assert.equal((await ask('POST', `/api/v1/previews?post=${id}&expires_in=${n}`, { token: reader })).status, 400, String(n));
  assert.equal((await ask('POST', `/api/v1/previews?post=${id}`)).status, 401);
  assert.equal((await ask('POST', `/api/v1/previews?post=${id}`, { token: writer })).status, 403);
  assert.equal((await ask('POST', '/api/v1/previews?post=1000000000', { token: reader })).status, 404);
  for (const none of ['?post=0', '?post=x', '']) assert.equal((await ask('POST', `/api/v1/previews${none}`, { token: reader })).status, 400);
  // It is published: the address leads there; it goes: it is nothing.
  const etag = made.headers.etag;
  const live = await fetch(new URL(`/api/v1/posts/${id}`, b.server.base), { method: 'PATCH', headers: { Authorization: `Bearer ${writer}`, 'If-Match': etag, 'Content-Type': 'application/json' }, body: '{"draft":false}' });
  assert.equal(live.status, 200);
  const to = await get(new URL(r.json.url).pathname);
  assert.deepEqual([to.status, to.headers.location, to.headers['cache-control']], [302, '/posts/draft-of-the-api/', 'no-store']);
  assert.equal((await fetch(new URL(`/api/v1/posts/${id}`, b.server.base), { method: 'DELETE', headers: { Authorization: `Bearer ${writer}`, 'If-Match': '*' } })).status, 204);
  assert.equal((await get(new URL(r.json.url).pathname)).status, 404);
  assert.equal((await ask('GET', `/api/v1/previews/${r.json.token}`)).status, 404);
});

test('a push that publishes it; a file of that name at the site', async () => {
  const url = await addressOf('later');
  b.write({ 'content/posts/later.md': post('Later', 'In time.', { date: '2020-01-01' }), 'static/preview/x': 'a file' });
  assert.equal((await b.import()).status, 0);
  const to = await get(url);
  assert.deepEqual([to.status, to.headers.location], [302, '/posts/later/']);
  assert.equal((await b.get('/preview/x')).text, 'a file');
});

test('all end at once; two who make the key make one', async () => {
  const url = await addressOf('draft');
  assert.match((await preview('--revoke-all')).stderr, /has ended/);
  assert.equal((await get(url)).status, 404);
  const again = await addressOf('draft', '--revoke-all');
  assert.equal((await get(again)).status, 200, 'without a restart');
  const db = join(scratch(), 'race.db');
  const dir = folder({ 'content/a.md': post('A', 'x', { draft: 'true' }) });
  assert.equal((await platen(['import', '--db', db, dir])).status, 0);
  const made = await Promise.all(Array.from({ length: 6 }, () => platen(['preview', '--db', db, '--expires', '2h', 'a'])));
  const texts = made.map((r) => { assert.equal(r.status, 0, r.stderr); return r.stdout.trim().split('.'); });
  const bySecond = new Map();
  for (const [, , , end, signature] of texts.map((t) => t.join('.').match(/^(.*\/preview\/(\d+))\.(\d+)\.(\w+)$/)).map((m) => [0, 0, 0, m[3], m[4]])) {
    assert.equal(bySecond.get(end) ?? signature, signature, 'one key');
    bySecond.set(end, signature);
  }
});
