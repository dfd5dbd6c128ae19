// What search engines are told: one address a page, which of them to keep, which to leave.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { blog, post } from './lib/blog.mjs';
import { all, value, xml } from './lib/xml.mjs';

const BASE = 'https://example.org/sub/';
const files = {
  'hugo.yaml': `title: Engines\nbaseURL: ${BASE}\npagination: {pagerSize: 2}\n`,
  'content/posts/a.md': post('A', 'Words of a.', { date: '2024-01-01', lastmod: '2024-02-02', aliases: '[/old/a/]', tags: '[t]' }),
  'content/posts/b.md': post('B', 'Words of b.', { date: '2024-01-02' }),
  'content/posts/c.md': post('C', 'Words of c.', { date: '2024-01-03' }),
  'content/posts/secret.md': post('Quiet', 'Not for engines.', { robotsNoIndex: 'true' }),
  'content/posts/elsewhere.md': post('Elsewhere', 'Was there first.', { canonicalURL: 'https://first.example/it?a=1&b=2' }),
  'content/posts/script.md': post('Script', 'A joke.', { canonicalURL: '"javascript:alert(1)"' }),
  'content/posts/unlisted.md': post('Unlisted', 'In no map.', { sitemap: '{disable: true}' }),
  'content/posts/own.md': post('Own', 'Says its own address.', { canonicalURL: `${BASE}posts/own/` }),
  'content/about.md': '---\ntitle: About\n---\n\nWho.\n',
  'content/imprint.md': '---\ntitle: Imprint\nrobotsNoIndex: true\n---\n\nWho.\n',
};

const canonical = (text) => [...text.matchAll(/<link rel="canonical" href="([^"]*)">/g)].map((m) => m[1].replaceAll('&amp;', '&'));
const noindex = (text) => /<meta name="robots" content="[^"]*noindex/.test(text);
let site;
before(async () => { site = await blog(files); });

describe('each page', () => {
  test('has one address, its own, where it stands', async () => {
    for (const path of ['', 'page/2/', 'posts/', 'posts/page/2/', 'posts/a/', 'tags/', 'tags/t/', 'about/', 'archive/', 'search/']) {
      const answer = await site.get(`/sub/${path}`);
      assert.equal(answer.status, 200, path);
      assert.deepEqual(canonical(answer.text), [BASE + path], path);
      assert.ok(!noindex(answer.text), path);
      assert.deepEqual(canonical((await site.get(`/sub/${path}?utm_source=x`)).text), [BASE + path], 'whatever stands behind it');
    }
    const search = await site.get('/sub/search/?q=words');
    assert.ok(noindex(search.text), 'results are no page to keep');
  });

  test('other addresses lead to it, what is not there has none', async () => {
    for (const [path, to] of [['old/a/', 'posts/a/'], ['posts/a', 'posts/a/'], ['posts/a/index.html', 'posts/a/'], ['page/1/', '']]) {
      const answer = await site.get(`/sub/${path}`);
      assert.equal(answer.status, 301, path);
      assert.equal(answer.headers.location, `/sub/${to}`);
    }
    for (const path of ['nothing/', '404.html']) {
      const { text } = await site.get(`/sub/${path}`);
      assert.ok(noindex(text), path);
      assert.deepEqual(canonical(text), []);
    }
  });

  test('is kept from engines where its author says so', async () => {
    assert.ok(noindex((await site.get('/sub/posts/secret/')).text));
    assert.ok(noindex((await site.get('/sub/imprint/')).text));
    const { text } = await site.get('/sub/posts/elsewhere/');
    assert.deepEqual(canonical(text), ['https://first.example/it?a=1&b=2']);
    assert.match(text, new RegExp(`og:url" content="${BASE}posts/elsewhere/"`));
    assert.deepEqual(canonical((await site.get('/sub/posts/script/')).text), [`${BASE}posts/script/`]);
  });
});

test('the sitemap has what engines may keep, with its last change', async () => {
  const urls = all(xml((await site.get('/sub/sitemap.xml')).text), 'url');
  const map = new Map(urls.map((u) => [value(u, 'loc').replace(BASE, ''), all(u, 'lastmod')[0]?.text ?? null]));
  assert.equal(map.size, urls.length, 'once');
  for (const path of ['', 'posts/', 'posts/a/', 'posts/b/', 'posts/script/', 'posts/own/', 'tags/', 'tags/t/', 'about/']) assert.ok(map.has(path), path);
  for (const path of ['posts/secret/', 'posts/elsewhere/', 'posts/unlisted/', 'imprint/', 'old/a/', 'search/']) assert.ok(!map.has(path), path);
  assert.equal(map.get('posts/a/'), '2024-02-02T00:00:00Z');
  assert.equal(map.get('posts/b/'), '2024-01-02T00:00:00Z');
  assert.equal(map.get('tags/t/'), '2024-02-02T00:00:00Z', 'a list changes with its posts');
  assert.equal(map.get('tags/'), '2024-02-02T00:00:00Z', 'and so does the list of them');
  for (const path of map.keys()) {
    const answer = await site.get(`/sub/${path}`);
    assert.equal(answer.status, 200, path);
    assert.ok(!noindex(answer.text), path);
  }
  // a page that becomes one to keep is there at once
  site.write({ 'content/posts/secret.md': post('Quiet', 'For all.') });
  assert.equal((await site.import()).status, 0);
  assert.match((await site.get('/sub/sitemap.xml')).text, /posts\/secret\//);
  assert.ok(!noindex((await site.get('/sub/posts/secret/')).text));
});
