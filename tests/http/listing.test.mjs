// The page that Platen was made to serve: page 2 of a tag's listing, word for word.
import { test, before } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blog, FIXTURES } from './lib/blog.mjs';
import { entries, fold, links } from './lib/hentry.mjs';

const dir = join(FIXTURES, 'listing');
let site;

before(async () => {
  site = await blog(dir);
});

/** Blocks of the text, three an entry: title, summary, date. */
function expected() {
  const blocks = readFileSync(join(dir, 'expected.txt'), 'utf8').split(/\n\s*\n/).map(fold);
  const out = [];
  for (let i = 0; i < blocks.length; i += 3)
    out.push({ name: blocks[i], summary: blocks[i + 1], published: blocks[i + 2] });
  return out;
}

test('the text has twenty entries', () => assert.equal(expected().length, 20));

test('page 2 of the tag reads as the page we were shown', async () => {
  const page = await site.get('/tags/python/page/2/');
  assert.equal(page.status, 200);
  const got = entries(page.text).map(({ name, summary, published }) => ({ name, summary, published }));
  const want = expected();
  for (let i = 0; i < want.length; i++) assert.deepEqual(got[i], want[i], `entry ${i + 1}: ${want[i].name}`);
  assert.equal(got.length, want.length);
});

test('page 1 has the twenty newer ones, page 3 the older ones', async () => {
  const first = entries((await site.get('/tags/python/')).text);
  assert.equal(first.length, 20);
  assert.equal(first[0].name, 'Making an enum speak');
  assert.equal(first[19].name, 'Counting words without lying');
  const last = entries((await site.get('/tags/python/page/3/')).text);
  assert.deepEqual(last.map((e) => e.name), ['Closing a file twice', 'What a generator remembers', 'A context manager in nine lines']);
});

test('there is no page 4, no page 0, and page 1 is the list itself', async () => {
  assert.equal((await site.get('/tags/python/page/4/')).status, 404);
  assert.equal((await site.get('/tags/python/page/0/')).status, 404);
  const one = await site.get('/tags/python/page/1/');
  assert.ok([301, 308].includes(one.status), `status ${one.status}`);
  assert.equal(new URL(one.headers.location, site.server.base).pathname, '/tags/python/');
});

test('the pages lead to each other and to their posts', async () => {
  const page = await site.get('/tags/python/page/2/');
  const paths = links(page.text).map((l) => new URL(l, `${site.server.base}/tags/python/page/2/`).pathname);
  assert.ok(paths.includes('/tags/python/'), 'newer');
  assert.ok(paths.includes('/tags/python/page/3/'), 'older');
  for (const e of entries(page.text)) {
    const path = new URL(e.url, `${site.server.base}/`).pathname;
    const post = await site.get(path);
    assert.equal(post.status, 200, path);
    assert.equal(entries(post.text)[0].name, e.name);
  }
});

test('dates carry a machine-readable time of the same day', async () => {
  for (const e of entries((await site.get('/tags/python/page/2/')).text)) {
    assert.match(e.datetime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/);
    const [year, month, day] = e.datetime.slice(0, 10).split('-').map(Number);
    const name = new Date(Date.UTC(year, month - 1, day)).toLocaleString('en-US', { month: 'long', timeZone: 'UTC' });
    assert.equal(e.published, `${name} ${day}, ${year}`);
  }
});

test('drafts, posts to come and posts of other tags are not among them', async () => {
  for (const n of ['', 'page/2/', 'page/3/']) {
    const names = entries((await site.get(`/tags/python/${n}`)).text).map((e) => e.name);
    for (const other of ['Not yet', 'Not for a while', 'Errors that say where they come from'])
      assert.ok(!names.includes(other), other);
  }
});
