// The API as those who build frontends on it meet it: lists, filters, cursors, members, faults, description.
import { test, before, after, describe as suite } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blog, execute, platen, post, request, scratch, SLOW } from './lib/blog.mjs';
import { describe } from './lib/openapi.mjs';

let b, api, drafts, writer;

const POSTS = 60;
const files = { 'hugo.yaml': 'title: A blog\ntaxonomies: {tag: tags, category: categories, author: authors}\n' };
for (let i = 0; i < POSTS; i++) {
  const section = i % 3 === 0 ? 'notes' : 'posts';
  files[`content/${section}/p${i}.md`] = post(i % 5 === 0 ? 'The same title' : `Title ${(i * 37) % 60}`, `Words of ${i}, apples${i % 7 === 0 ? ' & \\<zebras>' : ''}.\n\n## One\n\n### Two\n\n## Three\n`, {
    date: `2024-0${1 + (i % 6)}-1${i % 4}T12:00:00+02:00`, lastmod: `2025-01-${String(1 + (i % 9)).padStart(2, '0')}T00:00:00Z`,
    tags: JSON.stringify([`t${i % 2}`, `u${i % 4}`]), authors: JSON.stringify([i % 2 ? 'Ann Example' : 'Bob']),
    ...(i % 10 === 3 ? { weight: i } : {}),
  });
}
files['content/posts/draft.md'] = post('A draft', 'Secret words.', { draft: true });
files['content/posts/future.md'] = post('Later', 'Future words.', { date: '2999-01-01' });
files['content/about.md'] = post('About', 'A page.');

/** Asks, and holds the answer against the description. */
async function ask(target, { method = 'GET', token, headers = {} } = {}) {
  const r = await request(b.server.base, target, { method, headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers } });
  api.check(method, target, r);
  try { r.json = JSON.parse(r.text); } catch { /* none */ }
  return r;
}

async function get(target, options) {
  const r = await ask(target, options);
  assert.equal(r.status, 200, r.text);
  return r.json;
}

const problem = (r, status, ...words) => {
  assert.equal(r.status, status, r.text);
  assert.match(r.headers['content-type'], /^application\/problem\+json/);
  const p = JSON.parse(r.text);
  assert.equal(p.status, status);
  for (const w of words) assert.ok(r.text.includes(w), `${w} in ${r.text}`);
  return p;
};

const links = (r) => Object.fromEntries([...(r.headers.link ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]));

async function walk(target, by = 'next') {
  const seen = [], pages = [];
  for (let at = target; at; ) {
    const r = await ask(at);
    assert.equal(r.status, 200, r.text);
    pages.push(r.json.data);
    seen.push(...r.json.data);
    at = links(r)[by];
    assert.equal(at !== undefined, r.json.page[by] !== null, 'the header and the body say the same');
    assert.ok(pages.length < 500, 'the walk ends');
  }
  return { seen, pages };
}

before(async () => {
  b = await blog(files);
  api = await describe(b.server.base);
  const made = async (scope) => (await platen(['token', 'create', '--db', b.db, '--name', scope, '--scope', scope])).stdout.trim();
  drafts = await made('posts:read-drafts');
  writer = await made('posts:write');
});
after(() => b.server.stop());

suite('lists', () => {
  test('the newest first, 20 at once, no total unasked', async () => {
    const r = await get('/api/v1/posts');
    assert.equal(r.data.length, 20);
    assert.equal(r.page.limit, 20);
    assert.equal(r.page.prev, null);
    assert.equal(typeof r.page.next, 'string');
    assert.ok(!('total' in r.page));
    assert.ok(r.data.every((p, i) => i === 0 || r.data[i - 1].published > p.published || (r.data[i - 1].published === p.published && r.data[i - 1].id > p.id)));
    assert.match(r.data[0].published, /^\d{4}-\d\d-\d\dT10:00:00Z$/, 'UTC');
    assert.equal((await get('/api/v1/posts?include=total')).page.total, POSTS);
  });

  const key = { published: (p) => p.published, updated: (p) => p.updated, title: (p) => p.title.toLowerCase() };
  for (const order of ['published', '-published', 'updated', '-updated', 'title', '-title']) {
    test(`order=${order}: a walk there and back sees each once, ties by id`, async () => {
      const of = key[order.replace('-', '')];
      const { seen } = await walk(`/api/v1/posts?order=${order}&limit=7`);
      assert.equal(new Set(seen.map((p) => p.id)).size, POSTS);
      assert.equal(seen.length, POSTS);
      const sorted = [...seen].sort((x, y) => (of(x) < of(y) ? -1 : of(x) > of(y) ? 1 : x.id - y.id));
      if (order.startsWith('-')) sorted.reverse();
      assert.deepEqual(seen.map((p) => p.id), sorted.map((p) => p.id));
      const last = await get(`/api/v1/posts?order=${order}&limit=7&page=9`);
      assert.equal(last.data.at(-1).id, seen.at(-1).id);
      const back = await walk(`/api/v1/posts?order=${order}&limit=7&cursor=${last.page.prev}`, 'prev');
      assert.deepEqual(back.pages.reverse().flat().map((p) => p.id), seen.slice(0, 56).map((p) => p.id));
    });
  }

  test('page numbers see the same', async () => {
    const { seen } = await walk('/api/v1/posts?limit=9');
    const paged = await walk('/api/v1/posts?limit=9&page=1');
    assert.deepEqual(paged.seen, seen);
    assert.deepEqual((await get('/api/v1/posts?limit=9&page=100')).data, []);
  });

  test('filters, alone and together, in every order, with totals', async () => {
    const all = (await walk('/api/v1/posts?limit=100&include=tags')).seen;
    const has = (p, tag) => p.tags.some((t) => t.slug === tag);
    const cases = {
      'tag=t1': (p) => has(p, 't1'),
      'section=notes': (p) => p.section === 'notes',
      'author=bob': (p) => p.authors[0].name === 'Bob',
      'tag=u3&section=posts&author=ann-example': (p) => has(p, 'u3') && p.section === 'posts' && p.authors[0].name === 'Ann Example',
      'tag=u0&author=ann-example': () => false,
      'tag=none': () => false,
      'since=2024-03-01&until=2024-05-01T00:00:00Z': (p) => p.published >= '2024-03-01' && p.published < '2024-05-01',
      'since=2024-03-01T00:00:00%2B02:00&tag=t0': (p) => p.published >= '2024-02-29T22:00:00Z' && has(p, 't0'),
      'until=2024-02-13T10:00:00Z&section=posts': (p) => p.published < '2024-02-13T10:00:00Z' && p.section === 'posts',
      'q=zebras': (p) => p.summary.includes('zebras'),
      'q=zebras&tag=t0&since=2024-02-01': (p) => p.summary.includes('zebras') && has(p, 't0') && p.published >= '2024-02-01',
    };
    for (const [query, want] of Object.entries(cases)) {
      const ids = all.filter(want).map((p) => p.id).sort((x, y) => x - y);
      for (const order of ['-published', 'published', 'title', '-updated']) {
        const { seen } = await walk(`/api/v1/posts?limit=4&order=${order}&${query}`);
        assert.deepEqual(seen.map((p) => p.id).sort((x, y) => x - y), ids, `${query} by ${order}`);
      }
      assert.equal((await get(`/api/v1/posts?limit=1&include=total&${query}`)).page.total, ids.length, query);
    }
  });

  test('ids and slugs: in the order given, once each', async () => {
    const ids = (await get('/api/v1/posts?limit=3')).data.map((p) => p.id);
    const r = await get(`/api/v1/posts?ids=${[ids[2], ids[0], ids[2], 999999, ids[1]]}&fields=id&include=total`);
    assert.deepEqual(r.data.map((p) => p.id), [ids[2], ids[0], ids[1]]);
    assert.deepEqual(r.page, { limit: 3, next: null, prev: null, total: 3 });
    assert.deepEqual((await get('/api/v1/posts?slugs=p9,p1,p9,nobody,p5&fields=slug')).data.map((p) => p.slug), ['p9', 'p1', 'p5']);
    problem(await ask('/api/v1/posts?ids=1,x'), 400, 'ids');
    problem(await ask(`/api/v1/posts?ids=${Array.from({ length: 101 }, (_, i) => i + 1)}`), 400, 'ids');
    problem(await ask('/api/v1/posts?ids=1&slugs=a&order=title&tag=x'), 400, 'slugs', 'order', 'tag');
  });

  test('fields and include work together', async () => {
    const keys = async (query) => Object.keys((await get(`/api/v1/posts?limit=1&${query}`)).data[0]).sort();
    assert.deepEqual(await keys('fields=title,id'), ['id', 'title']);
    assert.deepEqual(await keys('fields=title&include=tags'), ['categories', 'series', 'tags', 'title']);
    assert.deepEqual(await keys('fields=id&include=body,toc'), ['html', 'id', 'toc']);
    assert.ok(!(await keys('')).includes('html'));
    const p = (await get('/api/v1/posts?slugs=p7&include=body,tags,toc')).data[0];
    assert.ok(p.html.includes('<h2 id="one">'), p.html);
    assert.deepEqual(p.toc.map((h) => [h.text, h.children.map((c) => c.text)]), [['One', ['Two']], ['Three', []]]);
    assert.deepEqual(p.tags.map((t) => t.slug).sort(), ['t1', 'u3']);
  });

  test('tags, sections and authors: by name and by number', async () => {
    const tags = (await walk('/api/v1/tags?limit=2')).seen;
    assert.deepEqual(tags.map((t) => [t.slug, t.count]), [['t0', 30], ['t1', 30], ['u0', 15], ['u1', 15], ['u2', 15], ['u3', 15]]);
    assert.deepEqual((await walk('/api/v1/tags?limit=4&order=-count')).seen.map((t) => t.count), [30, 30, 15, 15, 15, 15]);
    assert.deepEqual((await walk('/api/v1/tags?limit=5&order=-name&page=1')).seen.map((t) => t.slug), tags.map((t) => t.slug).reverse());
    assert.equal((await get('/api/v1/tags?include=total&limit=1')).page.total, 6);
    assert.deepEqual((await get('/api/v1/sections')).data.map((s) => [s.slug, s.count]), [['notes', 20], ['posts', 40]]);
    assert.deepEqual((await get('/api/v1/authors')).data.map((s) => [s.slug, s.name]), [['ann-example', 'Ann Example'], ['bob', 'Bob']]);
  });
});

suite('others', () => {
  test('a post by id and by slug, with everything', async () => {
    const p = await get('/api/v1/posts/by-slug/p7');
    assert.deepEqual(await get(`/api/v1/posts/${p.id}`), p);
    for (const k of ['html', 'toc', 'tags', 'params']) assert.ok(k in p, k);
    assert.ok(!('body' in p));
    assert.deepEqual(await get(`/api/v1/posts/${p.id}?fields=slug`), { slug: 'p7' });
    for (const x of ['0', '-1', '1e3', '999999', 'x', '99999999999999999999', '%00', "1'--"]) {
      const r = await request(b.server.base, `/api/v1/posts/${x}`);
      assert.ok([400, 404].includes(r.status), `${x}: ${r.status}`);
    }
    problem(await ask('/api/v1/posts/by-slug/nobody'), 404);
  });

  test('search: what is found is marked and escaped, the title first', async () => {
    const r = await get('/api/v1/search?q=zebr&limit=3');
    assert.equal(r.page.total, 9);
    assert.deepEqual(r.data.map((p) => p.rank), [1, 2, 3]);
    assert.ok(r.data[0].snippet.includes('&lt;<mark>zebras</mark>&gt;'), r.data[0].snippet);
    assert.equal((await get('/api/v1/search?q=title+zebras&limit=1')).data[0].title_html.includes('<mark>'), true);
    assert.deepEqual((await get('/api/v1/search?q=%22%29%28*')).data, []);
    problem(await ask('/api/v1/search'), 400, '"q"');
    for (const q of ['a AND', 'NEAR(a b', '"', "'", 'title:zebras', '-zebras', '*', '^a', '{a b}:c', 'a OR', '\u0001', 'ñ', '漢字', 'x'.repeat(400)])
      await get(`/api/v1/search?q=${encodeURIComponent(q)}`);
  });

  test('site and archive', async () => {
    const site = await get('/api/v1/site');
    assert.deepEqual([site.title, site.posts], ['A blog', POSTS]);
    const archive = await get('/api/v1/archive');
    assert.deepEqual(archive.data.map((y) => [y.year, y.count, y.months.length]), [[2024, 60, 6]]);
    for (const m of archive.data[0].months)
      assert.equal((await get(`/api/v1/posts?limit=1&include=total&since=${m.since}&until=${m.until}`)).page.total, m.count, m.month);
  });
});

suite('as HTTP', () => {
  test('ETag, Last-Modified, 304, HEAD, caching, open to pages of other sites', async () => {
    const id = (await get('/api/v1/posts?limit=1')).data[0].id;
    for (const target of ['/api/v1/posts', `/api/v1/posts/${id}`, '/api/v1/tags', '/api/v1/sections', '/api/v1/authors', '/api/v1/site', '/api/v1/archive', '/api/v1/search?q=a', '/api/v1/openapi.json']) {
      const r = await ask(target);
      assert.match(r.headers.etag, /^"[^"]+"$/, target);
      assert.ok(r.headers['last-modified'], target);
      assert.equal(r.headers['cache-control'], 'public, max-age=0, must-revalidate');
      assert.equal(r.headers['access-control-allow-origin'], '*');
      for (const h of ['Link', 'ETag', 'Retry-After', 'RateLimit', 'RateLimit-Policy']) assert.ok(r.headers['access-control-expose-headers'].split(', ').includes(h), h);
      assert.equal((await ask(target, { headers: { 'If-None-Match': r.headers.etag } })).status, 304, target);
      const head = await ask(target, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers.etag, head.text], [200, r.headers.etag, '']);
    }
  });

  test('preflight', async () => {
    const r = await request(b.server.base, '/api/v1/posts', { method: 'OPTIONS', headers: { Origin: 'https://x.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' } });
    assert.equal(r.status, 204);
    assert.equal(r.headers['access-control-allow-origin'], '*');
    assert.match(r.headers['access-control-allow-methods'], /GET/);
    assert.match(r.headers['access-control-allow-headers'], /Authorization/);
    assert.ok(Number(r.headers['access-control-max-age']) > 0);
  });

  test('404 and 405 are problems, too', async () => {
    for (const target of ['/api/v1/nothing', '/api/v2/posts', '/api/x', '/api/v1/posts/1/2/3', '/api/v1/'])
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) problem(await request(b.server.base, target, { method }), 404);
    for (const [target, method] of [['/api/v1/tags', 'POST'], ['/api/v1/site', 'DELETE'], ['/api/v1/search', 'PUT'], ['/api/v1/posts', 'DELETE'], ['/api/v1/posts/1', 'POST'], ['/api/v1/posts/by-slug/x', 'PATCH']]) {
      const r = await request(b.server.base, target, { method });
      problem(r, 405);
      assert.ok(r.headers.allow.split(', ').includes('GET'), r.headers.allow);
      assert.equal(r.headers['access-control-allow-origin'], '*');
    }
  });

  test('what is not known is refused, the nearest named, all of it at once', async () => {
    const p = problem(await ask('/api/v1/posts?limt=3&order=titel&fields=titles&limit=101&since=soon&page=0&tag=a&tag=b'), 400, 'did you mean \\"limit\\"');
    assert.deepEqual(p.errors.map((e) => e.parameter).sort(), ['fields', 'limit', 'limt', 'order', 'page', 'since', 'tag']);
    for (const limit of ['0', '-1', '101', '1.5', '1e1', '%205', '+5', '', '9'.repeat(30), '0x5'])
      problem(await ask(`/api/v1/posts?limit=${limit}`), 400, 'limit');
    for (const target of ['/api/v1/tags?x=1', '/api/v1/site?x=1', '/api/v1/archive?x=1', '/api/v1/posts/1?x=1', '/api/v1/search?q=a&cursor=x'])
      problem(await ask(target), 400, 'unknown parameter');
  });

  test('a cursor is for its own list only, as it was given', async () => {
    const { next } = (await get('/api/v1/posts?limit=2&tag=t0&order=title')).page;
    await get(`/api/v1/posts?limit=5&tag=t0&order=title&fields=id&cursor=${next}`);
    for (const query of ['order=title', 'tag=t1&order=title', 'tag=t0', 'tag=t0&order=-title', 'tag=t0&order=title&since=2000-01-01'])
      problem(await ask(`/api/v1/posts?${query}&cursor=${next}`), 400, 'cursor');
    problem(await ask(`/api/v1/tags?cursor=${next}`), 400, 'cursor');
    for (let i = 0; i < next.length; i++) {
      const c = next[i] === 'A' ? 'B' : 'A';
      problem(await ask(`/api/v1/posts?tag=t0&order=title&cursor=${next.slice(0, i)}${c}${next.slice(i + 1)}`), 400, 'cursor');
    }
    for (const c of [next.slice(1), next.slice(0, -1), `${next}A`, `${next}=`, '', 'AAAA', '-', 'x'.repeat(1000)])
      problem(await ask(`/api/v1/posts?tag=t0&order=title&cursor=${c}`), 400, 'cursor');
  });
});

suite('what readers do not see', () => {
  test('is for tokens that may', async () => {
    assert.deepEqual((await get('/api/v1/posts?q=secret')).data, []);
    assert.equal((await ask('/api/v1/posts?slugs=draft,future')).json.data.length, 0);
    problem(await ask('/api/v1/posts/by-slug/draft'), 404);
    problem(await ask('/api/v1/posts?status=draft'), 401);
    problem(await ask('/api/v1/posts?status=draft', { token: writer }), 403);
    problem(await ask('/api/v1/posts', { token: 'nonsense' }), 401);
    problem(await ask('/api/v1/posts/by-slug/draft', { token: writer }), 404);
    const draft = await ask('/api/v1/posts/by-slug/draft', { token: drafts });
    assert.equal(draft.status, 200, draft.text);
    assert.deepEqual([draft.json.title, draft.json.live], ['A draft', false]);
    assert.match(draft.headers['cache-control'], /no-store/);
    problem(await ask(`/api/v1/posts/${draft.json.id}`), 404);
    assert.deepEqual((await get('/api/v1/posts?status=draft', { token: drafts })).data.map((p) => p.title), ['A draft']);
    assert.deepEqual((await get('/api/v1/posts?status=scheduled&include=total&order=title', { token: drafts })).data.map((p) => p.title), ['Later']);
    assert.equal((await get('/api/v1/posts?include=total', { token: drafts })).page.total, POSTS, 'unasked, none');
  });
});

suite('who means harm', () => {
  test('a right answer or a 400, whatever the parameter', async () => {
    const evil = ["'", "' OR '1'='1", '";--', '/* x */', "x'||'y", '(CASE WHEN 1=1 THEN id ELSE title END)', 'id;DROP TABLE post', '1 UNION SELECT hash FROM token', '%00', 'a%00b', '%ff%fe', '%', '%2', '%zz', '$ne', '[$regex]', '{"a":1}', '['.repeat(3000), '('.repeat(3000), Array.from({ length: 1000 }, (_, i) => i).join(','), '..%2f..', '%0d%0aX-Evil:%201', '<script>alert(1)</script>', 'x'.repeat(5000), '9'.repeat(400), 'NaN', 'null', '\u202e', encodeURIComponent('漢'.repeat(300))];
    const targets = { '/api/v1/posts': ['limit', 'cursor', 'page', 'order', 'tag', 'section', 'author', 'q', 'since', 'until', 'ids', 'slugs', 'status', 'fields', 'include', 'nothing'], '/api/v1/tags': ['limit', 'cursor', 'page', 'order', 'include'], '/api/v1/search': ['q', 'limit', 'page'] };
    for (const [path, names] of Object.entries(targets))
      for (const name of names)
        for (const value of evil) {
          const target = `${path}?${name}=${encodeURI(value).replace(/%25/g, '%').replace(/%(?![0-9a-f]{2})/gi, '%')}`;
          const r = await request(b.server.base, target);
          if (r.status === 431 || r.status === 414) continue;
          assert.ok(r.status === 200 || r.status === 400, `${target.slice(0, 100)}: ${r.status} ${r.text.slice(0, 200)}`);
          assert.equal(r.headers['x-evil'], undefined);
          if (r.headers['content-type']?.startsWith('application/')) api.check('GET', target, r);
        }
    for (const name of ["a'b", '%00', 'tag[]', 'tag[$ne]', '%ff', '['.repeat(1000), 'x'.repeat(3000)]) assert.equal((await request(b.server.base, `/api/v1/posts?${name}=1`)).status, 400, name);
    assert.equal((await request(b.server.base, `/api/v1/posts?${'tag=a&'.repeat(800)}`)).status, 400);
    const log = b.server.stderr();
    for (const raw of ['DROP TABLE', 'UNION SELECT', '<script>', '\r\nX-Evil']) assert.ok(!log.includes(raw), raw);
    assert.doesNotMatch(log, /\berror\b.*(api|sql)/i);
  });

  test('a megabyte of query is refused, and the server lives', async () => {
    const status = await request(b.server.base, `/api/v1/posts?q=${'x'.repeat(1 << 20)}`).then((r) => r.status, () => 0);
    assert.ok([0, 400, 413, 414, 431].includes(status), String(status));
    const ids = await request(b.server.base, `/api/v1/posts?ids=${Array.from({ length: 10000 }, (_, i) => i + 1)}`).then((r) => r.status, () => 0);
    assert.ok([0, 400, 413, 414, 431].includes(ids), String(ids));
    await get('/api/v1/posts?limit=1');
  });
});

suite('the description', () => {
  test('is found right by a linter', async () => {
    const file = join(scratch(), 'openapi.json');
    writeFileSync(file, JSON.stringify(api.document));
    const cli = new URL('../node_modules/@redocly/cli/bin/cli.js', import.meta.url).pathname;
    const r = await execute(process.execPath, [cli, 'lint', file], { env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' }, timeout: 60_000 * SLOW });
    assert.equal(r.status, 0, r.stderr + r.stdout);
    assert.doesNotMatch(r.stderr + r.stdout, /You have \d+ (error|warning)/);
  });

  test('is a page for people, without scripts of others', async () => {
    const r = await request(b.server.base, '/api/');
    assert.equal(r.status, 200);
    assert.match(r.headers['content-type'], /^text\/html/);
    for (const [tag] of r.text.matchAll(/<script[^>]*>/g)) assert.match(tag, / src="\/static\//, 'our own');
    for (const { operationId } of Object.values(api.document.paths).flatMap((p) => Object.values(p))) assert.ok(r.text.includes(`id="${operationId}"`), operationId);
    for (const name of Object.keys(api.document.components.schemas)) assert.ok(r.text.includes(`id="${name}"`), name);
    for (const [, id] of r.text.matchAll(/href="#(\w+)"/g)) assert.ok(r.text.includes(`id="${id}"`), id);
  });

  test('writes, files and deliveries are as described', async () => {
    const all = (await platen(['token', 'create', '--db', b.db, '--name', 'all', '--scope', 'admin'])).stdout.trim();
    const send = async (method, target, body, headers = {}) => {
      const r = await fetch(new URL(target, b.server.base), { method, body, headers: { Authorization: `Bearer ${all}`, ...headers } });
      const answer = { status: r.status, headers: Object.fromEntries(r.headers), text: await r.text() };
      api.check(method, target, answer);
      return answer;
    };
    const json = { 'Content-Type': 'application/json' };
    const made = await send('POST', '/api/v1/posts', JSON.stringify({ title: 'Made here', body: '# Head\n\nWords.', draft: true }), json);
    assert.equal(made.status, 201, made.text);
    const at = `/api/v1/posts/${JSON.parse(made.text).id}`;
    const read = await ask(at, { token: all });
    assert.equal(read.json.body, '# Head\n\nWords.');
    const preview = JSON.parse((await send('POST', `/api/v1/previews?post=${JSON.parse(made.text).id}`)).text);
    assert.equal((await ask(`/api/v1/previews/${preview.token}`)).json.title, 'Made here');
    const changed = await send('PATCH', at, '{"title":"Changed"}', { ...json, 'If-Match': read.headers.etag });
    assert.equal(changed.status, 200, changed.text);
    assert.equal((await send('PATCH', at, '{"title":3,"x":1}', { ...json, 'If-Match': '*' })).status, 422);
    assert.equal((await send('PATCH', at, '{"title":"x"}', json)).status, 428);
    assert.equal((await send('PATCH', at, '{"title":"x"}', { ...json, 'If-Match': read.headers.etag })).status, 412);
    assert.equal((await send('DELETE', at, undefined, { 'If-Match': changed.headers.etag })).status, 204);
    assert.equal((await send('POST', '/api/v1/media?name=a.gif', Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64'))).status, 201);
    assert.equal((await ask('/api/v1/deliveries', { token: all })).status, 200);
    assert.equal((await ask('/api/v1/deliveries/999999', { token: all })).status, 404);
    assert.equal((await ask('/api/v1/deliveries')).status, 401);
  });

  test('what reads was asked for here', () => {
    const reads = Object.values(api.document.paths).flatMap((p) => (p.get && !p.get.description ? [p.get.operationId] : []));
    assert.deepEqual(reads.filter((id) => !api.asked.has(id)), []);
  });
});
