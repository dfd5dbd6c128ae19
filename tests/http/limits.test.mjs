// Who asks too often is told so; who stands behind a proxy is told apart; health is never counted.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { blog, platen, post, PLATEN, execute } from './lib/blog.mjs';

const from = (address, more = {}) => ({ headers: { 'X-Forwarded-For': address, ...more } });

async function limited(...args) {
  return blog({ 'content/posts/a.md': post('One') }, { serveArgs: ['--trusted-proxy', '127.0.0.1', ...args] });
}

async function burst(b, n, target, options) {
  const statuses = [];
  for (let i = 0; i < n; i++) statuses.push((await b.get(target, options)).status);
  return statuses;
}

test('an address has its share of searches, and a word when it is used up', async () => {
  const b = await limited('--rate-limit', '6');
  assert.deepEqual(await burst(b, 3, '/search/?q=one', from('203.0.113.1')), [200, 200, 429]);
  const r = await b.get('/search/?q=one', from('203.0.113.1'));
  assert.equal(r.status, 429);
  assert.ok(Number(r.headers['retry-after']) >= 1 && Number(r.headers['retry-after']) <= 10, r.headers['retry-after']);
  assert.equal(r.headers['ratelimit-policy'], '"address";q=6;w=60');
  assert.match(r.headers.ratelimit, /^"address";r=0;t=\d+$/);
  assert.deepEqual(await burst(b, 2, '/search/?q=one', from('203.0.113.2')), [200, 200], 'another address');
  assert.deepEqual(await burst(b, 5, '/', from('203.0.113.1')), [200, 200, 200, 200, 200], 'pages are not counted');
  assert.deepEqual(await burst(b, 5, '/healthz', from('203.0.113.1')), [200, 200, 200, 200, 200]);
  assert.deepEqual(await burst(b, 5, '/readyz', from('203.0.113.1')), [200, 200, 200, 200, 200]);
  await b.server.stop();
});

test('the API answers a problem document', async () => {
  const b = await limited('--rate-limit', '3');
  await b.get('/api/v1/nothing', from('203.0.113.1'));
  const r = await b.get('/api/v1/nothing', from('203.0.113.1'));
  assert.equal(r.status, 429);
  assert.equal(r.headers['content-type'], 'application/problem+json');
  assert.equal(JSON.parse(r.text).title, 'Too Many Requests');
  await b.server.stop();
});

test('this machine, and everybody when it is off, has no limit', async () => {
  const b = await limited('--rate-limit', '3');
  assert.ok((await burst(b, 20, '/search/?q=one')).every((s) => s === 200));
  await b.server.stop();
  const c = await limited('--rate-limit', '0');
  assert.ok((await burst(c, 20, '/search/?q=one', from('203.0.113.1'))).every((s) => s === 200));
  await c.server.stop();
});

test('a header that no trusted proxy sent proves nothing', async () => {
  const b = await blog({ 'content/posts/a.md': post('One') }, { serveArgs: ['--rate-limit', '3', '--access-log', '-'] });
  assert.ok((await burst(b, 5, '/search/?q=one', from('203.0.113.1'))).every((s) => s === 200), 'still loopback');
  const { stdout } = await b.server.stop();
  assert.ok(stdout.includes('127.0.0.1') && !stdout.includes('203.0.113.1'));
});

test('the log names the reader behind the proxy, whatever stands left of it', async () => {
  const b = await limited('--access-log', '-');
  await b.get('/', from('198.51.100.66, 203.0.113.5'));
  const { stdout } = await b.server.stop();
  assert.match(stdout, /^203\.0\.113\.5 /m);
  assert.ok(!stdout.includes('198.51.100.66 '));
});

test('a token has a share of its own and says what is left; guessing counts for the address', async () => {
  const b = await limited('--rate-limit', '3', '--token-rate-limit', '9');
  const made = await platen(['token', 'create', '--db', b.db, '--name', 't', '--scope', 'deliveries:read']);
  const token = made.stdout.trim();
  const with_token = from('203.0.113.1', { Authorization: `Bearer ${token}` });
  const first = await b.get('/api/v1/deliveries', with_token);
  assert.equal(first.status, 200);
  assert.equal(first.headers['ratelimit-policy'], '"token";q=9;w=60');
  assert.match(first.headers.ratelimit, /^"token";r=2;t=\d+$/);
  assert.deepEqual(await burst(b, 3, '/api/v1/deliveries', with_token), [200, 200, 429]);
  const wrong = from('203.0.113.9', { Authorization: 'Bearer platen_wrong' });
  assert.deepEqual(await burst(b, 3, '/api/v1/deliveries', wrong), [401, 429, 429]);
  await b.server.stop();
});

test('a proxy that is none is refused at start', async () => {
  const r = await execute(PLATEN, ['serve', '--listen', '127.0.0.1:0', '--trusted-proxy', 'nginx.local']);
  assert.notEqual(r.status, 0);
  assert.match(r.stderr, /trusted proxy "nginx\.local": want an address/);
});
