// Pages as readers and their programs meet them: addresses, lists, links, headers.
import { test, before, describe } from 'node:test';
import assert from 'node:assert/strict';
import { blog, folder, platen, post, scratch, serve } from './lib/blog.mjs';
import { attribute, dom, elements, entries, find, fold, links, text } from './lib/hentry.mjs';
import { join } from 'node:path';

const settings = `
title: "Ink & <Paper>"
description: Words about "things"
base_url: https://example.org/
author: {name: Ada, url: /about/}
page_size: 5
main_sections: [posts]
date_format: January 2, 2006
time_zone: Europe/Vienna
edit_url: https://git.example.org/blog/edit/main/content
`;

const day = (n) => String(n).padStart(2, '0');
const files = {
  'platen.yaml': settings,
  'content/posts/_index.md': '---\ntitle: All the posts\ndescription: What is here\n---\n\nWords *above* the list.\n',
  'content/notes/one.md': post('A note', 'Small.', { tags: '[aside]', date: '2023-02-01' }),
  'content/notes/two.md': post('Another note', 'Smaller.', { date: '2023-02-02' }),
  'content/posts/first.md': post('First "quoted" & <b>bold</b>', 'One word.\n\n![p](pic.png)\n', { date: '2022-12-31T23:30:00-08:00', tags: '["C++", größe, "a/b"]', aliases: '[/old/first/, /older]', series: '[Beginnings]', categories: '[Craft]', lastmod: '2023-01-15' }),
  'content/posts/pic.png': Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 251)),
  'content/posts/drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  'content/posts/draft.md': post('Hidden', 'Not yet.', { draft: 'true' }),
  'content/posts/long.md': post('Long', '## One\n\ntext\n\n### Deeper\n\ntext\n\n## Two\n\ntext\n', { date: '2022-01-01', toc: 'true' }),
  'content/posts/short.md': post('Short', '## One\n\ntext\n\n## Two\n', { date: '2022-01-02' }),
  'content/posts/weird “name”.md': post('Weird', 'x', { date: '2021-06-01' }),
  'content/about.md': '---\ntitle: About\n---\n\nWho we are.\n',
  'content/archives.md': '---\ntitle: Everything\nlayout: archives\n---\n',
  'content/find.md': '---\ntitle: Find\nlayout: search\n---\n',
  'content/labels.md': '---\ntitle: Labels\nlayout: tags\n---\n',
};
for (let i = 1; i <= 12; i++) files[`content/posts/p${day(i)}.md`] = post(`Post ${i}`, `Sorts and quoins ${i}.`, { date: `2023-03-${day(i)}`, tags: '[many]' });

let site;
before(async () => {
  site = await blog(files);
});

const canonical = (html) => attribute(find(dom(html), (n) => n.tagName === 'link' && attribute(n, 'rel') === 'canonical'), 'href');
const heading = (html) => fold(text(find(dom(html), (n) => n.tagName === 'h1')));
const rel = (html, name) => attribute(find(dom(html), (n) => n.tagName === 'a' && attribute(n, 'rel') === name), 'href');
const names = (html) => entries(html).map((e) => e.name);

describe('lists', () => {
  test('home: main sections only, newest first, a page at a time', async () => {
    const first = await site.get('/');
    assert.deepEqual(names(first.text), ['Post 12', 'Post 11', 'Post 10', 'Post 9', 'Post 8']);
    assert.equal(rel(first.text, 'next'), '/page/2/');
    assert.equal(rel(first.text, 'prev'), undefined);
    assert.equal(canonical(first.text), 'https://example.org/');
    const last = await site.get('/page/4/');
    assert.deepEqual(names(last.text), ['Weird']);
    assert.equal(rel(last.text, 'prev'), '/page/3/');
    assert.equal(rel((await site.get('/page/2/')).text, 'prev'), '/', 'page 1 has one address');
    assert.equal(canonical(last.text), 'https://example.org/page/4/');
  });

  test('every post is on exactly one page', async () => {
    const seen = [];
    for (let n = 1; n <= 4; n++) seen.push(...entries((await site.get(n === 1 ? '/posts/' : `/posts/page/${n}/`)).text).map((e) => e.url));
    assert.equal(seen.length, 16);
    assert.equal(new Set(seen).size, 16);
  });

  test('a section has its own words, on its first page only', async () => {
    const first = (await site.get('/posts/')).text;
    assert.equal(heading(first), 'All the posts');
    assert.ok(first.includes('Words <em>above</em> the list.'));
    const second = (await site.get('/posts/page/2/')).text;
    assert.equal(heading(second), 'All the posts');
    assert.ok(!second.includes('above</em>'));
    assert.deepEqual(names((await site.get('/notes/')).text), ['Another note', 'A note']);
  });

  test('a tag with signs, one with letters of its own', async () => {
    const first = (await site.get('/posts/first/')).text;
    const tags = elements(dom(first), (n) => attribute(n, 'rel') === 'tag');
    assert.deepEqual(tags.map((n) => fold(text(n))), ['C++', 'größe', 'a/b']);
    for (const tag of tags) {
      const href = attribute(tag, 'href');
      assert.match(href, /^[\x21-\x7e]+$/, 'percent-encoded');
      const page = await site.get(href);
      assert.equal(page.status, 200, href);
      assert.equal(heading(page.text), fold(text(tag)));
      assert.equal(entries(page.text).length, 1);
      assert.ok(canonical(page.text).endsWith(href));
    }
  });

  test('all terms of a taxonomy, with counts', async () => {
    const page = (await site.get('/tags/')).text;
    const terms = elements(dom(page), (n) => attribute(n, 'href')?.startsWith('/tags/') && attribute(n, 'href') !== '/tags/' && n.tagName === 'a').map((n) => fold(text(n)));
    assert.deepEqual([...terms].sort(), ['C++ 1', 'a/b 1', 'aside 1', 'größe 1', 'many 12']);
    assert.equal((await site.get('/authors/')).status, 200, 'one that nobody used is there, empty');
  });

  for (const path of ['/page/0/', '/page/5/', '/page/02/', '/page/-1/', '/page/x/', '/page/99999999999999999999/', '/posts/page/5/', '/tags/many/page/4/', '/tags/none/', '/nothing/page/2/', '/posts/first/page/2/'])
    test(`no ${path}`, async () => assert.equal((await site.get(path)).status, 404));

  for (const [path, to] of Object.entries({ '/page/1/': '/', '/posts/page/1/': '/posts/', '/tags/many/page/1/': '/tags/many/', '/archives/page/1/': '/archives/' }))
    test(`${path} is ${to}`, async () => {
      const answer = await site.get(path);
      assert.equal(answer.status, 301);
      assert.equal(answer.headers.location, to);
    });

  test('an empty blog has a home page', async () => {
    const server = await serve(join(scratch(), 'empty.db'));
    for (const path of ['/', '/archive/', '/search/', '/search/?q=x', '/tags/', '/index.xml', '/atom.xml', '/feed.json', '/sitemap.xml', '/robots.txt'])
      assert.equal((await server.get(path)).status, 200, path);
    assert.equal((await server.get('/page/2/')).status, 404);
    await server.stop();
  });
});

describe('a post', () => {
  test('title, dates at the author’s own clock, author, terms', async () => {
    const html = (await site.get('/posts/first/')).text;
    const [entry] = entries(html);
    assert.equal(entry.name, 'First "quoted" & <b>bold</b>');
    assert.equal(entry.published, 'December 31, 2022');
    assert.equal(entry.datetime, '2022-12-31T23:30:00-08:00');
    assert.equal(entry.url, '/posts/first/');
    assert.equal(canonical(html), 'https://example.org/posts/first/');
    assert.deepEqual(entry.categories, ['Craft', 'C++', 'größe', 'a/b']);
    const updated = find(dom(html), (n) => attribute(n, 'class') === 'dt-updated');
    assert.equal(fold(text(updated)), 'January 15, 2023');
    const author = find(dom(html), (n) => attribute(n, 'class')?.includes('p-author'));
    assert.equal(fold(text(author)), 'Ada');
    assert.equal(attribute(author, 'href'), '/about/');
    assert.match(html, /<title>First &quot;quoted&quot; &amp; &lt;b&gt;bold&lt;\/b&gt; \| Ink &amp; &lt;Paper&gt;<\/title>/);
    assert.ok(links(html).includes('https://git.example.org/blog/edit/main/content') || html.includes('git.example.org'));
  });

  test('an updated date of the same day is not shown', async () => {
    assert.ok(!(await site.get('/posts/p01/')).text.includes('dt-updated'));
  });

  test('the way to the next ones', async () => {
    const html = (await site.get('/posts/p05/')).text;
    assert.equal(rel(html, 'prev'), '/posts/p06/');
    assert.equal(rel(html, 'next'), '/posts/p04/');
    assert.equal(rel((await site.get('/posts/p12/')).text, 'prev'), undefined);
    const note = (await site.get('/notes/one/')).text;
    assert.equal(rel(note, 'prev'), '/notes/two/', 'a post of another section stays in it');
    assert.equal(rel(note, 'next'), undefined);
  });

  test('a contents list where it is asked for', async () => {
    const html = (await site.get('/posts/long/')).text;
    const nav = find(dom(html), (n) => attribute(n, 'aria-label') === 'Contents');
    assert.deepEqual(elements(nav, (n) => n.tagName === 'a').map((n) => attribute(n, 'href')), ['#one', '#deeper', '#two']);
    const nested = elements(nav, (n) => n.tagName === 'ol');
    assert.equal(nested.length, 2);
    assert.deepEqual(elements(nested[1], (n) => n.tagName === 'a').map((n) => fold(text(n))), ['Deeper']);
    assert.ok(!(await site.get('/posts/short/')).text.includes('aria-label="Contents"'));
  });

  test('a page file', async () => {
    const html = (await site.get('/about/')).text;
    assert.equal(heading(html), 'About');
    assert.ok(html.includes('Who we are.'));
    assert.ok(!html.includes('dt-published'));
  });
});

describe('page files with a layout', () => {
  test('the archive: years and months, everything once', async () => {
    const html = (await site.get('/archives/')).text;
    assert.equal(heading(html), 'Everything');
    assert.equal(canonical(html), 'https://example.org/archives/');
    assert.deepEqual(elements(dom(html), (n) => n.tagName === 'h2').map((n) => fold(text(n))), ['2023', '2022', '2021']);
    assert.deepEqual(elements(dom(html), (n) => n.tagName === 'h3').map((n) => fold(text(n))), ['March', 'February', 'December', 'January', 'June']);
    assert.equal(entries(html).length, 18);
    assert.equal((await site.get('/archives/page/2/')).status, 404);
    assert.equal(entries((await site.get('/archive/')).text).length, 18, 'where it always is');
  });

  test('search and tags', async () => {
    const html = (await site.get('/find/?q=quoins+7')).text;
    assert.equal(heading(html), 'Find');
    assert.deepEqual(names(html), ['Post 7']);
    assert.ok((await site.get('/labels/')).text.includes('/tags/many/'));
  });
});

describe('search', () => {
  test('a form alone when nothing is asked', async () => {
    for (const q of ['', '?q=', '?q=+++', '?q=%20']) {
      const page = await site.get(`/search/${q}`);
      assert.equal(page.status, 200);
      assert.equal(entries(page.text).length, 0);
      assert.ok(find(dom(page.text), (n) => n.tagName === 'input' && attribute(n, 'name') === 'q'));
      assert.ok(!page.text.includes(' for &ldquo;'));
    }
  });

  test('what is found, in words of the reader', async () => {
    const page = await site.get('/search/?q=sorts');
    assert.equal(entries(page.text).length, 12);
    assert.match(page.text, /12 posts for/);
    assert.match(page.text, /name="robots" content="noindex"/);
    assert.equal(names((await site.get('/search/?q=Another')).text)[0], 'Another note');
  });

  for (const q of ['"', '%22%22', 'a%22b', '*', 'AND', 'OR', 'NOT', 'NEAR(a b)', 'title:x', '(', ')', '-', '%00', '%', '%zz', '%ff', "'; DROP TABLE post; --", '<script>alert(1)</script>', '%E6%BC%A2', '{{x}}', '^', 'x'.repeat(5000)])
    test(`q=${q.slice(0, 40)} is only text`, async () => {
      const page = await site.get(`/search/?q=${encodeURI(q).replaceAll('%25', '%')}`);
      assert.ok([200, 400].includes(page.status), String(page.status));
      assert.ok(!page.text.includes('<script>'));
    });

  test('a long question is cut at a character', async () => {
    const page = await site.get(`/search/?q=${encodeURIComponent('a' + 'ä'.repeat(300))}`);
    const shown = attribute(find(dom(page.text), (n) => attribute(n, 'name') === 'q'), 'value');
    assert.equal(shown, 'a' + 'ä'.repeat(99));
  });

  test('a page beyond the end is empty', async () => {
    for (const page of ['2', '101', '999999', 'x', '-1', ''])
      assert.equal((await site.get(`/search/?q=sorts&page=${page}`)).status, 200, page);
    assert.equal(entries((await site.get('/search/?q=sorts&page=2')).text).length, 0);
  });
});

describe('addresses', () => {
  test('a missing slash, an alias, index.html: permanent, with the query', async () => {
    for (const [from, to] of Object.entries({ '/posts/first': '/posts/first/', '/about': '/about/', '/posts': '/posts/', '/tags': '/tags/', '/tags/many': '/tags/many/', '/archive': '/archive/', '/search': '/search/', '/page/2': '/page/2/', '/posts/page/2': '/posts/page/2/', '/old/first/': '/posts/first/', '/old/first': '/posts/first/', '/older/': '/posts/first/', '/posts/first/index.html': '/posts/first/', '/index.html': '/' })) {
      let answer = await site.get(`${from}?a=b&c=%20d`);
      assert.equal(answer.status, 301, from);
      for (let i = 0; i < 2 && answer.status === 301 && answer.headers.location !== `${to}?a=b&c=%20d`; i++) answer = await site.get(answer.headers.location);
      assert.equal(answer.headers.location, `${to}?a=b&c=%20d`, from);
    }
  });

  test('names with quotes and blanks', async () => {
    const home = (await site.get('/page/4/')).text;
    const [{ url }] = entries(home);
    assert.match(url, /^[\x21-\x7e]+$/);
    assert.equal(heading((await site.get(url)).text), 'Weird');
  });

  test('the site’s own page for what is not there', async () => {
    for (const path of ['/nothing/', '/nothing', '/posts/draft/', '/posts/none.png', '/%F0%9F%90%98/', '/static/style.0000000000000000.css', '/static/', '/sitemap-9.xml', '/index.json']) {
      const answer = await site.get(path);
      assert.equal(answer.status, 404, path);
      assert.match(answer.headers['content-type'], /^text\/html/);
      assert.ok(answer.text.includes('Ink &amp; &lt;Paper&gt;'), path);
      assert.match(answer.text, /noindex/);
      assert.equal(answer.headers.etag, undefined);
    }
  });

  test('unknown parameters are ignored', async () => {
    assert.equal((await site.get('/?utm_source=x')).text, (await site.get('/')).text);
  });

  test('a removed post is gone, and says so', async () => {
    const other = await blog({ 'content/posts/a.md': post('A'), 'content/posts/b.md': post('B') });
    assert.equal((await other.get('/posts/b/')).status, 200);
    other.remove('content/posts/b.md');
    assert.equal((await other.import()).status, 0);
    const gone = await other.get('/posts/b/');
    assert.equal(gone.status, 410);
    assert.match(gone.headers['content-type'], /^text\/html/);
    assert.deepEqual(names((await other.get('/')).text), ['A'], 'without a restart');
  });

  test('settings that change are shown at once', async () => {
    const other = await blog({ 'platen.yaml': 'title: Before\n', 'content/posts/a.md': post('A') });
    assert.match((await other.get('/')).text, /<title>Before<\/title>/);
    other.write({ 'platen.yaml': 'title: After\n' });
    assert.equal((await other.import()).status, 0);
    assert.match((await other.get('/')).text, /<title>After<\/title>/);
  });
});

describe('below a path of the host', () => {
  let below;
  before(async () => {
    below = await serve(site.db, { args: ['--base-url', 'https://x.org/my%20blog/'] });
  });

  test('links carry it, pages answer with and without it', async () => {
    const page = await below.get('/my%20blog/posts/first/');
    assert.equal(page.status, 200);
    assert.equal(page.text, (await below.get('/posts/first/')).text);
    assert.equal(canonical(page.text), 'https://x.org/my%20blog/posts/first/');
    for (const link of links(page.text).filter((l) => l.startsWith('/'))) {
      assert.ok(link.startsWith('/my%20blog/'), link);
      assert.ok([200, 301].includes((await below.get(link)).status), link);
    }
  });

  test('redirects and feeds too', async () => {
    assert.equal((await below.get('/my%20blog')).headers.location, '/my%20blog/');
    assert.equal((await below.get('/my%20blog/posts/first')).headers.location, '/my%20blog/posts/first/');
    assert.ok((await below.get('/index.xml')).text.includes('<link>https://x.org/my%20blog/posts/p12/</link>'));
    assert.ok((await below.get('/robots.txt')).text.includes('Sitemap: https://x.org/my%20blog/sitemap.xml'));
    assert.equal((await below.get('/my%20blogger/')).status, 404);
  });
});

describe('headers', () => {
  test('policy on pages', async () => {
    for (const path of ['/', '/posts/first/', '/nothing/', '/tags/', '/search/?q=x']) {
      const { headers } = await site.get(path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['referrer-policy'], 'strict-origin-when-cross-origin');
      assert.match(headers['content-security-policy'], /^default-src 'none';.* style-src 'self';/);
      assert.ok(!headers['content-security-policy'].includes('unsafe-inline'));
      assert.equal(headers['cache-control'], 'public, max-age=0, must-revalidate');
    }
  });

  test('pages and feeds are asked for anew, and answered in short', async () => {
    for (const path of ['/', '/posts/first/', '/index.xml', '/feed.json', '/sitemap.xml', '/robots.txt', '/tags/']) {
      const first = await site.get(path);
      assert.match(first.headers.etag, /^"[0-9a-f]{32}"$/, path);
      const again = await site.get(path, { headers: { 'If-None-Match': `"x", ${first.headers.etag}` } });
      assert.equal(again.status, 304, path);
      assert.equal(again.text, '');
      assert.equal((await site.get(path, { headers: { 'If-None-Match': '"x"' } })).status, 200);
      assert.equal((await site.get(path)).headers.etag, first.headers.etag, 'the same bytes each time');
    }
  });

  test('HEAD is GET without its body', async () => {
    for (const path of ['/', '/posts/pic.png', '/nothing/', '/index.xml']) {
      const head = await site.get(path, { method: 'HEAD' });
      const get = await site.get(path);
      assert.equal(head.status, get.status);
      assert.equal(head.text, '');
      assert.equal(head.headers['content-type'], get.headers['content-type']);
      assert.equal(head.headers.etag, get.headers.etag);
    }
  });

  test('other methods are refused by name', async () => {
    for (const [path, method] of [['/', 'POST'], ['/posts/first/', 'DELETE'], ['/healthz', 'PUT'], ['/nothing/', 'PATCH']]) {
      const answer = await site.get(path, { method });
      assert.equal(answer.status, 405, path);
      assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
    }
    const options = await site.get('/', { method: 'OPTIONS' });
    assert.equal(options.status, 204);
    assert.equal(options.headers.allow, 'GET, HEAD, OPTIONS');
  });
});

describe('files of the site', () => {
  test('whole, in part, not again', async () => {
    const whole = await site.get('/posts/pic.png');
    assert.equal(whole.status, 200);
    assert.equal(whole.headers['content-type'], 'image/png');
    assert.deepEqual(whole.body, files['content/posts/pic.png']);
    assert.equal(whole.headers['accept-ranges'], 'bytes');
    const part = await site.get('/posts/pic.png', { headers: { Range: 'bytes=100-199' } });
    assert.equal(part.status, 206);
    assert.equal(part.headers['content-range'], 'bytes 100-199/1000');
    assert.deepEqual(part.body, files['content/posts/pic.png'].subarray(100, 200));
    const beyond = await site.get('/posts/pic.png', { headers: { Range: 'bytes=1000-1001' } });
    assert.equal(beyond.status, 416);
    assert.equal(beyond.headers['content-range'], 'bytes */1000');
    assert.equal((await site.get('/posts/pic.png', { headers: { 'If-None-Match': whole.headers.etag } })).status, 304);
  });

  test('a drawing cannot run its script', async () => {
    const svg = await site.get('/posts/drawing.svg');
    assert.equal(svg.headers['content-type'], 'image/svg+xml');
    assert.match(svg.headers['content-security-policy'], /default-src 'none'.*sandbox/);
    assert.equal(svg.headers['x-content-type-options'], 'nosniff');
  });

  test('one of 1 MB and an empty one come whole', async () => {
    const big = Buffer.alloc(1_100_000, 'quoin ');
    const other = await blog({ 'content/posts/a.md': post('A'), 'static/big.bin': big, 'static/none.txt': '' });
    assert.deepEqual((await other.get('/big.bin')).body, big);
    const across = await other.get('/big.bin', { headers: { Range: 'bytes=262000-524999' } });
    assert.deepEqual(across.body, big.subarray(262000, 525000));
    assert.equal((await other.get('/none.txt')).body.length, 0);
  });
});

test('a post’s words about a template are words', async () => {
  const r = await platen(['import', '--db', join(scratch(), 'x.db'), folder({ 'content/posts/a.md': post('{{title}}', '{{{html}}} {{>card}}') })]);
  assert.equal(r.status, 0);
});
