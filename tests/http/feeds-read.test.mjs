// Every feed, sitemap and description there is, read as others read it: by a feed reader's library (feedsmith), by
// schemas (ours for feeds, the protocol's own for sitemaps), over the sample and, where they are at hand, real blogs.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { parseFeed } from 'feedsmith';
import { blog, execute, folder, post, SAMPLE, scratch } from './lib/blog.mjs';
import { all, value, xml } from './lib/xml.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const schema = (name) => join(here, 'schemas', name);
const SITEMAP = join(here, '../node_modules/sitemap/schema/sitemap.xsd');
const CORPUS = resolve(here, '../../..', 'shared', 'corpus');
const hasXmllint = (await execute('sh', ['-c', 'command -v xmllint'])).status === 0;
const ajv = new Ajv2020({ allErrors: true, strict: false });
formats(ajv);
const jsonFeed = ajv.compile(JSON.parse(readFileSync(schema('jsonfeed.json'), 'utf8')));

/** Fails unless each of the documents {name: text} fits the schema: RELAX NG, or XML Schema for *.xsd. */
async function fits(file, documents) {
  if (!hasXmllint) return;
  const dir = scratch();
  const names = Object.keys(documents);
  const paths = names.map((name, i) => join(dir, `${i}.xml`));
  names.forEach((name, i) => writeFileSync(paths[i], documents[name]));
  const ran = await execute('xmllint', ['--nonet', '--noout', '--huge', file.endsWith('.xsd') ? '--schema' : '--relaxng', file, ...paths]);
  const said = ran.stderr.split('\n').filter((l) => !/ validates$/.test(l)).join('\n').replace(/\/\S*\/(\d+)\.xml/g, (_, i) => names[i]);
  assert.equal(ran.status, 0, said.slice(0, 4000));
}

/** The pages of lists: those with a feed below them. */
async function places(site) {
  const home = await site.get('/sitemap.xml');
  const paths = all(xml(home.text), 'url').map((u) => decodeURI(new URL(value(u, 'loc')).pathname));
  const found = [];
  for (const path of paths) {
    const answer = await site.get(encodeURI(`${path}index.xml`));
    if (answer.status === 200) found.push(encodeURI(path));
  }
  return found;
}

/** Reads the three feeds of every list of the site. */
async function readAll(site, least = 2) {
  const lists = await places(site);
  const rss = {};
  const atom = {};
  for (const path of lists) {
    const texts = {};
    for (const file of ['index.xml', 'atom.xml', 'feed.json']) {
      const answer = await site.get(path + file);
      assert.equal(answer.status, 200, path + file);
      texts[file] = answer.text;
    }
    rss[path] = texts['index.xml'];
    atom[path] = texts['atom.xml'];
    assert.ok(jsonFeed(JSON.parse(texts['feed.json'])), `${path}: ${JSON.stringify(jsonFeed.errors?.slice(0, 3))}`);
    const read = Object.values(texts).map((text) => parseFeed(text));
    assert.deepEqual(read.map((r) => r.format), ['rss', 'atom', 'json'], path);
    const [r, a, j] = read.map((f) => f.feed);
    const items = [r.items ?? [], a.entries ?? [], j.items ?? []];
    assert.equal(new Set(items.map((i) => i.length)).size, 1, `${path}: as many in each`);
    assert.equal(r.title, j.title);
    assert.equal((a.title.value ?? a.title), j.title);
    for (const i of items[0].keys()) {
      const [x, y, z] = items.map((l) => l[i]);
      assert.equal(x.link, z.url, path);
      assert.equal(x.guid.value, z.id);
      assert.equal(y.id, z.id);
      const [html, text] = [x.content?.encoded ?? '', y.content?.value ?? y.content ?? ''];
      assert.equal(html.trim(), (z.content_html ?? '').trim(), `${z.url}: RSS and JSON have the same text`);
      assert.equal(text.trim(), html.trim(), `${z.url}: so has Atom`);
      for (const [, url] of html.matchAll(/<(?:a|img|source|video)\s[^>]*?(?:href|src|poster)="([^"]*)"/g)) assert.match(url, /^(?:[a-z][a-z0-9+.-]*:|\/\/)|^$/i, `${z.url}: a full URL`);
      if (z.date_published) assert.equal(Date.parse(x.pubDate), Date.parse(z.date_published));
    }
    for (const list of items) assert.equal(new Set(list.map((e) => e.id ?? e.guid?.value ?? e.link)).size, list.length, `${path}: ids are of one post each`);
  }
  assert.ok(lists.length >= least);
  await fits(schema('rss.rng'), rss);
  await fits(schema('atom.rng'), atom);
  return lists;
}

async function readMaps(site) {
  const map = await site.get('/sitemap.xml');
  await fits(SITEMAP, { 'sitemap.xml': map.text });
  await fits(schema('opensearch.rng'), { 'opensearch.xml': (await site.get('/opensearch.xml')).text });
  const robots = (await site.get('/robots.txt')).text;
  for (const line of robots.split('\n')) assert.match(line, /^(?:|(?:User-agent|Disallow|Allow|Sitemap):.*)$/);
}

describe('the sample', () => {
  let site;
  before(async () => { site = await blog(SAMPLE); });

  test('every list has its three feeds, all of them sound', async () => {
    const lists = await readAll(site);
    for (const path of ['/', '/posts/', '/tags/', '/tags/workshop/']) assert.ok(lists.includes(path), path);
  });

  test('each list page leads to its own feeds and to the site’s', async () => {
    for (const path of ['/', '/posts/', '/tags/', '/tags/workshop/', '/page/2/']) {
      const { text } = await site.get(path);
      const links = [...text.matchAll(/<link rel="alternate" type="application\/(rss|atom|feed)\+(?:xml|json)"[^>]*href="([^"]+)"/g)].map((m) => m[2]);
      const own = path.replace(/page\/2\/$/, '');
      for (const file of ['index.xml', 'atom.xml', 'feed.json']) assert.ok(links.includes(own + file) && links.includes(`/${file}`), `${path} ${file}: ${links}`);
      for (const link of links) assert.equal((await site.get(link)).status, 200, link);
    }
  });

  test('sitemap, description of the search, robots.txt', () => readMaps(site));

  test('what did not change is not sent again', async () => {
    for (const path of ['/index.xml', '/posts/atom.xml', '/tags/workshop/feed.json', '/tags/feed.json']) {
      const first = await site.get(path);
      assert.equal(first.headers['cache-control'], 'public, max-age=0, must-revalidate');
      assert.equal((await site.get(path, { headers: { 'If-None-Match': first.headers.etag } })).status, 304, path);
      assert.equal((await site.get(path, { headers: { 'If-Modified-Since': first.headers['last-modified'] } })).status, 304, path);
      assert.equal((await site.get(path, { headers: { 'If-None-Match': '"else"' } })).status, 200);
      assert.equal((await site.get(path, { method: 'HEAD' })).headers['content-length'], String(first.body.length));
    }
  });
});

describe('a site of many kinds of lists', () => {
  const files = {
    'hugo.yaml': 'title: Kinds\nbaseURL: https://example.org/blog/\nlanguageCode: en-GB\ntaxonomies:\n  tag: tags\n  category: categories\n  series: series\n  author: authors\nparams:\n  author: Ada & Co\n',
    'content/posts/a.md': post('A <1> & "2"', 'See [b](/posts/b/) and ![x](x.png).', { tags: '[C++, "x & y"]', categories: '[Été]', series: '["On & on"]', authors: '[Bob, "Eve <eve>"]' }),
    'content/posts/deep/b.md': post('B', 'Words.', { date: '2020-01-01', lastmod: '2024-02-03', tags: '[C++]', categories: '[C++]' }),
    'content/posts/c.md': post('', 'No title.', { date: undefined }),
    'content/notes/日本.md': post('日本', '東京', { tags: '[日本]', authors: '[Bob]' }),
  };
  let site;
  before(async () => { site = await blog(files); });

  test('sections, tags, categories, series and authors have feeds', async () => {
    const at = async (path) => JSON.parse((await site.get(path)).text);
    for (const [path, title, posts] of [['/categories/été/', 'Été on Kinds', 1], ['/series/on-on/', 'On & on on Kinds', 1], ['/authors/bob/', 'Bob on Kinds', 2], ['/posts/', 'Posts on Kinds', 3], ['/tags/日本/', '日本 on Kinds', 1]]) {
      const feed = await at(encodeURI(`${path}feed.json`));
      assert.equal(feed.title, title);
      assert.equal(feed.items.length, posts, path);
      assert.equal(feed.home_page_url, `https://example.org/blog${encodeURI(path)}`);
    }
    const [item] = (await at('/series/on-on/feed.json')).items;
    assert.deepEqual(item.tags, ['C++', 'x & y', 'Été', 'On & on'], 'tags, categories, series');
    assert.deepEqual(item.authors, [{ name: 'Bob', url: 'https://example.org/blog/authors/bob/' }, { name: 'Eve <eve>', url: 'https://example.org/blog/authors/eve-eve/' }]);
    assert.match(item.content_html, /href="https:\/\/example\.org\/posts\/b\/"/, 'a path of the host, as a browser reads it');
    assert.match(item.content_html, /src="https:\/\/example\.org\/blog\/posts\/a\/x\.png"/);
    const { feed } = parseFeed((await site.get('/authors/bob/atom.xml')).text);
    assert.ok(feed.entries.some((e) => e.authors.some((a) => a.uri === 'https://example.org/blog/authors/bob/')));
    const changed = parseFeed((await site.get('/tags/c++/atom.xml')).text).feed.entries.find((e) => e.title === 'B' || e.title.value === 'B');
    assert.equal(changed.updated, '2024-02-03T00:00:00Z');
    assert.deepEqual(changed.categories.map((c) => c.term), ['C++'], 'once');
    await readAll(site, 12);
    await readMaps(site);
  });

  test('a change is in the feeds of its lists, and only those are made again', async () => {
    const paths = ['/index.xml', '/posts/atom.xml', '/notes/feed.json', '/tags/feed.json', '/authors/bob/index.xml', encodeURI('/categories/été/feed.json')];
    const tags = async () => Object.fromEntries(await Promise.all(paths.map(async (p) => [p, (await site.get(p)).headers.etag])));
    const before = await tags();
    site.write({ 'content/notes/日本.md': post('日本', '京都', { tags: '[日本]', authors: '[Bob]' }) });
    assert.equal((await site.import()).status, 0);
    const after = await tags();
    for (const [path, same] of [['/posts/atom.xml', true], [paths[5], true], ['/notes/feed.json', false], ['/authors/bob/index.xml', false]]) assert.equal(before[path] === after[path], same, path);
    assert.match((await site.get('/notes/feed.json')).text, /京都/);
  });
});

test('a feed has an end in bytes, too', async () => {
  const large = (n) => `${'<b>"&amp;"</b> word '.repeat(n)}\n`;
  const files = { 'platen.yaml': 'title: Large\nbase_url: https://example.org/\nfeed_size: 100\n', 'content/posts/huge.md': post('Huge', `\`\`\`\n${'<'.repeat(3_900_000)}\n\`\`\``, { date: '2024-12-31', summary: 'Too large for a feed.' }) };
  for (let i = 10; i < 40; i++) files[`content/posts/p${i}.md`] = post(`P${i}`, large(12_000), { date: `2024-01-${i < 32 ? i : 31}` });
  const site = await blog(files, { args: ['--render-timeout', '60000'] });
  for (const file of ['index.xml', 'atom.xml', 'feed.json']) {
    const answer = await site.get(`/${file}`);
    assert.equal(answer.status, 200, file);
    assert.ok(answer.body.length < 12 << 20, `${file}: ${answer.body.length} bytes`);
    const { feed } = parseFeed(answer.text);
    const items = feed.items ?? feed.entries;
    assert.ok(items.length > 3 && items.length < 31, `${file}: ${items.length} posts`);
    assert.ok(!(items[0].content_html ?? items[0].content?.encoded ?? items[0].content), 'the huge one has no text');
    assert.match(JSON.stringify(items[0]), /Too large for a feed|&lt;|</);
  }
});

describe('real blogs', { skip: existsSync(CORPUS) ? false : 'they are not at hand' }, () => {
  for (const name of ['rust-blog', 'jekyll-news']) {
    test(name, async () => {
      const site = await blog(join(CORPUS, name), { serveArgs: ['--base-url', 'https://example.org/'] });
      await readAll(site);
      await readMaps(site);
    });
  }
});

test('more than fifty thousand posts are in an index of parts, each of them sound', async () => {
  const dir = folder({ 'platen.yaml': 'title: Many\nbase_url: https://example.org/\n', 'content/posts/a.md': post('A', 'x', { tags: '[t]' }), 'content/posts/b.md': post('B'), 'content/about.md': '---\ntitle: About\n---\nx\n' });
  const site = await blog(dir);
  // as many as count: rows of the store, since nobody has time to write them
  const sql = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50100)
    INSERT INTO post SELECT NULL AS id, kind, staged, replaces, refused, leaving, live, ever_live, hidden, live_from, live_until, 'content/posts/n' || i || '.md', oid, stamp, etag, '/posts/n' || i || '/', 'n' || i, section, title, summary, truncated, description, published, has_date, published_offset, updated, updated_offset, weight, words, minutes, layout, toc, cover, terms, params, rank, age, CAST(printf('%08d', i) AS BLOB), body_id, around, versions FROM post, n WHERE permalink = '/posts/b/';
    INSERT INTO list_entry SELECT 2, rank, age, tie, id FROM post WHERE slug GLOB 'n[0-9]*';
    UPDATE list SET count = (SELECT count(*) FROM list_entry WHERE list_id = 2) WHERE id = 2;
    INSERT INTO change (rev, name) SELECT max(rev) + 1, '*' FROM change;`;
  const columns = (await execute('sqlite3', [site.db, "SELECT group_concat(name) FROM pragma_table_info('post')"])).stdout.trim();
  const wanted = sql.replace('INSERT INTO post SELECT NULL AS id', `INSERT INTO post (${columns}) SELECT NULL`);
  const ran = await execute('sqlite3', ['-bail', site.db, wanted]);
  assert.equal(ran.status, 0, ran.stderr);
  const index = xml((await site.get('/sitemap.xml')).text);
  assert.equal(index.name, 'sitemapindex');
  const parts = all(index, 'sitemap').map((s) => value(s, 'loc'));
  assert.deepEqual(parts, [1, 2, 3].map((i) => `https://example.org/sitemap-${i}.xml`));
  const texts = {};
  const seen = new Set();
  for (const part of parts) {
    const { text, status } = await site.get(new URL(part).pathname, { timeout: 60_000 });
    assert.equal(status, 200);
    assert.ok(text.length < 50 << 20);
    texts[part] = text;
    const locs = [...text.matchAll(/<loc>([^<]*)<\/loc>/g)].map((m) => m[1]);
    assert.ok(locs.length <= 50_000);
    for (const loc of locs) seen.add(loc);
  }
  assert.ok(seen.size >= 50_102 + 3, String(seen.size));
  await fits(SITEMAP, texts);
  assert.equal((await site.get('/sitemap-4.xml')).status, 404);
});
