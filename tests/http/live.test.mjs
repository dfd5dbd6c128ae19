// Open pages hear of news: the stream as programs read it, and Chromium after a real, signed push.
import { describe, test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { blog, platen, poll, post, request, scratch, serve, write, SLOW } from './lib/blog.mjs';
import { pushedBlog } from './lib/githost.mjs';
import { hasChromium, open } from './lib/chromium.mjs';

const FILES = {
  'hugo.yaml': 'title: L\nbaseURL: https://example.org/\n',
  'content/posts/a.md': post('A', 'The letter a.', { tags: '[letters]' }),
  'content/posts/b.md': post('B', 'The letter b.', { tags: '[letters]' }),
  'content/notes/n.md': post('N', 'A note.'),
};

/** A reader of the stream: status, headers, text() so far, events() as [{id, event, data}], ended. */
function listen(base, path = '/events', headers = {}) {
  return new Promise((ok, bad) => {
    const q = http.get(`${base}${path}`, { agent: false, headers: { Accept: 'text/event-stream', ...headers } }, (r) => {
      let text = '';
      const reader = {
        status: r.statusCode, headers: r.headers, text: () => text, ended: false, cut: () => q.destroy(),
        events: () => text.split('\n\n').map((block) => Object.fromEntries(block.split('\n').map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)])))
          .filter((e) => e.data !== undefined).map((e) => ({ ...e, data: JSON.parse(e.data) })),
      };
      reader.kinds = () => reader.events().map((e) => `${e.event} ${e.data.url ?? ''}`.trim());
      r.setEncoding('utf8').on('data', (d) => (text += d));
      r.on('error', () => { reader.ended = 'cut'; });
      r.on('end', () => { reader.ended = 'end'; });
      ok(reader);
    });
    q.on('error', bad);
  });
}
const stands = (r) => poll(() => /^id: \d+$/m.test(r.text()), { what: 'the reader knows where it stands' });
const position = (r) => Number(/^id: (\d+)$/m.exec(r.text())[1]);

describe('/events', () => {
  let site;
  let start;
  before(async () => {
    site = await blog(FILES);
    const r = await listen(site.server.base);
    await stands(r);
    start = position(r);
    r.cut();
  });
  const change = async (files) => {
    site.write(files);
    const done = await site.import();
    assert.equal(done.status, 0, done.stderr);
  };

  test('what it says first', async () => {
    const r = await listen(site.server.base);
    await stands(r);
    assert.equal(r.status, 200);
    assert.match(r.headers['content-type'], /^text\/event-stream/);
    assert.equal(r.headers['cache-control'], 'no-store');
    assert.match(r.text(), /^retry: [2-4]\d{3}\n\n/);
    assert.deepEqual(r.events(), []);
    r.cut();
  });

  test('what another process publishes is heard by all, in order', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => listen(site.server.base)));
    await Promise.all(readers.map(stands));
    await change({ 'content/posts/c.md': post('C', 'The letter c.') });
    await change({ 'content/posts/a.md': post('A', 'The letter a, sharper.', { tags: '[letters]' }) });
    site.remove('content/posts/c.md');
    await change({});
    for (const r of readers) {
      await poll(() => r.events().length >= 3);
      assert.deepEqual(r.kinds(), ['published /posts/c/', 'updated /posts/a/', 'removed /posts/c/']);
      const [first, second, third] = r.events();
      assert.equal(first.data.title, 'C');
      assert.equal(first.data.post, third.data.post);
      assert.equal(Number(second.id), Number(first.id) + 1);
      assert.equal(second.data.id, Number(second.id));
      r.cut();
    }
  });

  test('who comes back hears what it missed, once', async () => {
    const all = await listen(site.server.base, '/events', { 'Last-Event-ID': String(start) });
    await stands(all);
    assert.deepEqual(all.kinds(), ['published /posts/c/', 'updated /posts/a/', 'removed /posts/c/']);
    const some = await listen(site.server.base, '/events', { 'Last-Event-ID': String(start + 2) });
    await stands(some);
    assert.deepEqual(some.kinds(), ['removed /posts/c/']);
    const query = await listen(site.server.base, `/events?last=${start + 1}`);
    await stands(query);
    assert.equal(query.events().length, 2);
    const time = await listen(site.server.base, `/events?since=${Math.floor(Date.now() / 1000) + 1000}`);
    await stands(time);
    assert.deepEqual(time.kinds(), []);
    const long = await listen(site.server.base, '/events?since=1');
    await stands(long);
    assert.ok(long.events().length >= 3);
    await change({ 'content/posts/b.md': post('B', 'The letter b, too.', { tags: '[letters]' }) });
    for (const r of [all, some, query, time, long]) {
      await poll(() => r.kinds().includes('updated /posts/b/'));
      assert.equal(r.kinds().filter((k) => k === 'updated /posts/b/').length, 1);
      r.cut();
    }
  });

  test('too much missed, or an id that never was, is one "many"', async () => {
    const future = await listen(site.server.base, '/events', { 'Last-Event-ID': '99999999' });
    await stands(future);
    assert.deepEqual(future.kinds(), ['many']);
    const before = position(future);
    await change(Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`content/notes/m${i}.md`, post(`M ${i}`)])));
    await poll(() => future.events().length > 1);
    assert.deepEqual(future.kinds(), ['many', 'many']);
    const late = await listen(site.server.base, '/events', { 'Last-Event-ID': String(before) });
    await stands(late);
    assert.deepEqual(late.kinds(), ['many']);
    for (const r of [future, late]) r.cut();
  });

  for (const id of ['', 'x', '-1', '1e3', '9'.repeat(40), '0x10'])
    test(`Last-Event-ID: ${id.slice(0, 10)} is as none`, async () => {
      const r = await listen(site.server.base, '/events', { 'Last-Event-ID': id });
      await stands(r);
      assert.deepEqual(r.kinds(), []);
      r.cut();
    });

  test('only for readers of streams, only to be read', async () => {
    assert.equal((await site.get('/events', { headers: { Accept: 'text/html,*/*' } })).status, 404);
    const head = await site.get('/events', { method: 'HEAD', headers: { Accept: 'text/event-stream' } });
    assert.equal(head.status, 200);
    assert.match(head.headers['content-type'], /event-stream/);
    assert.equal((await request(site.server.base, '/events', { method: 'POST' })).status, 405);
  });

  test('readers come and go, and nothing is left of them', async () => {
    for (let round = 0; round < 5; round++) {
      const readers = await Promise.all(Array.from({ length: 40 }, () => listen(site.server.base)));
      await Promise.all(readers.map(stands));
      for (const r of readers) r.cut();
    }
    assert.equal((await site.get('/')).status, 200);
  });
});

describe('the server', () => {
  let site;
  before(async () => { site = await blog(FILES, { serveArgs: ['--max-readers', '3'] }); });

  test('takes so many readers and no more', async () => {
    const readers = await Promise.all([1, 2, 3].map(() => listen(site.server.base)));
    await Promise.all(readers.map(stands));
    const more = await listen(site.server.base);
    assert.equal(more.status, 503);
    assert.ok(Number(more.headers['retry-after']) > 0);
    assert.equal((await site.get('/')).status, 200);
    for (const r of readers) r.cut();
    // Who has gone is found out with the next event.
    site.write({ 'content/posts/a.md': post('A', 'Again.') });
    await site.import();
    await poll(async () => {
      const r = await listen(site.server.base);
      r.cut();
      return r.status === 200;
    });
  });

  test('SIGHUP disturbs nobody; the end is said, and comes at once', async () => {
    const readers = [await poll(async () => {
      const r = await listen(site.server.base);
      return r.status === 200 && r;
    })];
    for (const r of await Promise.all([2, 3].map(() => listen(site.server.base)))) if (r.status === 200) readers.push(r);
    await Promise.all(readers.map(stands));
    site.server.signal('SIGHUP');
    await poll(() => site.server.stderr().includes('SIGHUP'));
    assert.ok(readers.every((r) => !r.ended));
    const began = performance.now();
    const end = await site.server.stop();
    assert.equal(end.status, 0, end.stderr);
    assert.ok(performance.now() - began < 5000 * SLOW, 'it does not wait for readers');
    for (const r of readers) {
      await poll(() => r.ended);
      assert.equal(r.ended, 'end', 'not cut');
      assert.match(r.text(), /event: closing\ndata: {}\n\n$/);
    }
    assert.doesNotMatch(end.stderr, /were cut|error/);
  });
});

test('news while readers come, go and the server ends', async () => {
  const site = await blog(FILES);
  let stop = false;
  const coming = Array.from({ length: 8 }, async () => {
    while (!stop) {
      try {
        const r = await listen(site.server.base, '/events?last=0');
        await new Promise((ok) => setTimeout(ok, Math.random() * 30));
        r.cut();
      } catch { return; }
    }
  });
  for (let i = 0; i < 6; i++) {
    site.write({ 'content/posts/a.md': post('A', `Version ${i}.`) });
    assert.equal((await site.import()).status, 0);
  }
  const end = await site.server.stop();
  stop = true;
  await Promise.all(coming);
  assert.equal(end.status, 0, end.stderr);
  assert.equal(end.signal, null);
});

describe('in a browser, after real pushes', { skip: !hasChromium && 'no Chromium here' }, () => {
  let s;
  before(async () => { s = await pushedBlog({ kind: 'http', files: FILES }); await s.shows('/posts/a/', 'The letter a.'); });

  test('a post is shown anew in place', async () => {
    const { page, errors, close } = await open(`${s.server.base}/posts/a/`);
    await page.evaluate(() => { window.same = true; });
    await s.publish({ files: { 'content/posts/a.md': post('A', 'The letter a, much sharper.', { tags: '[letters]' }) } });
    await page.getByText('much sharper').waitFor();
    assert.ok(await page.evaluate(() => window.same), 'not loaded again');
    assert.equal(await page.locator('.live').innerText(), 'This post was just updated.');
    assert.equal(await page.locator('.live').getAttribute('role'), 'status');
    assert.equal(await page.locator('article').count(), 1);
    assert.deepEqual(errors, []);
    await close();
  });

  test('listings say what is new to them, others nothing', async () => {
    const home = await open(`${s.server.base}/`);
    const tag = await open(`${s.server.base}/tags/letters/`);
    const other = await open(`${s.server.base}/posts/b/`);
    await s.publish({ files: { 'content/posts/d.md': post('D', 'The letter d.', { date: '2025-01-01' }) } });
    await home.page.getByText('1 new post', { exact: true }).waitFor();
    await s.publish({ files: { 'content/posts/e.md': post('E', 'The letter e.', { date: '2025-01-02', tags: '[letters]' }) } });
    await home.page.getByText('2 new posts').waitFor();
    await tag.page.getByText('1 new post', { exact: true }).waitFor();
    assert.equal(await other.page.locator('.live').innerText(), '');
    await home.page.locator('.live a').click();
    await home.page.locator('.card').filter({ hasText: 'E' }).first().waitFor();
    assert.equal(await home.page.locator('.live').innerText(), '');
    for (const p of [home, tag, other]) {
      assert.deepEqual(p.errors, []);
      await p.close();
    }
  });

  test('a post that is taken down says so', async () => {
    const { page, close } = await open(`${s.server.base}/posts/d/`);
    await s.publish({ remove: ['content/posts/d.md'] });
    await page.getByText('This post was taken down.').waitFor();
    assert.ok(await page.getByText('The letter d.').isVisible(), 'what is being read stays');
    await close();
  });
});
