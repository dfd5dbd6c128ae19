// Files of the site: in part, not again, with the type they have, and in flat memory however large they are.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { PLATEN, SLOW, blog, folder, poll, post, request, scratch, serve, start, summary } from './lib/blog.mjs';

const MB = 1024 * 1024;
const LONG = process.env.PLATEN_TEST_LONG === '1';
const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff)); // three rows of the store

describe('a file in part', () => {
  let s, etag, modified;
  const get = (headers, method = 'GET') => s.get('/f.bin', { headers, method });
  before(async () => {
    s = await blog({ 'content/posts/a.md': post('A'), 'static/f.bin': bytes, 'static/none.bin': '' });
    ({ etag, 'last-modified': modified } = (await get({})).headers);
  });

  test('one range: of two ends, open, from the end, too long', async () => {
    for (const [range, first, last] of [['0-0', 0, 0], ['262143-262144', 262143, 262144], ['262144-', 262144, 599999], ['-5', 599995, 599999],
      ['-600001', 0, 599999], ['599999-700000', 599999, 599999], ['0-', 0, 599999], ['100000-550000', 100000, 550000]]) {
      const r = await get({ Range: `bytes=${range}` });
      assert.equal(r.status, 206, range);
      assert.equal(r.headers['content-range'], `bytes ${first}-${last}/600000`, range);
      assert.equal(Number(r.headers['content-length']), last - first + 1, range);
      assert.equal(r.headers.etag, etag, range);
      assert.ok(r.body.equals(bytes.subarray(first, last + 1)), range);
    }
  });

  test('none of the file: 416 says how long it is', async () => {
    for (const range of ['600000-', '700000-800000', '-0']) {
      const r = await get({ Range: `bytes=${range}` });
      assert.equal(r.status, 416, range);
      assert.equal(r.headers['content-range'], 'bytes */600000', range);
      assert.equal(r.body.length, 0, range);
    }
    assert.equal((await s.get('/none.bin', { headers: { Range: 'bytes=0-' } })).status, 416);
  });

  test('several, another unit, nonsense: the whole', async () => {
    for (const range of ['bytes=0-1,5-6', 'lines=0-1', 'bytes=5-2', 'bytes=', 'bytes=-', 'bytes=a-b', 'bytes 0-1', 'bytes=0-1x', 'bytes=--1']) {
      const r = await get({ Range: range });
      assert.equal(r.status, 200, range);
      assert.equal(r.headers['content-range'], undefined, range);
      assert.ok(r.body.equals(bytes), range);
    }
  });

  test('If-Range: only of the very file', async () => {
    const status = async (value) => (await get({ Range: 'bytes=1-2', 'If-Range': value })).status;
    assert.equal(await status(etag), 206);
    assert.equal(await status(modified), 206);
    assert.equal(await status('"other"'), 200);
    assert.equal(await status(`W/${etag}`), 200);
    assert.equal(await status('Mon, 01 Jan 2001 00:00:00 GMT'), 200);
    assert.equal(await status('nonsense'), 200);
  });

  test('not again', async () => {
    for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const r = await get({ 'If-None-Match': value, Range: 'bytes=0-1' });
      assert.equal(r.status, 304, value);
      assert.equal(r.body.length, 0, value);
      assert.equal(r.headers.etag, etag, value);
    }
    assert.equal((await get({ 'If-None-Match': '"x"' })).status, 200);
    assert.equal((await get({ 'If-Modified-Since': modified })).status, 304);
    assert.equal((await get({ 'If-None-Match': '"x"', 'If-Modified-Since': modified })).status, 200);
  });

  test('HEAD is GET without its bytes', async () => {
    const r = await get({ Range: 'bytes=0-1' }, 'HEAD');
    assert.equal(r.status, 200);
    assert.equal(r.headers['content-length'], '600000');
    assert.equal(r.headers['accept-ranges'], 'bytes');
    assert.equal(r.headers.etag, etag);
    assert.equal(r.body.length, 0);
    assert.equal((await get({ 'If-None-Match': etag }, 'HEAD')).status, 304);
  });
});

test('types by name, never guessed by the browser', async () => {
  const types = {
    'a.css': 'text/css; charset=utf-8', 'a.js': 'text/javascript; charset=utf-8', 'a.mjs': 'text/javascript; charset=utf-8', 'a.json': 'application/json',
    'a.woff': 'font/woff', 'A.WOFF2': 'font/woff2', 'a.ttf': 'font/ttf', 'a.otf': 'font/otf', 'a.eot': 'application/vnd.ms-fontobject', 'a.pdf': 'application/pdf',
    'a.mp4': 'video/mp4', 'a.m4v': 'video/mp4', 'a.webm': 'video/webm', 'a.mp3': 'audio/mpeg', 'a.ogg': 'audio/ogg', 'a.aac': 'audio/aac', 'a.wasm': 'application/wasm',
    'favicon.ico': 'image/x-icon', 'a.txt': 'text/plain; charset=utf-8', 'a.xml': 'application/xml', 'a.xhtml': 'application/xhtml+xml', 'a.html': 'text/html; charset=utf-8',
    'a.webmanifest': 'application/manifest+json', 'a.unheard-of': 'application/octet-stream', 'CNAME': 'application/octet-stream', 'a.zip': 'application/zip', 'a.ics': 'text/calendar; charset=utf-8',
  };
  const s = await blog({ 'content/posts/a.md': post('A'), ...Object.fromEntries(Object.keys(types).map((f) => [`static/${f}`, 'x'])) });
  for (const [name, type] of Object.entries(types)) {
    const { status, headers } = await s.get(`/${name}`);
    assert.equal(status, 200, name);
    assert.equal(headers['content-type'], type, name);
    assert.equal(headers['x-content-type-options'], 'nosniff', name);
    assert.equal(/; sandbox$/.test(headers['content-security-policy']), /xml|html/.test(type), name);
  }
  await s.server.stop();
});

// ---- memory ----

const peak = (pid) => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;

/** Runs an import to its end: {stderr, status, peak} with the most memory it held. */
async function watched(args) {
  const child = start(PLATEN, args);
  let stderr = '', most = 0, status = null;
  child.stderr.setEncoding('utf8').on('data', (d) => (stderr += d));
  child.stdout.resume();
  child.on('close', (code) => (status = code ?? -1));
  await poll(() => {
    try { most = Math.max(most, peak(child.pid)); } catch { /* it has ended */ }
    return status !== null;
  }, { timeout: 500_000 * SLOW, every: 5, what: 'the import ends' });
  return { stderr, status, peak: most };
}

/** A file of that size that costs no room on the disk until it is taken; its rows differ. */
function large(path, size) {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, size);
  for (let at = 0; at < size; at += 16 * MB) writeSync(fd, Buffer.from(`at ${at}\n`), 0, null, at);
  closeSync(fd);
}

/** Reads all of it, keeps none: {length, marks: lines at each 16 MB that are right}. */
function drain(base, target) {
  return new Promise((ok, bad) => {
    http.get(`${base}${target}`, { agent: false }, (r) => {
      let length = 0, marks = 0;
      r.on('data', (d) => {
        for (let at = Math.ceil(length / (16 * MB)) * 16 * MB; at < length + d.length; at += 16 * MB)
          if (d.toString('latin1', at - length, at - length + 3) === 'at ' || length + d.length - at < 3) marks++;
        length += d.length;
      });
      r.on('end', () => ok({ length, marks }));
      r.on('error', bad);
    }).on('error', bad);
  });
}

async function flat(size) {
  const dir = folder({ 'content/posts/a.md': post('A'), 'static/x.txt': 'x' });
  const db = join(scratch(), 'platen.db');
  large(join(dir, 'static/film.mp4'), size);
  const first = await watched(['import', '--db', db, dir]);
  assert.equal(first.status, 0, first.stderr);
  const s = await serve(db);
  await request(s.base, '/x.txt');
  const idle = peak(s.child.pid);
  for (const reads of [1, 4]) {
    const got = await Promise.all(Array.from({ length: reads }, () => drain(s.base, '/film.mp4')));
    for (const g of got) assert.deepEqual(g, { length: size, marks: Math.ceil(size / (16 * MB)) });
  }
  const end = await request(s.base, '/film.mp4', { headers: { Range: `bytes=${size - 16 * MB}-${size - 16 * MB + 7}` } });
  assert.ok(`at ${size - 16 * MB}\n`.startsWith(end.body.toString('latin1')), end.body.toString('latin1'));
  const busy = peak(s.child.pid);
  await s.stop();
  if (SLOW === 1) { // a sanitizer keeps what is freed
    assert.ok(first.peak < 60 * MB, `import held ${first.peak / MB} MB`);
    assert.ok(busy < idle + 40 * MB, `the server held ${busy / MB} MB, idle ${idle / MB}`);
  }
  return { import: first.peak / MB, idle: idle / MB, busy: busy / MB };
}

test('64 MB come and go in flat memory', async () => {
  await flat(64 * MB);
});

test('1 GB comes and goes in flat memory', { skip: !LONG && 'PLATEN_TEST_LONG=1 runs it', timeout: 900_000 }, async (t) => {
  t.diagnostic(JSON.stringify(await flat(1024 * MB)));
});

test('100,000 files in one folder', { skip: !LONG && 'PLATEN_TEST_LONG=1 runs it', timeout: 900_000 }, async (t) => {
  const dir = folder({ 'content/posts/a.md': post('A', '![x](many/f99999.png)') });
  mkdirSync(join(dir, 'content/posts/many'));
  for (let i = 0; i < 100_000; i++) writeFileSync(join(dir, `content/posts/many/f${i}.png`), `${i}`);
  const db = join(scratch(), 'platen.db');
  const first = await watched(['import', '--db', db, dir]);
  assert.equal(first.status, 0, first.stderr.slice(-2000));
  assert.equal(summary(first).media, 100_000);
  const again = await watched(['import', '--db', db, dir]);
  assert.equal(summary(again).rows, 0);
  const s = await serve(db);
  assert.equal((await request(s.base, '/posts/many/f99999.png')).text, '99999');
  await s.stop();
  t.diagnostic(JSON.stringify({ first: summary(first).line, again: summary(again).line, mb: first.peak / MB }));
});

test('files of a bundle that is refused: at its last good address, changed ones too', async (t) => {
  const s = await blog({
    'content/posts/a.md': post('A'), 'content/posts/b/index.md': post('B', '![](old.svg)'), 'content/posts/b/old.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  });
  t.after(() => s.server.stop());
  const clash = { 'content/posts/b/index.md': post('B', '![](old.svg)', { url: '/posts/a/' }) };
  const refused = async (files) => {
    s.write({ ...clash, ...files });
    assert.match((await s.import()).stderr, /b\/index\.md.*already taken/);
    assert.equal((await s.get('/posts/b/')).status, 200);
    return s.get('/posts/b/old.svg');
  };
  assert.equal((await refused({})).status, 200);
  const again = await refused({ 'content/posts/b/old.svg': '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', 'content/posts/b/new.txt': 'new' });
  assert.match(again.text, /<g\/>/);
  assert.equal((await s.get('/posts/b/new.txt')).text, 'new');
  assert.equal((await s.get('/posts/a/new.txt')).status, 404);
  // A post that is refused from the start has no place for its files.
  assert.match((await (s.write({ 'content/posts/c/index.md': post('C', '', { url: '/posts/a/' }), 'content/posts/c/c.txt': 'c' }), s.import())).stderr, /c\/index\.md.*already taken/);
  assert.equal((await s.get('/posts/a/c.txt')).status, 404);
  s.write({ 'content/posts/c/index.md': post('C') });
  assert.equal((await s.import()).status, 0);
  assert.equal((await s.get('/posts/c/c.txt')).text, 'c');
});
