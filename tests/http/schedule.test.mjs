// Time: posts come and go at their second, without a restart and without an import.
import { test, before } from 'node:test';
import assert from 'node:assert/strict';
import { blog, poll, post, SLOW } from './lib/blog.mjs';
import { entries } from './lib/hentry.mjs';

let site;
before(async () => {
  site = await blog({
    'content/posts/first.md': post('First', 'Always there.', { tags: '[Letters]' }),
    'content/posts/draft.md': post('A draft', 'Never there.', { draft: 'true', tags: '[Letters]', publishDate: '2020-01-01' }),
  });
});

const at = (ms) => new Date(Math.ceil(ms / 1000) * 1000);
const stamp = (date) => date.toISOString().replace('.000Z', 'Z');
const names = async (path) => entries((await site.get(path)).text).map((e) => e.name);
const inFeed = async (path, title) => (await site.get(path)).text.includes(`<title>${title}</title>`);

/** Where a post shows: its own address, home, its tag, its section, the feeds, the sitemap. */
async function shows(title, path) {
  return {
    post: (await site.get(path)).status === 200,
    home: (await names('/')).includes(title),
    tag: (await names('/tags/letters/')).includes(title),
    section: (await names('/posts/')).includes(title),
    feed: await inFeed('/index.xml', title),
    tagFeed: await inFeed('/tags/letters/index.xml', title),
    sitemap: (await site.get('/sitemap.xml')).text.includes(path),
  };
}
const everywhere = (value) => ({ post: value, home: value, tag: value, section: value, feed: value, tagFeed: value, sitemap: value });

test('publishDate: not before its second, everywhere after it', async () => {
  const when = at(Date.now() + 2000);
  site.write({ 'content/posts/soon.md': post('Soon', 'Here.', { tags: '[Letters]', publishDate: stamp(when) }) });
  assert.equal((await site.import()).status, 0);
  const early = await shows('Soon', '/posts/soon/');
  assert.ok(Date.now() < when, 'asked in time');
  assert.deepEqual(early, everywhere(false));
  const seen = await poll(async () => {
    const answer = await site.get('/posts/soon/');
    return answer.status === 200 && Date.now();
  });
  assert.ok(seen >= when, `${when - seen} ms too early`);
  assert.ok(seen - when < 1500 * SLOW, `${seen - when} ms late`);
  assert.deepEqual(await shows('Soon', '/posts/soon/'), everywhere(true));
});

test('expiryDate: gone at its second', async () => {
  const when = at(Date.now() + 2000);
  site.write({ 'content/posts/brief.md': post('Brief', 'Gone soon.', { tags: '[Letters]', expiryDate: stamp(when) }) });
  assert.equal((await site.import()).status, 0);
  await poll(async () => (await site.get('/posts/brief/')).status === 200 || Date.now() > when);
  const early = await shows('Brief', '/posts/brief/');
  assert.ok(Date.now() < when, 'asked in time');
  assert.deepEqual(early, everywhere(true));
  const gone = await poll(async () => {
    const answer = await site.get('/posts/brief/');
    return answer.status !== 200 && { status: answer.status, time: Date.now() };
  });
  assert.ok([404, 410].includes(gone.status), `status ${gone.status}`);
  assert.ok(gone.time >= when - 5, `${when - gone.time} ms too early`);
  assert.deepEqual(await shows('Brief', '/posts/brief/'), everywhere(false));
});

test('a post whose time came while nothing ran is there at the start', async () => {
  const when = at(Date.now() + 1000);
  const other = await blog({ 'content/posts/a.md': post('A'), 'content/posts/b.md': post('B', 'Words.', { publishDate: stamp(when) }) });
  await other.server.stop();
  await poll(() => Date.now() > when.getTime());
  const { serve } = await import('./lib/blog.mjs');
  const again = await serve(other.db);
  assert.equal((await again.get('/posts/b/')).status, 200);
  await again.stop();
});

test('a date to come without publishDate keeps a post back too, as Hugo does', async () => {
  site.write({ 'content/posts/future.md': post('Future', 'Later.', { date: '2190-01-01' }) });
  assert.equal((await site.import()).status, 0);
  assert.equal((await site.get('/posts/future/')).status, 404);
});

test('an earlier publishDate lets a post with a date to come out', async () => {
  site.write({ 'content/posts/ahead.md': post('Ahead', 'Now.', { date: '2190-01-01', publishDate: '2020-01-01' }) });
  assert.equal((await site.import()).status, 0);
  await poll(async () => (await site.get('/posts/ahead/')).status === 200);
});

test('a draft is never shown, whatever its dates', async () => {
  assert.equal((await site.get('/posts/draft/')).status, 404);
  for (const path of ['/', '/tags/letters/', '/posts/']) assert.ok(!(await names(path)).includes('A draft'), path);
  assert.ok(!(await inFeed('/index.xml', 'A draft')));
  assert.ok(!(await site.get('/search/?q=Never')).text.includes('A draft'));
});

test('a post that becomes a draft is taken back', async () => {
  site.write({ 'content/posts/second.md': post('Second', 'Here.', { tags: '[Letters]' }) });
  await site.import();
  await poll(async () => (await site.get('/posts/second/')).status === 200);
  site.write({ 'content/posts/second.md': post('Second', 'Not here.', { tags: '[Letters]', draft: 'true' }) });
  await site.import();
  await poll(async () => [404, 410].includes((await site.get('/posts/second/')).status));
  assert.ok(!(await names('/')).includes('Second'));
});
