// Posts that belong together: those that share rare terms, and the parts of a series; kept pages follow them.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { blog, serve, platen, post, poll, folder } from './lib/blog.mjs';

const day = (n) => `2024-${String(1 + Math.floor(n / 28)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`;
const part = (html, name) => html.match(new RegExp(`<section class="${name}">.*?</section>`, 's'))?.[0] ?? '';
const titles = (html) => [...part(html, 'related').matchAll(/<a href="[^"]*">([^<]*)<\/a>/g)].map((m) => m[1]);
const ordered = (html) => [...part(html, 'series').matchAll(/<li>.*?>([^<]+)<\/(?:a|span)>/g)].map((m) => m[1]);

describe('related posts and series', () => {
  const COMMON = 203; // posts with a tag that says nothing of them
  const SITE = 'title: A blog\ntaxonomies:\n  tag: tags\n  series: series\n';
  const files = { 'hugo.yaml': SITE };
  for (let i = 0; i < COMMON; i++) files[`content/posts/c${i}.md`] = post(`Common ${i}`, 'Words.', { date: day(i), tags: '[common]' });
  const one = (name, tags, n, more = {}) => (files[`content/${name}.md`] = post(name.split('/').pop(), 'Words.', { date: day(n), tags, ...more }));
  one('posts/a', '[rare, usual, common]', 1);
  one('posts/b', '[rare]', 2);
  one('posts/c', '[usual]', 3);
  one('posts/d', '[usual]', 4);
  one('notes/e', '[usual]', 5);
  one('posts/f', '[usual, rare]', 1);
  one('posts/alone', '[common]', 1);
  one('posts/off', '[rare]', 1, { related: 'false' });
  for (let i = 1; i <= 4; i++) one(`posts/s${i}`, '[]', 10 + i, { series: '["Long Story"]' });
  let site, plain, n = 0;
  before(async () => {
    site = await blog(files);
    plain = await serve(site.db, { args: ['--cache-size', '0', '--base-url', site.server.base] });
  });
  after(() => Promise.all([site.server.stop(), plain.stop()]));

  const strip = (text) => text.replaceAll(/127\.0\.0\.1:\d+/g, 'H');
  const same = (a, b) => strip(a.text) === strip(b.text);
  /** Puts files in place; the kept pages become what a server without a cache says. */
  async function publish(more) {
    Object.assign(files, more);
    const r = await platen(['import', '--db', site.db, folder(Object.fromEntries(Object.entries(files).filter(([, text]) => text !== null)))]);
    assert.equal(r.status, 0, r.stderr);
    await poll(async () => same(await site.get('/'), await plain.get('/')), { what: `publication ${++n} shown` });
    for (const path of ['a', 'b', 'c', 'd', 'f', 'alone', 'off', 's1', 's2', 's3', 's4', 'c0'].map((p) => `/posts/${p}/`)) {
      const [kept, made] = [await site.get(path), await plain.get(path)];
      assert.equal(strip(kept.text), strip(made.text), `publication ${n}: ${path}`);
    }
  }

  test('more and rarer terms first, then the newest; four at most', async () => {
    assert.deepEqual(titles((await site.get('/posts/a/')).text), ['f', 'b', 'off', 'e']);
    assert.deepEqual(titles((await site.get('/posts/d/')).text), ['e', 'c', 'a', 'f']);
  });

  test('a term that many posts have relates nothing; a post may say no', async () => {
    for (const name of ['alone', 'off', 'c5']) assert.deepEqual(titles((await site.get(`/posts/${name}/`)).text), [], name);
  });

  test('parts of a series, oldest first', async () => {
    const { text } = await site.get('/posts/s2/');
    assert.match(part(text, 'series'), /Part 2 of 4 of the series <a href="\/series\/long-story\/">Long Story<\/a>/);
    assert.deepEqual(ordered(text), ['s1', 's2', 's3', 's4']);
    assert.match(text, /Previous part: s1/);
    assert.match(text, /Next part: s3/);
    assert.match(text, /aria-current="page">s2</);
  });

  test('kept pages follow titles, terms, order, what comes and goes, and a common tag that becomes rare', async () => {
    await publish({});
    await publish({ 'content/posts/f.md': post('f renamed', 'Words.', { date: day(1), tags: '[usual, rare]' }) });
    assert.equal(titles((await site.get('/posts/a/')).text)[0], 'f renamed');
    await publish({ 'content/posts/f.md': null });
    assert.ok(!titles((await site.get('/posts/a/')).text).includes('f renamed'));
    await publish({ 'content/posts/s4.md': post('s4', 'Words.', { date: day(14), series: '["Long Story"]', series_order: 1 }) });
    assert.deepEqual(ordered((await site.get('/posts/s2/')).text), ['s4', 's1', 's2', 's3']);
    await publish({ 'content/posts/s1.md': null });
    assert.match((await site.get('/posts/s2/')).text, /Part 2 of 3/);
    assert.deepEqual(titles((await site.get('/posts/alone/')).text), []);
    await publish(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`content/posts/c${190 + i}.md`, null])));
    assert.equal(titles((await site.get('/posts/alone/')).text).length, 4, 'the tag is rare by now');
    await publish(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`content/posts/c${190 + i}.md`, post(`Common ${190 + i}`, 'Words.', { date: day(190 + i), tags: '[common]' })])));
    assert.deepEqual(titles((await site.get('/posts/alone/')).text), [], 'and common again');
  });

  test('the site may say no', async () => {
    await publish({ 'hugo.yaml': `${SITE}params:\n  related: false\n` });
    assert.deepEqual(titles((await site.get('/posts/a/')).text), []);
    assert.deepEqual(ordered((await site.get('/posts/s2/')).text).length, 3, 'series stay');
  });
});
