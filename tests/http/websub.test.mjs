// WebSub: feeds name their hub, and the hub is told which of them changed, by a hub of our own.
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { blog, execute, platen, poll, post, scratch, serve } from './lib/blog.mjs';
import { pushedBlog } from './lib/githost.mjs';
import { join } from 'node:path';
import { all, one, xml } from './lib/xml.mjs';

const BASE = 'https://blog.example/';
const hubs = new Set();
after(() => {
  for (const hub of hubs) hub.close();
});

/** A hub: what it heard, and how it answers (a status, or a function of the response). */
async function startHub({ answer = () => 202, port = 0 } = {}) {
  const heard = [];
  const hub = { heard, answer };
  const server = http.createServer((req, res) => {
    let body = '';
    req.on('data', (d) => (body += d));
    req.on('end', () => {
      const form = new URLSearchParams(body);
      heard.push({ method: req.method, url: req.url, type: req.headers['content-type'], mode: form.get('hub.mode'), topics: form.getAll('hub.url'), at: performance.now() });
      const status = hub.answer(res, heard.length);
      if (status) res.writeHead(status, status >= 300 && status < 400 ? { Location: '/elsewhere' } : {}).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  hub.port = server.address().port;
  hub.url = `http://127.0.0.1:${hub.port}/hub?key=a%20secret`;
  hub.topics = () => heard.flatMap((h) => h.topics);
  hub.close = () => {
    server.close();
    server.closeAllConnections();
    hubs.delete(hub);
  };
  hubs.add(hub);
  return hub;
}

const three = (path) => ['index.xml', 'atom.xml', 'feed.json'].map((f) => `${BASE}${path}${f}`);
const files = {
  'platen.yaml': `title: Blog\nbase_url: ${BASE}\n`,
  'content/posts/a.md': post('A', 'Words.', { tags: '[Été, C++]' }),
  'content/notes/n.md': post('N'),
  'content/posts/b.md': post('B', 'Words.', { tags: '[old]' }),
};

test('feeds name their hubs and themselves, in the text and in the head', async () => {
  const args = ['--websub-hub', 'https://hub.example/?a=1&b=2', '--websub-hub', 'https://second.example/'];
  const site = await blog(files, { serveArgs: args });
  for (const path of ['/index.xml', '/posts/index.xml', '/tags/c++/index.xml', '/tags/index.xml', '/atom.xml', '/posts/atom.xml', '/tags/c++/atom.xml', '/feed.json', '/posts/feed.json', '/tags/feed.json']) {
    for (const turn of ['made', 'kept']) {
      const { headers, text } = await site.get(path);
      const self = new URL(path, BASE).href;
      assert.equal(headers.link, `<https://hub.example/?a=1&b=2>; rel="hub", <https://second.example/>; rel="hub", <${self}>; rel="self"`, `${path}, ${turn}`);
      if (path.endsWith('.json')) {
        assert.deepEqual(JSON.parse(text).hubs, [{ type: 'WebSub', url: 'https://hub.example/?a=1&b=2' }, { type: 'WebSub', url: 'https://second.example/' }]);
        assert.equal(JSON.parse(text).feed_url, self);
        continue;
      }
      const root = xml(text);
      const links = path.endsWith('atom.xml') ? all(root, 'link') : all(one(root, 'channel'), 'atom:link');
      assert.deepEqual(links.filter((l) => l.attributes.rel === 'hub').map((l) => l.attributes.href), ['https://hub.example/?a=1&b=2', 'https://second.example/']);
      assert.deepEqual(links.filter((l) => l.attributes.rel === 'self').map((l) => l.attributes.href), [self]);
    }
  }
  // by the names of other generators, they say what they are really called
  assert.match((await site.get('/rss.xml')).headers.link, /<https:\/\/blog\.example\/index\.xml>; rel="self"/);
  assert.equal((await site.get('/')).headers.link, undefined);
});

test('nobody is named and nobody told where none is configured; what is no hub is refused', async () => {
  const site = await blog(files);
  const { headers, text } = await site.get('/index.xml');
  assert.equal(headers.link, undefined);
  assert.doesNotMatch(text, /rel="hub"/);
  assert.equal(JSON.parse((await site.get('/feed.json')).text).hubs, undefined);
  for (const bad of ['hub.example', 'ftp://hub.example/', 'https://', 'https://hub.example/a b', 'https://hub.example/"<', 'https://user@/']) {
    const ran = await platen(['serve', '--db', join(scratch(), 'x.db'), '--listen', '127.0.0.1:0', '--websub-hub', bad], { timeout: 20_000 });
    assert.notEqual(ran.status, 0, bad);
    assert.match(ran.stderr, /--websub-hub/, bad);
  }
});

describe('a hub is told', () => {
  test('of the feeds that a push changed, and of no others, once', async () => {
    const hub = await startHub();
    const s = await pushedBlog({ files, args: ['--websub-hub', hub.url] });
    await s.shows('/posts/a/', 'Words');
    await isTold(s.db, hub); // what was there when the hub was first heard of may or may not be news
    await s.publish({ files: { 'content/notes/n.md': post('N', 'A first change.') } });
    await isTold(s.db, hub);
    assert.ok(hub.topics().includes(`${BASE}notes/index.xml`));
    hub.heard.length = 0;

    await s.publish({ files: { 'content/posts/a.md': post('A', 'Better words.', { tags: '[Été, C++]' }) } });
    await poll(() => hub.heard.length > 0, { what: 'a ping' });
    const [ping] = hub.heard;
    assert.equal(ping.method, 'POST');
    assert.equal(ping.url, '/hub?key=a%20secret');
    assert.equal(ping.type, 'application/x-www-form-urlencoded');
    assert.equal(ping.mode, 'publish');
    assert.deepEqual([...ping.topics].sort(), [...three(''), ...three('posts/'), ...three('tags/'), ...three('tags/c++/'), ...three('tags/%C3%A9t%C3%A9/')].sort());
    for (const topic of ping.topics) {
      const { status, text } = await s.server.get(new URL(topic).pathname);
      assert.equal(status, 200, topic);
      assert.ok(text.includes(topic), `${topic} says the same of itself`);
    }
    await isTold(s.db, hub);
    // a change of nothing that feeds show is none
    await s.publish({ files: { 'README.md': 'hello' } });
    await s.publish({ files: { 'content/notes/n.md': post('N', 'A second change.') } });
    await poll(() => hub.topics().includes(`${BASE}notes/index.xml`), { what: 'the second change' });
    assert.ok(!hub.heard.slice(1).some((h) => h.topics.includes(`${BASE}posts/index.xml`)));
    assert.ok(!s.log().includes('secret'), 'the hub’s path is not in the log');
    await s.server.stop();
  });

  test('after a restart what it missed, and nothing else; a burst in one request', async () => {
    const hub = await startHub();
    const args = ['--websub-hub', hub.url];
    const site = await blog(files, { serveArgs: args });
    // the hub is known once it is noted: an import after that is news
    await poll(async () => (await sqlite(site.db, "SELECT value FROM setting WHERE key = 'websub'")) !== '', { what: 'the hub is noted' });
    assert.equal(hub.heard.length, 0, 'what was there before is no news');
    await site.server.stop();
    for (let i = 0; i < 3; i++) {
      site.write({ 'content/notes/n.md': post('N', `Change ${i}.`) });
      assert.equal((await site.import()).status, 0);
    }
    let again = await serve(site.db, { args });
    await poll(() => hub.heard.length > 0, { what: 'what it missed' });
    assert.equal(hub.heard.length, 1);
    assert.ok(hub.topics().includes(`${BASE}notes/feed.json`));
    assert.ok(!hub.topics().includes(`${BASE}posts/index.xml`));
    await isTold(site.db, hub);
    await again.stop();
    hub.heard.length = 0;
    again = await serve(site.db, { args });
    site.write({ 'content/posts/b.md': post('B', 'Other words.', { tags: '[old]' }) });
    assert.equal((await site.import()).status, 0); // another process than the server
    await poll(() => hub.heard.length > 0);
    assert.ok(!hub.topics().includes(`${BASE}notes/index.xml`), 'nothing twice');
    assert.ok(hub.topics().includes(`${BASE}tags/old/atom.xml`));
    await again.stop();
  });

  test('once it is up again, the sum of what it missed', async () => {
    let hub = await startHub();
    const { url, port } = hub;
    const site = await blog(files, { serveArgs: ['--websub-hub', url] });
    await poll(async () => (await sqlite(site.db, "SELECT value FROM setting WHERE key = 'websub'")) !== '');
    hub.close();
    site.write({ 'content/notes/n.md': post('N', 'While it was away.') });
    assert.equal((await site.import()).status, 0);
    await poll(() => site.server.stderr().includes('could not be told'), { what: 'a first try' });
    assert.match((await site.get('/notes/n/')).text, /While it was away/);
    site.write({ 'content/posts/b.md': post('B', 'And this.', { tags: '[old]' }) });
    assert.equal((await site.import()).status, 0);
    hub = await startHub({ port, answer: (_, n) => (n === 1 ? 503 : 204) });
    await poll(() => hub.heard.length >= 2, { timeout: 60_000, what: 'a busy hub is asked again' });
    for (const at of [0, 1]) for (const path of ['notes/', 'posts/', '']) assert.ok(hub.heard[at].topics.includes(`${BASE}${path}index.xml`), path);
    await poll(() => site.server.stderr().includes('was told of'));
    await site.server.stop();
  });
});

test('a hub that moved, refuses, is silent or talks for ever hurts nobody', async () => {
  const moved = await startHub({ answer: () => 302 });
  const refuses = await startHub({ answer: () => 403 });
  const silent = await startHub({ answer: () => 0 });
  const endless = await startHub({
    answer: (res) => {
      res.writeHead(200);
      const timer = setInterval(() => res.write('x'.repeat(65536)), 5);
      res.on('close', () => clearInterval(timer));
      return 0;
    },
  });
  const good = await startHub();
  const site = await blog(files, { serveArgs: [moved, refuses, endless, good, silent].flatMap((h) => ['--websub-hub', h.url]) });
  await poll(async () => (await sqlite(site.db, "SELECT value FROM setting WHERE key = 'websub'")) !== '');
  const s = site.server;
  for (const words of ['First words.', 'Second words.']) {
    site.write({ 'content/notes/n.md': post('N', words) });
    assert.equal((await site.import()).status, 0);
    await poll(async () => (await site.get('/notes/n/')).text.includes(words), { what: 'published all the same' });
    const before = good.heard.length;
    await poll(() => good.heard.length > before || words === 'Second words.', { timeout: 60_000, what: 'the good hub is told' });
  }
  await poll(() => silent.heard.length > 0, { timeout: 60_000 });
  assert.ok(!moved.heard.some((h) => h.url === '/elsewhere'), 'redirects are not followed');
  assert.match(s.stderr(), /was not told of new posts: it answered 302: it moved/);
  assert.match(s.stderr(), /was not told of new posts: it answered 403/);
  const began = performance.now();
  await s.stop();
  assert.ok(performance.now() - began < 8000, 'and the server ends while it waits for one');
});

/** Waits until the hub knows all there is. */
const isTold = (db, hub) => poll(async () => (await sqlite(db, `SELECT value ->> '$."${hub.url}"' = (SELECT max(rev) FROM change) FROM setting WHERE key = 'websub'`)) === '1', { what: 'the hub knows all' });

async function sqlite(db, sql) {
  const ran = await execute('sqlite3', [db, sql]);
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout.trim();
}
