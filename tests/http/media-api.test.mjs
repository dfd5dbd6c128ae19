// Files sent through the API: streamed, told by their bytes, there once, and who may.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SLOW, blog, platen, post, poll } from './lib/blog.mjs';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
let b, token, other;

before(async () => {
  b = await blog({ 'content/posts/a.md': post('One'), 'static/mine.png': PNG.subarray(0, 60), 'hugo.yaml': 'title: x\n' }, { serveArgs: ['--max-media-size', '80M'] });
  const make = async (scope) => (await platen(['token', 'create', '--db', b.db, '--name', scope, '--scope', scope])).stdout.trim();
  token = await make('media:write');
  other = await make('posts:write');
});
after(() => b.server.stop());

async function ask(method, path, body, { as = token, headers = {} } = {}) {
  const r = await fetch(new URL(path, b.server.base), { method, body, headers: { ...(as ? { Authorization: `Bearer ${as}` } : {}), ...headers } });
  const text = await r.text();
  return { status: r.status, headers: r.headers, text, json: text.startsWith('{') ? JSON.parse(text) : null };
}
const send = (body, name, options) => ask('POST', `/api/v1/media?name=${encodeURIComponent(name)}`, body, options);

test('a picture is sent and shown', async () => {
  const r = await send(PNG, 'My Dot.PNG');
  assert.equal(r.status, 201, r.text);
  assert.equal(r.json.type, 'image/png');
  assert.equal(r.json.size, PNG.length);
  assert.deepEqual([r.json.width, r.json.height], [1, 1]);
  assert.match(r.json.url, /^\/media\/[0-9a-f]{12}\/my-dot\.png$/);
  assert.equal(r.headers.get('location'), r.json.url);
  const got = await b.get(r.json.url);
  assert.equal(got.status, 200);
  assert.ok(got.body.equals(PNG));
  assert.equal(got.headers['x-content-type-options'], 'nosniff');
});

test('the same file is there once', async () => {
  const first = await send(Buffer.concat([PNG, Buffer.from('1')]), 'one.png');
  const again = await send(Buffer.concat([PNG, Buffer.from('1')]), 'two.png');
  assert.equal(again.status, 200);
  assert.equal(again.json.id, first.json.id);
  assert.equal(again.json.url, first.json.url);
});

test('what it is, its bytes say, not its name', async () => {
  const cases = [
    ['x.html', PNG, 201, 'image/png', /x\.png$/],
    ['x.png', Buffer.from('<html><script>alert(1)</script>'), 415],
    ['x.png', Buffer.from('just words'), 415],
    ['x.exe', Buffer.from('MZ\x90\x00'), 415],
    ['x.svg', Buffer.from('<?xml version="1.0"?>\n<!-- c -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 201, 'image/svg+xml', /x\.svg$/],
    ['a.jpeg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]), 201, 'image/jpeg', /a\.jpg$/],
    ['../../etc/passwd', Buffer.from('GIF89a....'), 201, 'image/gif', /\/passwd\.gif$/],
    ['\u0000.gif', Buffer.from('GIF89a\u0000'), 400],
    ['☃.pdf', Buffer.from('%PDF-1.4'), 201, 'application/pdf', /\.pdf$/],
    ['empty.png', Buffer.alloc(0), 422],
    ['b.svg', Buffer.from('\ufeff<!-- a > b --><!DOCTYPE svg><svg width="30" height="20"/>'), 201, 'image/svg+xml', /b\.svg$/, [30, 20]],
    ['c.svg', Buffer.from('<!-- <svg> --><p>'), 415],
    ['a.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1'), 201, 'image/heic', /a\.heic$/, [null, null]],
    ['a.mov', Buffer.from('\0\0\0\x14ftypqt  ', 'latin1'), 201, 'video/quicktime', /a\.mov$/],
    ['a.mp3', Buffer.from([0xff, 0xf3, 0x90, 0x64]), 201, 'audio/mpeg', /a\.mp3$/],
    ['a.wav', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'), 201, 'audio/wav', /a\.wav$/],
    ['a.webp', Buffer.from('FIRR\x24\0\0\0WEBPVP8 ', 'latin1'), 415],
    ['a.webp', Buffer.from('RIFF\x24\0\0\0WEBPVP8L', 'latin1'), 201, 'image/webp', /a\.webp$/],
  ];
  for (const [name, bytes, status, type, url, sizes] of cases) {
    const r = await send(bytes, name);
    assert.ok(r.status === status || (status === 201 && r.status === 200), `${name}: ${r.status} ${r.text}`);
    if (type) assert.equal(r.json.type, type);
    if (url && r.status === 201) assert.match(r.json.url, url);
    if (sizes) assert.deepEqual([r.json.width, r.json.height], sizes);
  }
  const svg = await send(cases[4][1], 'x.svg');
  assert.match((await b.get(svg.json.url)).headers['content-security-policy'], /sandbox/);
});

test('who may, and how much', async () => {
  assert.equal((await send(PNG, 'a.png', { as: null })).status, 401);
  assert.equal((await send(PNG, 'a.png', { as: other })).status, 403);
  assert.equal((await ask('POST', '/api/v1/media', PNG)).status, 400, 'a name is wanted');
  assert.equal((await ask('POST', '/api/v1/media?name=a.png&x=1', PNG)).status, 400);
  assert.equal((await ask('GET', '/api/v1/media')).status, 405);
});

test('who may not is told before the body is sent', async () => {
  const status = await new Promise((ok, bad) => {
    const q = http.request(new URL('/api/v1/media?name=a.png', b.server.base), { method: 'POST', headers: { 'Content-Length': 70 * 1024 * 1024, Expect: '100-continue' } });
    q.on('response', (r) => { ok(r.statusCode); q.destroy(); });
    q.on('continue', () => bad(new Error('the body is wanted')));
    q.on('error', () => {});
    q.flushHeaders();
  });
  assert.equal(status, 401);
});

function rss(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024;
}

test('64 MB pass in pieces: memory stays flat', async () => {
  const size = 64 * 1024 * 1024;
  const before = rss(b.server.child.pid);
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, rss(b.server.child.pid))), 20);
  const body = new ReadableStream({
    start() { this.left = size; this.first = true; },
    pull(c) {
      const chunk = Buffer.alloc(Math.min(1 << 20, this.left), this.left % 251);
      if (this.first) PNG.copy(chunk);
      this.first = false;
      this.left -= chunk.length;
      c.enqueue(chunk);
      if (this.left === 0) c.close();
    },
  });
  const r = await fetch(new URL('/api/v1/media?name=large.png', b.server.base), { method: 'POST', body, duplex: 'half', headers: { Authorization: `Bearer ${token}` } });
  const json = await r.json();
  clearInterval(watch);
  assert.equal(r.status, 201, JSON.stringify(json));
  assert.equal(json.size, size);
  assert.ok(most - before < 24 || process.env.SAN, `memory grew from ${before} to ${most} MB`);
  const part = await b.get(json.url, { headers: { Range: 'bytes=0-7' } });
  assert.deepEqual([part.status, part.body.toString('latin1')], [206, '\x89PNG\r\n\x1a\n']);
  const tooLarge = await send(Buffer.alloc(81 * 1024 * 1024), 'x.png').catch(() => ({ status: 413 }));
  assert.equal(tooLarge.status, 413);
  const left = readdirSync(dirname(b.db)).filter((n) => !n.startsWith('platen.db'));
  assert.deepEqual(left, [], 'no file is left behind');
});

test('a client that goes away midway leaves nothing', async () => {
  const q = http.request(new URL('/api/v1/media?name=gone.png', b.server.base), { method: 'POST', headers: { 'Content-Length': 1 << 20, Authorization: `Bearer ${token}` } });
  q.on('error', () => {});
  q.write(PNG);
  await new Promise((ok) => q.write(Buffer.alloc(65536), ok));
  q.destroy();
  const pid = b.server.child.pid;
  await poll(() => !readdirSync(`/proc/${pid}/fd`).some((fd) => { try { return statSync(`/proc/${pid}/fd/${fd}`).nlink === 0 && statSync(`/proc/${pid}/fd/${fd}`).isFile() && statSync(`/proc/${pid}/fd/${fd}`).size > 0; } catch { return false; } }), { what: 'the spool file is closed', timeout: 60_000 * SLOW });
});

test('a file goes when it is deleted; one of the repository does not', async () => {
  const r = await send(Buffer.concat([PNG, Buffer.from('bye')]), 'bye.png');
  assert.equal((await ask('DELETE', `/api/v1/media/${r.json.id}`, undefined, { as: other })).status, 403);
  assert.equal((await ask('DELETE', `/api/v1/media/${r.json.id}`)).status, 204);
  assert.ok([404, 410].includes((await b.get(r.json.url)).status));
  assert.equal((await ask('DELETE', `/api/v1/media/${r.json.id}`)).status, 404);
  assert.equal((await ask('DELETE', '/api/v1/media/x')).status, 404);
  let owned = 0;
  for (let id = 1; id <= 3; id++) if ((await ask('DELETE', `/api/v1/media/${id}`)).status === 409) owned++;
  assert.equal(owned, 1, 'static/mine.png is the folder\'s');
  assert.equal((await b.get('/mine.png')).status, 200);
});

test('an import leaves what was sent', async () => {
  const r = await send(Buffer.concat([PNG, Buffer.from('kept')]), 'kept.png');
  assert.equal((await b.import()).status, 0);
  assert.equal((await b.get(r.json.url)).status, 200);
});
