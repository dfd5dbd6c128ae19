// Every address that Hugo gives a site must answer here as well: itself, or by a permanent redirect to the same thing.
// What is expected was written down from Hugo's documentation (URL management, taxonomies, page bundles, pagination)
// and from its own tests.
import { test, before } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { blog, folder, post, FIXTURES } from './lib/blog.mjs';
import { crawl } from './lib/crawl.mjs';
import { dom, entries, fold, find, links, text } from './lib/hentry.mjs';

let site;
before(async () => {
  site = await blog(join(FIXTURES, 'hugo'));
});

const isRedirect = (status) => status === 301 || status === 308;

/** Follows permanent redirects (five at most) to the end. */
async function follow(target) {
  let answer = await site.get(target);
  for (let i = 0; i < 5 && isRedirect(answer.status); i++) {
    const url = new URL(answer.headers.location, `${site.server.base}${target}`);
    answer = { ...(await site.get(url.pathname + url.search)), at: url.pathname };
  }
  return { at: target, ...answer };
}

test('everything in the fixture is taken without a word', () => {
  assert.deepEqual(site.first.stderr.trim().split('\n').filter((l) => !l.startsWith('import:')), []);
});

const posts = {
  '/python/context_managers/': 'Context managers',
  '/python/ordered_set/': 'Ordered sets',
  '/python/gradual-typing/': 'Typing',
  '/python/generators/': 'Generators',
  '/python/web/wsgi/': 'WSGI',
  '/2023/06/error-values/': 'Error values',
  '/2023/07/io/': 'Readers & writers',
  '/blog/a-fixed-place/': 'Fixed',
  '/blog/ending.html': 'Ending',
  '/misc/my-first-post/': 'My first post',
  '/misc/caf%C3%A9/': 'Café',
  '/misc/v1.2-notes/': 'Notes on 1.2',
  '/misc/2020/deep/': 'Deep',
};
for (const [path, title] of Object.entries(posts))
  test(`post ${path}`, async () => {
    const page = await site.get(path);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html; ?charset=utf-8$/i);
    assert.equal(entries(page.text)[0]?.name, title);
  });

const aliases = {
  '/old/context-managers/': '/python/context_managers/',
  '/python/context-managers-in-python/': '/python/context_managers/',
  '/2019/contexts.html': '/python/context_managers/',
  '/old/context-managers': '/python/context_managers/',
};
for (const [path, to] of Object.entries(aliases))
  test(`alias ${path}`, async () => {
    const page = await follow(path);
    assert.equal(page.status, 200);
    assert.equal(page.at, to);
  });

test('an alias is one permanent redirect away', async () => {
  const page = await site.get('/old/context-managers/');
  assert.ok(isRedirect(page.status));
  assert.equal(new URL(page.headers.location, site.server.base).pathname, '/python/context_managers/');
});

const lists = {
  '/': 3,
  '/page/2/': 3,
  '/page/5/': 1,
  '/python/': 3,
  '/python/page/2/': 2,
  '/python/web/': 1,
  '/go/': 3,
  '/go/page/2/': 1,
  '/misc/': 3,
  '/misc/page/2/': 1,
  '/tags/python/': 3,
  '/tags/python/page/2/': 2,
  '/tags/go/': 2,
  '/tags/c++/': 1,
  '/tags/c%2B%2B/': 1,
  '/tags/c%23/': 1,
  '/tags/unix-linux/': 1,
  '/tags/machine-learning/': 1,
  '/tags/ci/cd/': 1,
  '/tags/%C3%BCn%C3%AFcode/': 2,
  '/tags/%E6%97%A5%E6%9C%AC%E8%AA%9E/': 1,
  '/categories/notes/': 2,
  '/series/types/': 2,
};
for (const [path, count] of Object.entries(lists))
  test(`list ${path}`, async () => {
    const page = await site.get(path);
    assert.equal(page.status, 200);
    assert.equal(entries(page.text).length, count);
  });

for (const path of ['/tags/', '/categories/', '/series/', '/archives/', '/search/', '/about/', '/privacy/', '/sitemap.xml', '/robots.txt'])
  test(`page ${path}`, async () => assert.equal((await site.get(path)).status, 200));

for (const path of ['/index.xml', '/python/index.xml', '/python/web/index.xml', '/go/index.xml', '/misc/index.xml', '/tags/index.xml',
  '/categories/index.xml', '/series/index.xml', '/tags/python/index.xml', '/tags/c++/index.xml', '/tags/ci/cd/index.xml',
  '/tags/unix-linux/index.xml', '/categories/notes/index.xml', '/series/types/index.xml'])
  test(`feed ${path}`, async () => {
    const feed = await site.get(path);
    assert.equal(feed.status, 200);
    assert.match(feed.headers['content-type'], /xml/);
    assert.match(feed.text, /<rss[\s>]/);
  });

for (const [path, type] of Object.entries({
  '/images/logo.svg': 'image/svg+xml',
  '/favicon.svg': 'image/svg+xml',
  '/security.txt': 'text/plain',
  '/python/ordered_set/chart.svg': 'image/svg+xml',
  '/python/web/posts.csv': 'text/csv',
}))
  test(`file ${path}`, async () => {
    const file = await site.get(path);
    assert.equal(file.status, 200);
    assert.ok(file.headers['content-type'].startsWith(type), file.headers['content-type']);
    assert.equal(Number(file.headers['content-length']), file.body.length);
  });

for (const [path, to] of Object.entries({
  '/page/1/': '/',
  '/python/page/1/': '/python/',
  '/tags/python/page/1/': '/tags/python/',
  '/tags/ci/cd/page/1/': '/tags/ci/cd/',
  '/python/typing': null,
  '/python/generators': '/python/generators/',
  '/tags/python': '/tags/python/',
  '/tags': '/tags/',
  '/about': '/about/',
  '/page/2': '/page/2/',
}))
  test(`${path} leads to ${to ?? 'nothing'}`, async () => {
    const first = await site.get(path);
    if (to === null) return assert.equal(first.status, 404);
    assert.ok(isRedirect(first.status), `status ${first.status}`);
    assert.equal((await follow(path)).at, to);
  });

for (const path of ['/page/6/', '/page/01/', '/page/x/', '/python/page/3/', '/tags/none/', '/none/', '/misc/hidden/', '/misc/later/', '/misc/2020/',
  '/python/typing/', '/content/python/generators.md', '/tags/python/none/', '/hugo.yaml', '/misc/My%20First%20Post.md'])
  test(`no ${path}`, async () => {
    const page = await site.get(path);
    assert.equal(page.status, 404);
    assert.match(page.headers['content-type'], /text\/html/);
    assert.ok(page.text.includes('Ligature'), "the site's own page");
  });

test('what has expired is not there', async () => assert.ok([404, 410].includes((await site.get('/misc/gone/')).status)));

test('/404.html is the page of what is not there', async () => {
  const page = await site.get('/404.html');
  assert.equal(page.status, 200, 'as the file that Hugo makes');
  assert.ok(page.text.includes('Ligature'));
});

test('/index.json, which the site asks for, is JSON', async () => {
  const page = await site.get('/index.json');
  assert.equal(page.status, 200);
  JSON.parse(page.text);
});

test('the sitemap names each live post once, and no other', async () => {
  const locs = [...(await site.get('/sitemap.xml')).text.matchAll(/<loc>([^<]*)<\/loc>/g)].map((m) => m[1]);
  assert.equal(new Set(locs).size, locs.length);
  for (const path of Object.keys(posts)) assert.ok(locs.includes(`https://blog.example.org${path}`), path);
  for (const loc of locs) assert.doesNotMatch(loc, /hidden|later|gone/);
});

test('every link of every page leads somewhere in the site', async () => {
  const seen = await crawl(site.get, 'blog.example.org');
  for (const [path, page] of seen) assert.ok(page.status === 200 || isRedirect(page.status), `${path}: ${page.status}`);
  for (const path of Object.keys(posts)) assert.ok(seen.has(path), `${path} is linked from somewhere`);
});

test('the menu, the date format and the titles are those of the settings', async () => {
  const page = await site.get('/');
  assert.ok(page.text.includes('Hello'));
  const paths = links(page.text).map((l) => new URL(l, 'https://blog.example.org/').pathname);
  assert.ok(paths.indexOf('/archives/') >= 0 && paths.indexOf('/archives/') < paths.indexOf('/tags/'), 'by weight');
  assert.equal(entries(page.text)[0].published, '9 May 2024');
  const section = await site.get('/python/web/');
  assert.ok(fold(text(find(dom(section.text), (n) => n.tagName === 'body'))).includes('The web'));
});

test("a term's own words and title stand above its list", async () => {
  const page = await site.get('/tags/python/');
  assert.ok(page.text.includes('Python, the tag'));
  assert.ok(page.text.includes('Words above a tag'));
});

test('without any settings content/ is the root of the content', async () => {
  const plain = await blog(folder({ 'content/posts/a.md': post('A'), 'content/b.md': post('B', 'Words.', { date: undefined }) }));
  assert.equal((await plain.get('/posts/a/')).status, 200);
  assert.equal((await plain.get('/b/')).status, 200);
});

test('a bare folder of Markdown is a blog', async () => {
  const plain = await blog(folder({ 'one.md': post('One'), 'notes/two.md': post('Two'), 'README.md': '# Not a post' }));
  assert.equal((await plain.get('/one/')).status, 200);
  assert.equal((await plain.get('/notes/two/')).status, 200);
  assert.deepEqual(entries((await plain.get('/')).text).map((e) => e.name).sort(), ['One', 'Two']);
  assert.equal((await plain.get('/readme/')).status, 404);
});

test('sections and terms move with the settings, their feeds and pages, too, and leave redirects', async (t) => {
  const config = (more = {}) => ({ 'hugo.json': JSON.stringify({ title: 'A blog', pagination: { pagerSize: 1 }, ...more }) });
  const files = { ...config(), 'content/docs/_index.md': post('The docs', '') };
  for (const n of [1, 2]) files[`content/docs/p${n}.md`] = post(`P ${n}`, 'Words.', { tags: '["Über"]' });
  files['content/docs/rare.md'] = post('Rare', 'Words.', { tags: '[rare]' });
  const moving = await blog(files);
  t.after(() => moving.server.stop());
  const to = async (path) => {
    const r = await moving.get(path);
    return r.status === 301 ? decodeURI(r.headers.location.replace(moving.server.base, '')) : r.status;
  };
  const take = async () => assert.equal((await moving.import()).status, 0);
  const all = ['/tags/über/', '/tags/über/index.xml', '/tags/über/page/2/', '/docs/', '/docs/atom.xml', '/docs/page/2/'].map(encodeURI);
  for (const path of all) assert.equal(await to(path), 200, path);

  moving.remove('content/docs/rare.md');
  moving.write(config({ removePathAccents: true, permalinks: { term: { tags: '/t/:slug/' }, section: { docs: '/manual/' } } }));
  await take();
  assert.deepEqual(await Promise.all(all.map(to)), ['/t/uber/', '/t/uber/index.xml', '/t/uber/page/2/', '/manual/', '/manual/atom.xml', '/manual/page/2/']);
  for (const path of ['/t/uber/', '/t/uber/index.xml', '/t/uber/page/2/', '/manual/', '/manual/page/2/']) assert.equal(await to(path), 200, path);
  assert.match((await moving.get('/tags/')).text, /href="\/t\/uber\/"/);
  assert.match((await moving.get('/sitemap.xml')).text, /\/manual\/</);
  assert.equal(await to('/tags/rare/'), 410);

  // What had no posts then is where it is now when it has some again.
  moving.write({ 'content/docs/rare.md': post('Rare', 'Words.', { tags: '[rare]' }) });
  await take();
  assert.deepEqual(await Promise.all(['/t/rare/', '/tags/rare/'].map(to)), [200, '/t/rare/']);

  // By its own url, and back.
  moving.write({ ...config(), 'content/docs/_index.md': post('The docs', '', { url: '/book/' }) });
  await take();
  assert.deepEqual(await Promise.all(['/book/', '/manual/', '/docs/', '/t/uber/', '/tags/%C3%BCber/'].map(to)), [200, '/book/', '/book/', '/tags/über/', 200]);
  moving.write({ 'content/docs/_index.md': post('The docs', '') });
  await take();
  assert.deepEqual(await Promise.all(['/docs/', '/manual/', '/book/', '/book/index.xml'].map(to)), [200, '/docs/', '/docs/', '/docs/index.xml']);
  // A post takes the address of what is not there.
  moving.write({ 'content/docs/p1.md': post('P 1', 'Words.', { url: '/manual/' }) });
  await take();
  assert.deepEqual(await Promise.all(['/docs/', '/manual/'].map(to)), [200, 200]);
});

test('a post may stand where the home page is, and leave again', async (t) => {
  const front = (url) => ({ 'content/front.md': post('The front', 'Words.', { url }) });
  const own = await blog({ 'hugo.json': '{"title": "A blog"}', 'content/posts/a.md': post('A post'), ...front('/front/') });
  t.after(() => own.server.stop());
  const names = async () => entries((await own.get('/')).text).map((e) => e.name);
  const before = await names();
  assert.ok(before.includes('A post'), before);
  own.write(front('/'));
  assert.equal((await own.import()).status, 0);
  assert.deepEqual(await names(), ['The front']);
  assert.equal((await own.get('/front/')).headers.location, '/');
  own.write(front('/front/'));
  assert.equal((await own.import()).status, 0);
  assert.equal((await own.get('/')).headers.location, '/front/');
  own.remove('content/front.md');
  assert.equal((await own.import()).status, 0);
  assert.deepEqual([(await own.get('/')).status, (await own.get('/front/')).status], [200, 410]);
});

test("a section has a name that the server uses, too; what no browser can ask for is refused", async (t) => {
  const odd = await blog({
    'content/api/_index.md': post('The API of something', ''), 'content/api/intro.md': post('Intro'), 'content/api/v1/deep.md': post('Deep', 'Words.', { tags: '[".", "..", "a/../b", plain]' }),
    'content/posts/up.md': post('Up', 'Words.', { slug: '".."' }), 'content/posts/here.md': post('Here', 'Words.', { slug: '.' }),
  });
  t.after(() => odd.server.stop());
  for (const path of ['/api/intro/', '/api/v1/deep/', '/api/index.xml', '/tags/plain/']) assert.equal((await odd.get(path)).status, 200, path);
  assert.equal((await odd.get('/api/intro')).headers.location.replace(odd.server.base, ''), '/api/intro/');
  for (const name of ['up', 'here']) assert.match(odd.first.stderr, new RegExp(`posts/${name}\\.md: the permalink .* cannot be asked for`));
  assert.match((await odd.get('/api/')).text, /openapi\.json/, 'the reference stays');
  const missing = await odd.get('/api/nothing');
  assert.deepEqual([missing.status, missing.headers['content-type']], [404, 'application/problem+json']);
  assert.deepEqual(JSON.parse((await odd.get('/api/v1/tags')).text).data.map((e) => e.slug), ['plain']);
});

test("a post's section is its folder's, wherever settings put its list", async (t) => {
  const files = {
    'hugo.json': JSON.stringify({ title: 'A blog', params: { mainSections: ['notes'] }, removePathAccents: true, permalinks: { section: { posts: '/articles/' }, page: { posts: '/p/:slug/' } } }),
    'content/posts/a.md': post('A', 'Words.', { date: '2024-01-01' }), 'content/posts/b.md': post('B', 'Words.', { date: '2024-01-02' }),
    'content/ünder/_index.md': post('Under', '', { url: '/beneath/' }), 'content/ünder/c.md': post('C'), 'content/notes/n.md': post('N'),
  };
  const moved = await blog(files);
  t.after(() => moved.server.stop());
  const b = (await moved.get('/p/b/')).text;
  assert.match(b, /href="\/articles\/"/, 'the way back');
  assert.match(b, /href="\/p\/a\/"/, 'its neighbour');
  assert.match((await moved.get('/under/c/')).text, /href="\/beneath\/"[^>]*>Under</);
  const json = async (path) => JSON.parse((await moved.get(path)).text).data;
  assert.deepEqual((await json('/api/v1/sections')).map((s) => [s.slug, decodeURI(s.url), s.count]).sort(), [['notes', '/notes/', 1], ['posts', '/articles/', 2], ['ünder', '/beneath/', 1]]);
  assert.equal((await json('/api/v1/posts?section=posts')).length, 2);
});
