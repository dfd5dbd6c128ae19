// Feeds and what search engines ask for, read by a strict reader of XML.
import { test, before, describe } from 'node:test';
import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { blog, folder, post } from './lib/blog.mjs';
import { all, one, value, xml } from './lib/xml.mjs';

const settings = `
title: Feeds & <more>
description: "All \\"of\\" it"
copyright: © us
base_url: https://example.org/
author: {name: Ada}
feed_size: 3
`;

const body = `A [link](/posts/b/), [another](../b/?x=1&y=2 "t"), [a third](#here), [far](https://elsewhere.org/x), [mail](mailto:a@example.org).

![pic](pic.png)

<img src='/root.png' srcset="a.png 1x, /b.png 2x" alt="href=&quot;/no&quot;"><a href=plain>x</a><a name=x href = "y/z">x</a>

    <a href="/in-code/">

A control \u0001\u0002 character and ]]> and a bell \u0007 and \ufffe.
`;

let site;
before(async () => {
  const dir = folder({
    'platen.yaml': settings,
    'content/posts/a.md': post('A "title" & <b>', body, { date: '2023-05-09T10:00:00+02:00', tags: '[C++, "x & y"]' }),
    'content/posts/b.md': post('B', 'Second.\n\n<!--more-->\n\nThe rest.', { date: '2023-05-08', lastmod: '2023-06-01' }),
    'content/posts/c.md': post('C', 'Third.', { date: undefined, tags: '[C++]' }),
    'content/posts/d.md': post('D', 'Fourth.', { date: '2020-01-01' }),
    'content/notes/e.md': post('E', 'Fifth.', { date: '2024-01-01' }),
    'content/posts/hidden.md': post('Hidden', 'x', { draft: 'true' }),
    'content/about.md': '---\ntitle: About\n---\n\nWho.\n',
  });
  utimesSync(join(dir, 'content/posts/c.md'), new Date('2010-01-02T03:04:05Z'), new Date('2010-01-02T03:04:05Z'));
  site = await blog(dir);
});

const feed = async (path) => {
  const answer = await site.get(path);
  assert.equal(answer.status, 200, path);
  return { ...answer, root: xml(answer.text) };
};

describe('RSS', () => {
  test('of the site', async () => {
    const { headers, root } = await feed('/index.xml');
    assert.match(headers['content-type'], /^application\/rss\+xml/);
    const channel = one(root, 'channel');
    assert.equal(value(channel, 'title'), 'Feeds & <more>');
    assert.equal(value(channel, 'link'), 'https://example.org/');
    assert.equal(value(channel, 'description'), 'All "of" it');
    assert.equal(value(channel, 'copyright'), '© us');
    assert.equal(one(channel, 'atom:link').attributes.href, 'https://example.org/index.xml');
    assert.ok(!Number.isNaN(Date.parse(value(channel, 'lastBuildDate'))));
    const items = all(channel, 'item');
    assert.deepEqual(items.map((i) => value(i, 'title')), ['E', 'A "title" & <b>', 'B'], 'feed_size of them');
    assert.equal(value(items[1], 'link'), 'https://example.org/posts/a/');
    assert.equal(value(items[1], 'guid'), 'https://example.org/posts/a/');
    assert.equal(value(items[1], 'pubDate'), 'Tue, 09 May 2023 10:00:00 +0200');
    assert.deepEqual(all(items[1], 'category').map((c) => c.text), ['C++', 'x & y']);
    assert.equal(value(items[2], 'description'), 'Second. ...');
    assert.match(value(items[2], 'content:encoded'), /The rest\./, 'the whole text');
  });

  test('links are full, what only looks like one is left alone', async () => {
    const { root } = await feed('/posts/index.xml');
    const html = value(all(one(root, 'channel'), 'item')[0], 'content:encoded');
    for (const wanted of ['href="https://example.org/posts/b/"', 'href="https://example.org/posts/a/../b/?x=1&amp;y=2"', 'href="https://example.org/posts/a/#here"', 'href="https://elsewhere.org/x"', 'href="mailto:a@example.org"', 'src="https://example.org/posts/a/pic.png"', "src='https://example.org/root.png'", 'srcset="https://example.org/posts/a/a.png 1x, https://example.org/b.png 2x"', 'href=https://example.org/posts/a/plain', 'href = "https://example.org/posts/a/y/z"'])
      assert.ok(html.includes(wanted), `${wanted}\n${html}`);
    assert.ok(html.includes('alt="href=&quot;/no&quot;"'));
    assert.ok(html.includes('&lt;a href=&quot;/in-code/&quot;&gt;'));
    assert.ok(html.includes('a bell'), 'what stands beside a control character is there');
  });

  test('of a section, a tag, all tags', async () => {
    const section = one((await feed('/posts/index.xml')).root, 'channel');
    assert.equal(value(section, 'title'), 'Posts on Feeds & <more>');
    assert.equal(value(section, 'link'), 'https://example.org/posts/');
    assert.deepEqual(all(section, 'item').map((i) => value(i, 'title')), ['A "title" & <b>', 'B', 'D']);
    const tag = one((await feed('/tags/c++/index.xml')).root, 'channel');
    assert.equal(value(tag, 'title'), 'C++ on Feeds & <more>');
    const undated = all(tag, 'item').find((i) => value(i, 'title') === 'C'); // its file's time
    assert.equal(value(undated, 'pubDate'), 'Sat, 02 Jan 2010 03:04:05 +0000');
    const tags = one((await feed('/tags/index.xml')).root, 'channel');
    assert.equal(value(tags, 'title'), 'Tags on Feeds & <more>');
    assert.deepEqual(all(tags, 'item').map((i) => value(i, 'link')), ['https://example.org/tags/c++/', 'https://example.org/tags/x-y/']);
    assert.equal((await site.get('/tags/none/index.xml')).status, 404);
    assert.equal((await site.get('/posts/a/index.xml')).status, 404);
    one((await feed('/categories/index.xml')).root, 'channel');
  });
});

test('Atom', async () => {
  const { headers, root } = await feed('/atom.xml');
  assert.match(headers['content-type'], /^application\/atom\+xml/);
  assert.equal(value(root, 'id'), 'https://example.org/');
  assert.deepEqual(all(root, 'link').map((l) => [l.attributes.rel, l.attributes.href]), [[undefined, 'https://example.org/'], ['self', 'https://example.org/atom.xml']]);
  assert.equal(value(root, 'updated'), '2024-01-01T00:00:00Z');
  const entries = all(root, 'entry');
  assert.equal(entries.length, 3);
  for (const entry of entries) {
    for (const needed of ['id', 'title', 'updated']) assert.ok(value(entry, needed), needed);
    assert.equal(one(entry, 'content').attributes.type, 'html');
  }
  assert.equal(value(entries[1], 'published'), '2023-05-09T10:00:00+02:00');
  assert.equal(value(entries[2], 'updated'), '2023-06-01T00:00:00Z');
  assert.equal(value(one(entries[1], 'author'), 'name'), 'Ada');
});

test('JSON Feed', async () => {
  const answer = await site.get('/feed.json');
  assert.match(answer.headers['content-type'], /^application\/feed\+json/);
  const json = JSON.parse(answer.text);
  assert.equal(json.version, 'https://jsonfeed.org/version/1.1');
  assert.equal(json.title, 'Feeds & <more>');
  assert.equal(json.home_page_url, 'https://example.org/');
  assert.equal(json.feed_url, 'https://example.org/feed.json');
  assert.equal(json.items.length, 3);
  const [, item] = json.items;
  assert.equal(item.id, 'https://example.org/posts/a/');
  assert.equal(item.date_published, '2023-05-09T10:00:00+02:00');
  assert.deepEqual(item.tags, ['C++', 'x & y']);
  assert.deepEqual(item.authors, [{ name: 'Ada' }]);
  assert.match(item.content_html, /https:\/\/example\.org\/posts\/a\/pic\.png/);
});

test('/index.json only for a site that asks for it, as Hugo’s themes search in it', async () => {
  assert.equal((await site.get('/index.json')).status, 404);
  const other = await blog({ 'hugo.yaml': 'title: X\nbaseURL: https://example.org/\noutputs:\n  home: [HTML, RSS, JSON]\n', 'content/posts/a.md': post('A', 'Some *words*\nof it.\n\n- one\n- two\n'), 'content/posts/b.md': post('B') });
  const answer = await other.get('/index.json');
  assert.match(answer.headers['content-type'], /^application\/json/);
  const list = JSON.parse(answer.text);
  assert.deepEqual(list.map((e) => Object.keys(e).sort()), [['content', 'permalink', 'summary', 'title'], ['content', 'permalink', 'summary', 'title']]);
  const a = list.find((e) => e.title === 'A');
  assert.equal(a.permalink, 'https://example.org/posts/a/');
  assert.equal(a.content, 'Some words of it. one two');
});

describe('for search engines', () => {
  test('the sitemap: every live page once', async () => {
    const { headers, root } = await feed('/sitemap.xml');
    assert.match(headers['content-type'], /^application\/xml/);
    assert.equal(root.attributes.xmlns, 'http://www.sitemaps.org/schemas/sitemap/0.9');
    const found = all(root, 'url').map((u) => value(u, 'loc'));
    assert.equal(new Set(found).size, found.length, 'once');
    for (const path of ['/', '/posts/', '/notes/', '/posts/a/', '/posts/b/', '/posts/c/', '/posts/d/', '/notes/e/', '/about/', '/tags/', '/tags/c++/'])
      assert.ok(found.includes(`https://example.org${path}`), path);
    assert.ok(!found.some((l) => l.includes('hidden')));
    for (const url of found) assert.equal((await site.get(new URL(url).pathname)).status, 200, url);
    assert.equal(value(all(root, 'url').find((u) => value(u, 'loc').endsWith('/posts/b/')), 'lastmod'), '2023-06-01T00:00:00Z');
  });

  test('robots.txt', async () => {
    const answer = await site.get('/robots.txt');
    assert.match(answer.headers['content-type'], /^text\/plain/);
    assert.match(answer.text, /^User-agent: \*$/m);
    assert.match(answer.text, /^Sitemap: https:\/\/example\.org\/sitemap\.xml$/m);
  });

  test('a site has its own robots.txt', async () => {
    const other = await blog({ 'content/posts/a.md': post('A'), 'static/robots.txt': 'User-agent: *\nDisallow: /x/\n' });
    assert.equal((await other.get('/robots.txt')).text, 'User-agent: *\nDisallow: /x/\n');
  });
});
