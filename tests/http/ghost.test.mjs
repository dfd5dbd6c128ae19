// Ghost's Content API: the unmodified client library of Ghost against us, and what no client would send.
import { test, before, after, describe as suite } from 'node:test';
import assert from 'node:assert/strict';
import GhostContentAPI from '@tryghost/content-api';
import { blog, platen, poll, post, request, serve, SLOW } from './lib/blog.mjs';

const KEY = '22444f78447824223cefc48062';
const POSTS = 40;
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const pad = (n) => String(n).padStart(2, '0');

const files = {
  'hugo.yaml': 'title: A blog\nbaseURL: https://blog.example/\nlanguageCode: de\nparams: {author: Wilma Quoin, description: Words}\nmenu: {main: [{name: About, url: /about/}]}\n',
  'content/about.md': post('About', 'A page.', { date: undefined, lastmod: '2025-01-02T03:04:05Z', tags: '[Rare]' }),
  'content/tags/even/_index.md': post('Even numbers', '', { description: 'All that two divides.' }),
  'content/posts/pic/index.md': post('With a picture', '![x](x.png) and [there](/about/).', {
    date: '2023-01-01', cover: '{image: x.png, alt: A dot, caption: Drawn}', description: 'Seen & shown', featured: true, meta_title: 'Meta', tags: '[Rare, Even]', author: 'Bob' }),
  'content/posts/pic/x.png': PNG,
  'content/posts/draft.md': post('A draft', 'x', { draft: true, tags: '[Even]' }),
  'content/posts/future.md': post('Later', 'x', { date: '2999-01-01', tags: '[Even]' }),
};
for (let i = 0; i < POSTS; i++)
  files[`content/posts/p${pad(i)}.md`] = post(i % 4 === 0 ? 'The same title' : `Title ${(i * 7) % POSTS}`, `Words of *${i}*.`, {
    date: `2024-0${1 + Math.floor(i / 8)}-${pad(1 + (i % 8))}T12:00:00+02:00`, lastmod: `2025-01-${pad(1 + (i % 9))}T00:00:00Z`,
    tags: `[${i % 2 ? 'Odd' : 'Even'}, Third ${i % 3}]`, author: i % 3 ? undefined : 'Ann Example', featured: i % 10 === 0 ? true : undefined });

let b, api;
const make = (options = {}) => new GhostContentAPI({ url: b.server.base.replace(/\/$/, ''), key: KEY, version: 'v6.0', ...options });
const slugs = (list) => list.map((p) => p.slug);
const get = (path) => request(b.server.base, `/ghost/api/content/${path}${path.includes('?') ? '&' : '?'}key=${KEY}`);

before(async () => {
  b = await blog(files);
  api = make();
});
after(() => b.server.stop());

function ghostError(r, status, type) {
  assert.equal(r.status, status, r.text.slice(0, 500));
  assert.match(r.headers['content-type'], /^application\/json/);
  assert.equal(r.headers['access-control-allow-origin'], '*');
  const { errors } = JSON.parse(r.text);
  assert.equal(errors.length, 1);
  assert.deepEqual(Object.keys(errors[0]).sort(), ['code', 'context', 'details', 'ghostErrorCode', 'help', 'id', 'message', 'property', 'type']);
  if (type) assert.equal(errors[0].type, type);
  assert.match(errors[0].id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  return errors[0];
}

/** What each post of the blog has, from the whole of it. */
async function everything() {
  const all = [];
  for (let page = 1; page; ) {
    const part = await api.posts.browse({ limit: 'all', page, include: 'tags,authors' });
    all.push(...part);
    page = part.meta.pagination.next;
  }
  return all;
}

suite('posts by the client library', () => {
  test('the newest first, 15 at once, with where they stand', async () => {
    const posts = await api.posts.browse();
    assert.equal(posts.length, 15);
    assert.deepEqual(posts.meta.pagination, { page: 1, limit: 15, pages: 3, total: POSTS + 1, next: 2, prev: null });
    const times = posts.map((p) => p.published_at);
    assert.deepEqual(times, [...times].sort().reverse());
    assert.ok(!('tags' in posts[0]) && !('primary_author' in posts[0]) && !('plaintext' in posts[0]));
    const last = await api.posts.browse({ page: 3 });
    assert.equal(last.length, POSTS + 1 - 30);
    assert.deepEqual(last.meta.pagination, { page: 3, limit: 15, pages: 3, total: POSTS + 1, next: null, prev: 2 });
    const beyond = await api.posts.browse({ page: 9 });
    assert.equal(beyond.length, 0);
    assert.equal(new Set((await everything()).map((p) => p.id)).size, POSTS + 1);
  });

  test('a post has what Ghost calls its members', async () => {
    const p = await api.posts.read({ slug: 'pic' }, { include: 'tags,authors', formats: 'html,plaintext' });
    const { id, uuid, updated_at, tags, authors, primary_tag, primary_author, html, plaintext, ...rest } = p;
    assert.match(id, /^706c7401[0-9a-f]{16}$/);
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.match(updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+00:00$/);
    assert.deepEqual(rest, {
      title: 'With a picture', slug: 'pic', comment_id: id, feature_image: 'https://blog.example/posts/pic/x.png', featured: true,
      visibility: 'public', created_at: '2023-01-01T00:00:00.000+00:00', published_at: '2023-01-01T00:00:00.000+00:00',
      custom_excerpt: 'Seen & shown', excerpt: 'Seen & shown', codeinjection_head: null, codeinjection_foot: null, custom_template: null,
      canonical_url: null, url: 'https://blog.example/posts/pic/', reading_time: 1, access: true, comments: false,
      og_image: null, og_title: null, og_description: null, twitter_image: null, twitter_title: null, twitter_description: null,
      meta_title: 'Meta', meta_description: 'Seen & shown', email_subject: null, frontmatter: null,
      feature_image_alt: 'A dot', feature_image_caption: 'Drawn',
    });
    assert.match(html, /src="https:\/\/blog\.example\/posts\/pic\/x\.png"/);
    assert.match(html, /href="https:\/\/blog\.example\/about\/"/);
    assert.match(plaintext, /and there/);
    assert.deepEqual(slugs(tags), ['rare', 'even']);
    assert.deepEqual(primary_tag, tags[0]);
    assert.deepEqual(primary_author, authors[0]);
    assert.equal(authors[0].slug, 'bob');
    assert.equal(tags[1].description, 'All that two divides.');
    assert.equal(tags[0].url, 'https://blog.example/tags/rare/');
    assert.deepEqual(await api.posts.read({ id }, { include: 'tags,authors', formats: 'html,plaintext' }), p);
    assert.equal((await api.pages.read({ slug: 'about' })).published_at, '2025-01-02T03:04:05.000+00:00');
  });

  test('fields and formats', async () => {
    const keys = async (options) => Object.keys((await api.posts.browse({ limit: 1, ...options }))[0]).sort();
    assert.deepEqual(await keys({ fields: 'title,url' }), ['title', 'url']);
    assert.deepEqual(await keys({ fields: ['title', 'nonsense', 'html'] }), ['html', 'title']);
    assert.deepEqual(await keys({ fields: 'id', formats: 'plaintext' }), ['id', 'plaintext']);
    assert.deepEqual(await keys({ fields: 'id', include: 'tags' }), ['id', 'primary_tag', 'tags']);
    const plain = await keys({ formats: 'plaintext,mobiledoc' });
    assert.ok(plain.includes('plaintext') && !plain.includes('html'));
    assert.ok((await keys({ include: 'nobody' })).includes('html'));
  });

  test('nobody sees drafts, nor what is to come', async () => {
    for (const slug of ['draft', 'future', 'about'])
      await assert.rejects(api.posts.read({ slug }), { name: 'NotFoundError', message: 'Resource not found error, cannot read post.', context: 'Post not found.' });
    assert.equal((await api.posts.browse({ filter: 'slug:[draft,future,p01]' })).length, 1);
  });
});

suite('filters', () => {
  const has = (p, tag) => p.tags.some((t) => t.slug === tag);
  const by = (p, author) => p.authors.some((a) => a.slug === author);
  const day = (p) => p.published_at?.slice(0, 10) ?? null;
  const cases = {
    'tag:even': (p) => has(p, 'even'),
    'tags:even': (p) => has(p, 'even'),
    'tags.slug:even': (p) => has(p, 'even'),
    'tag:-even': (p) => !has(p, 'even'),
    'tag:[odd,rare]': (p) => has(p, 'odd') || has(p, 'rare'),
    'tag:-[odd,rare]': (p) => !has(p, 'odd') && !has(p, 'rare'),
    'tag:even+tag:third-0': (p) => has(p, 'even') && has(p, 'third-0'),
    'tag:even+featured:true': (p) => has(p, 'even') && p.featured,
    'tag:even featured:true': (p) => has(p, 'even') && p.featured,
    'tag:none': () => false,
    'tag:none,tag:rare': (p) => has(p, 'rare'),
    'tags:null': (p) => p.tags.length === 0,
    'tags:-null': (p) => p.tags.length > 0,
    'featured:true': (p) => p.featured,
    'featured:false+tag:even': (p) => !p.featured && has(p, 'even'),
    'featured:-true': (p) => !p.featured,
    'primary_tag:even': (p) => p.primary_tag?.slug === 'even',
    'primary_tag:-even': (p) => p.primary_tag?.slug !== 'even',
    'primary_tag:[odd,rare]': (p) => ['odd', 'rare'].includes(p.primary_tag?.slug),
    'primary_tag:null': (p) => p.primary_tag === null,
    'author:bob': (p) => by(p, 'bob'),
    'authors.slug:ann-example': (p) => by(p, 'ann-example'),
    'author:wilma-quoin': (p) => by(p, 'wilma-quoin'),
    'author:-wilma-quoin': (p) => !by(p, 'wilma-quoin'),
    'author:[bob,wilma-quoin]+tag:rare': (p) => has(p, 'rare') && (by(p, 'bob') || by(p, 'wilma-quoin')),
    'primary_author:bob': (p) => by(p, 'bob'),
    'primary_author:wilma-quoin+tag:odd': (p) => by(p, 'wilma-quoin') && has(p, 'odd'),
    'slug:p05': (p) => p.slug === 'p05',
    'slug:-p05': (p) => p.slug !== 'p05',
    'slug:[p05,p07,nobody]': (p) => ['p05', 'p07'].includes(p.slug),
    'slug:-[p05,p07]': (p) => !['p05', 'p07'].includes(p.slug),
    "title:'The same title'": (p) => p.title === 'The same title',
    "title:~'SAME'": (p) => p.title.includes('same'),
    "title:-~'same'": (p) => !p.title.includes('same'),
    "title:~^'the s'": (p) => p.title.startsWith('The s'),
    "title:~$'ture'": (p) => p.title.endsWith('ture'),
    'slug:~^p0': (p) => p.slug.startsWith('p0'),
    'slug:>p30': (p) => p.slug > 'p30',
    "published_at:>'2024-03-02'": (p) => day(p) !== null && p.published_at > '2024-03-02',
    'published_at:>=2024-03-02': (p) => day(p) !== null && p.published_at >= '2024-03-02',
    "published_at:<'2024-03-02 10:00:00'": (p) => day(p) !== null && p.published_at < '2024-03-02T10:00:00',
    "published_at:<='2024-03-02T10:00:00.000Z'": (p) => day(p) !== null && p.published_at <= '2024-03-02T10:00:00.000+00:00',
    "published_at:'2024-03-02T12:00:00.000+02:00'": (p) => p.published_at === '2024-03-02T10:00:00.000+00:00',
    'published_at:null': (p) => p.published_at === null,
    'published_at:-null+tag:rare': (p) => p.published_at !== null && has(p, 'rare'),
    'published_at:<now-1d': (p) => p.published_at !== null,
    'published_at:>now-30d': () => false,
    'published_at:<now+1M+tag:rare': (p) => has(p, 'rare') && p.published_at !== null,
    "published_at:>'2024-02-01'+published_at:<'2024-03-01'": (p) => day(p) >= '2024-02-01' && day(p) < '2024-03-01',
    "updated_at:>'2025-01-05'": (p) => p.updated_at > '2025-01-05T00:00:00.000+00:00',
    'feature_image:-null': (p) => p.feature_image !== null,
    'feature_image:null': (p) => p.feature_image === null,
    'custom_excerpt:-null': (p) => p.custom_excerpt !== null,
    'visibility:public': () => true,
    'visibility:-public': () => false,
    'visibility:public+tag:rare': (p) => has(p, 'rare'),
    'status:published+type:post+tag:rare': (p) => has(p, 'rare'),
    'page:true': () => false,
    'reading_time:>=1': (p) => p.reading_time >= 1,
    '(tag:odd,tag:rare)+featured:true': (p) => (has(p, 'odd') || has(p, 'rare')) && p.featured,
    'tag:rare,tag:odd+slug:p01': (p) => has(p, 'rare') || (has(p, 'odd') && p.slug === 'p01'),
    '((((tag:rare))))': (p) => has(p, 'rare'),
    ' ( tag : rare ) ': null,
    '( tag:rare )': (p) => has(p, 'rare'),
    'tag:\\+\\,': () => false,
    "title:'it\\'s'": () => false,
  };
  for (const [filter, want] of Object.entries(cases))
    test(filter, async () => {
      if (want === null) return assert.rejects(api.posts.browse({ filter }), { name: 'BadRequestError' });
      const all = await everything();
      const found = [];
      for (let page = 1; page; ) {
        const part = await api.posts.browse({ filter, limit: 7, page });
        assert.equal(part.meta.pagination.total, all.filter(want).length);
        found.push(...slugs(part));
        page = part.meta.pagination.next;
      }
      // newest first, but slugs that are listed come as they are listed
      const expected = slugs(all.filter(want));
      assert.deepEqual(filter.includes('slug:[') ? [...found].sort() : found, filter.includes('slug:[') ? expected.sort() : expected);
    });

  test('by id: of posts, tags and authors', async () => {
    const all = await everything();
    const pic = all.find((p) => p.slug === 'pic');
    assert.deepEqual(slugs(await api.posts.browse({ filter: `id:${pic.id}` })), ['pic']);
    assert.equal((await api.posts.browse({ filter: `id:-${pic.id}` })).meta.pagination.total, all.length - 1);
    assert.deepEqual(slugs(await api.posts.browse({ filter: `id:[${all[3].id},${all[9].id}]` })), [all[3].slug, all[9].slug]);
    assert.equal((await api.posts.browse({ filter: `tags.id:${pic.tags[1].id}` })).meta.pagination.total, all.filter((p) => has(p, 'even')).length);
    assert.equal((await api.posts.browse({ filter: `primary_tag.id:${pic.tags[0].id}` })).meta.pagination.total, 1);
    const wilma = all.flatMap((p) => p.authors).find((a) => a.slug === 'wilma-quoin');
    assert.equal((await api.posts.browse({ filter: `authors.id:${wilma.id}` })).meta.pagination.total, all.filter((p) => by(p, 'wilma-quoin')).length);
    // an id of another kind is nobody's
    assert.equal((await api.posts.browse({ filter: `id:${pic.tags[0].id}` })).length, 0);
    assert.equal((await api.posts.browse({ filter: `tags.id:${pic.id}` })).length, 0);
  });

  test('slugs that are listed come in that order, unless another is asked for', async () => {
    assert.deepEqual(slugs(await api.posts.browse({ filter: 'slug:[p09,p31,p02]' })), ['p09', 'p31', 'p02']);
    assert.deepEqual(slugs(await api.posts.browse({ filter: 'slug:[p09,p31,p02]', order: 'slug asc' })), ['p02', 'p09', 'p31']);
  });

  test('what is none is told where', async () => {
    for (const [filter, at] of Object.entries({ 'nobody:x': 1, 'tag:': 5, 'tag:a+': 7, 'tag:[a,b': 9, '(tag:a': 7, 'tag:a)': 6, 'title:\'x': 7, "title:>null": 12, 'tag': 4, '+': 1 })) {
      const e = await api.posts.browse({ filter }).then(() => assert.fail(filter), (error) => error);
      assert.equal(e.name, 'BadRequestError');
      assert.equal(e.message, 'Error parsing filter');
      assert.match(e.context, new RegExp(`at character ${at} of the filter`), filter);
    }
    for (const filter of ['featured:maybe', 'published_at:>soon', 'reading_time:x', 'feature_image:x', "tag:~'x'", 'tag:>x', 'id:>5', 'featured:>true', 'visibility:>a', "title:~''"])
      await assert.rejects(api.posts.browse({ filter }), { name: 'BadRequestError' }, filter);
  });
});

suite('orders', () => {
  const cases = {
    'published_at asc': [['published_at', 1]], 'published_at DESC': [['published_at', -1]], 'title asc': [['title', 1]], 'title desc, slug asc': [['title', -1], ['slug', 1]],
    'updated_at desc,published_at asc': [['updated_at', -1], ['published_at', 1]], 'featured desc, published_at desc': [['featured', -1], ['published_at', -1]],
    slug: [['slug', 1]], 'slug DESC': [['slug', -1]], 'reading_time asc, title desc , slug asc': [['reading_time', 1], ['title', -1], ['slug', 1]], 'created_at asc': [['created_at', 1]],
    'no_such_column desc, slug asc': [['slug', 1]],
  };
  for (const [order, keys] of Object.entries(cases))
    for (const filter of [undefined, 'tag:even', "title:~'e'"])
      test(`${order}${filter ? ` of ${filter}` : ''}`, async () => {
        const seen = [];
        for (let page = 1; page; ) {
          const part = await api.posts.browse({ order, limit: 10, page, ...(filter && { filter }) });
          seen.push(...part);
          page = part.meta.pagination.next;
        }
        assert.equal(new Set(seen.map((p) => p.id)).size, seen.length);
        const value = (p, key) => (typeof p[key] === 'string' && key === 'title' ? p[key].toLowerCase() : p[key] ?? '');
        for (let i = 1; i < seen.length; i++) {
          const [key, way] = keys.find(([k]) => value(seen[i - 1], k) !== value(seen[i], k)) ?? [];
          if (key) assert.ok((value(seen[i - 1], key) < value(seen[i], key) ? 1 : -1) === way, `${seen[i - 1].slug} before ${seen[i].slug}`);
        }
      });
  for (const order of ["title'", 'title;', 'title asc asc', 'title up', '(title)', 'title--', 'a b c', Array(9).fill('title asc').join()])
    test(`${order} is none`, async () => {
      ghostError(await get(`posts/?order=${encodeURIComponent(order)}`), 400, 'BadRequestError');
    });
});

suite('the other things', () => {
  test('pages', async () => {
    const pages = await api.pages.browse({ include: 'tags,authors' });
    assert.deepEqual(slugs(pages), ['about']);
    assert.equal(pages[0].url, 'https://blog.example/about/');
    assert.deepEqual(slugs(pages[0].tags), ['rare']);
    assert.equal((await api.pages.read({ id: pages[0].id })).title, 'About');
    assert.equal((await api.pages.read({ slug: 'about' })).title, 'About');
    assert.equal((await api.pages.browse({ filter: 'tag:rare+updated_at:>2025-01-01' })).length, 1);
    assert.equal((await api.pages.browse({ filter: 'tag:-rare' })).length, 0);
    await assert.rejects(api.pages.read({ slug: 'p01' }), { name: 'NotFoundError', context: 'Page not found.' });
    await assert.rejects(api.posts.read({ id: pages[0].id }), { name: 'NotFoundError' });
  });

  test('tags', async () => {
    const tags = await api.tags.browse({ include: 'count.posts', limit: 'all' });
    assert.deepEqual(tags.map((t) => [t.name, t.slug, t.count.posts]), [
      ['Even numbers', 'even', POSTS / 2 + 1], ['Odd', 'odd', POSTS / 2], ['Rare', 'rare', 1], ['Third 0', 'third-0', 14], ['Third 1', 'third-1', 13], ['Third 2', 'third-2', 13]]);
    assert.deepEqual(Object.keys(tags[0]).sort(), ['accent_color', 'canonical_url', 'codeinjection_foot', 'codeinjection_head', 'count', 'description', 'feature_image', 'id',
      'meta_description', 'meta_title', 'name', 'og_description', 'og_image', 'og_title', 'slug', 'twitter_description', 'twitter_image', 'twitter_title', 'url', 'visibility']);
    assert.deepEqual(slugs(await api.tags.browse({ order: 'count.posts desc, slug asc', limit: 2 })), ['even', 'odd']);
    assert.deepEqual(slugs(await api.tags.browse({ filter: 'count.posts:>13' })), ['even', 'odd', 'third-0']);
    assert.deepEqual(slugs(await api.tags.browse({ filter: "slug:~^third+visibility:public" })), ['third-0', 'third-1', 'third-2']);
    assert.deepEqual(slugs(await api.tags.browse({ filter: `id:${tags[2].id}` })), ['rare']);
    assert.deepEqual(await api.tags.browse({ fields: 'slug,url', limit: 1 }).then((l) => ({ ...l[0] })), { slug: 'even', url: 'https://blog.example/tags/even/' });
    assert.equal((await api.tags.read({ slug: 'even' }, { include: 'count.posts' })).count.posts, POSTS / 2 + 1);
    assert.equal((await api.tags.read({ id: tags[1].id })).slug, 'odd');
    await assert.rejects(api.tags.read({ slug: 'none' }), { name: 'NotFoundError', context: 'Tag not found.' });
  });

  test('authors, who is the site’s own too', async () => {
    const authors = await api.authors.browse({ include: 'count.posts' });
    assert.deepEqual(authors.map((a) => [a.name, a.slug, a.count.posts]), [['Ann Example', 'ann-example', 14], ['Bob', 'bob', 1], ['Wilma Quoin', 'wilma-quoin', POSTS + 1 - 15]]);
    assert.equal(authors.meta.pagination.total, 3);
    for (const a of authors) {
      assert.deepEqual(await api.authors.read({ id: a.id }, { include: 'count.posts' }), a);
      assert.deepEqual(await api.authors.read({ slug: a.slug }, { include: 'count.posts' }), a);
    }
    assert.deepEqual(slugs(await api.authors.browse({ order: 'count.posts desc', limit: 1 })), ['wilma-quoin']);
    assert.deepEqual(slugs(await api.authors.browse({ filter: 'slug:-bob' })), ['ann-example', 'wilma-quoin']);
    await assert.rejects(api.authors.read({ slug: 'nobody' }), { name: 'NotFoundError', context: 'Author not found.' });
  });

  test('settings, tiers, newsletters', async () => {
    const s = await api.settings.browse();
    assert.equal(s.title, 'A blog');
    assert.equal(s.url, 'https://blog.example/');
    assert.equal(s.lang, 'de');
    assert.deepEqual(s.navigation, [{ label: 'About', url: '/about/' }]);
    assert.deepEqual(s.secondary_navigation, []);
    assert.equal(s.members_enabled, false);
    assert.deepEqual((await api.tiers.browse()).map((t) => t.slug), ['free']);
    assert.equal((await api.newsletters.browse()).length, 0);
    await assert.rejects(api.offers.read({ id: '1' }), { name: 'NotFoundError' });
  });
});

suite('authors with pages of their own', () => {
  test('are lists, and the site’s author is one when a post names her', async () => {
    const own = await blog({
      'hugo.yaml': 'title: B\nparams: {author: Ann Example}\ntaxonomies: {tag: tags, author: authors}\n',
      'content/posts/a.md': post('A', 'x', { authors: '[Ann Example, Bob]' }), 'content/posts/b.md': post('B', 'x', { authors: '[Bob]' }), 'content/posts/c.md': post('C', 'x'),
      'content/posts/d.md': post('D', 'x'), 'content/authors/bob/_index.md': post('Bob the second', '', { description: 'Drives a press.' }) });
    const client = make({ url: own.server.base.replace(/\/$/, '') });
    const authors = await client.authors.browse({ include: 'count.posts' });
    assert.deepEqual(authors.map((a) => [a.name, a.slug, a.bio, a.count.posts]), [['Ann Example', 'ann-example', null, 3], ['Bob the second', 'bob', 'Drives a press.', 2]]);
    for (const a of authors) {
      assert.deepEqual(await client.authors.read({ id: a.id }, { include: 'count.posts' }), a);
      assert.deepEqual(await client.authors.read({ slug: a.slug }, { include: 'count.posts' }), a);
      assert.equal((await client.posts.browse({ filter: `authors.id:${a.id}` })).meta.pagination.total, a.count.posts);
      assert.equal((await client.posts.browse({ filter: `author:${a.slug}` })).meta.pagination.total, a.count.posts);
    }
    const found = async (filter) => slugs(await client.posts.browse({ filter, order: 'slug asc' }));
    assert.deepEqual(await found('author:-bob'), ['c', 'd']);
    assert.deepEqual(await found('primary_author:bob'), ['b']);
    assert.deepEqual(await found('primary_author:ann-example'), ['a', 'c', 'd']);
    assert.deepEqual(await found('authors:[nobody,bob]+authors:ann-example'), ['a']);
    const [a] = await client.posts.browse({ filter: 'slug:a', include: 'authors' });
    assert.deepEqual(a.authors.map((x) => [x.slug, x.url.replace(own.server.base, '')]).map(([x, u]) => [x, new URL(u, 'http://x').pathname]), [['ann-example', '/authors/ann-example/'], ['bob', '/authors/bob/']]);
    // what is kept goes with what is published
    for (let i = 0; i < 3; i++) assert.equal((await client.posts.browse({ filter: 'author:bob' })).meta.pagination.total, 2);
    own.write({ 'content/posts/e.md': post('E', 'x', { authors: '[Bob]' }), 'content/posts/a.md': post('A anew', 'x', { authors: '[Ann Example, Bob]' }), 'content/authors/bob/_index.md': post('Bob', '', { description: 'Drives two.' }) });
    assert.equal((await own.import()).status, 0);
    await poll(async () => (await client.posts.browse({ filter: 'author:bob' })).meta.pagination.total === 3);
    assert.equal((await client.posts.read({ slug: 'a' })).title, 'A anew');
    assert.equal((await client.authors.read({ slug: 'bob' }, { include: 'count.posts' })).bio, 'Drives two.');
    await own.server.stop();
  });
});

suite('at the door', () => {
  test('every version of the client', async () => {
    for (const version of ['v2', 'v3', 'v4', 'v5', 'v6', 'v5.0', 'v3.1', 'v6.0', 'canary', true, false])
      assert.equal((await make({ version }).posts.browse({ limit: 2 })).length, 2, String(version));
    for (const path of ['v3/content/posts/', 'canary/content/posts', 'content/posts', 'v5/content/posts/'])
      assert.equal((await request(b.server.base, `/ghost/api/${path}?key=${KEY}`)).status, 200, path);
  });

  test('keys', async () => {
    const ask = (key) => request(b.server.base, `/ghost/api/content/posts/${key === null ? '' : `?key=${key}`}`);
    ghostError(await ask(null), 403, 'NoPermissionError');
    ghostError(await ask(''), 403, 'NoPermissionError');
    for (const key of ['x', KEY.toUpperCase(), `${KEY}0`, KEY.slice(1), `${KEY}%00`, '%ff', `${KEY}'`, 'g'.repeat(26)])
      assert.equal(ghostError(await ask(key), 401, 'UnauthorizedError').code, 'UNKNOWN_CONTENT_API_KEY');
    assert.equal((await ask('0'.repeat(26))).status, 200);
  });

  test('named keys only, when there are some', async () => {
    const other = 'abcdef0123456789abcdef0123';
    const s = await serve(b.db, { args: ['--ghost-key', KEY, '--ghost-key', other] });
    for (const [key, status] of [[KEY, 200], [other, 200], ['0'.repeat(26), 401]])
      assert.equal((await request(s.base, `/ghost/api/content/settings/?key=${key}`)).status, status);
    await s.stop();
    const bad = await platen(['serve', '--db', b.db, '--listen', '127.0.0.1:0', '--ghost-key', 'secret']);
    assert.notEqual(bad.status, 0);
    assert.match(bad.stderr, /ghost-key.*26 digits/);
  });

  test('headers: open to all, kept and asked for anew, conditional', async () => {
    const r = await get('posts/?limit=1');
    assert.equal(r.headers['access-control-allow-origin'], '*');
    assert.equal(r.headers['content-version'], 'v6.0');
    assert.equal(r.headers['cache-control'], 'public, max-age=0, must-revalidate');
    assert.match(r.headers.etag, /^"[0-9a-f]+"$/);
    const again = await request(b.server.base, `/ghost/api/content/posts/?limit=1&key=${KEY}`, { headers: { 'If-None-Match': r.headers.etag } });
    assert.equal(again.status, 304);
    const preflight = await request(b.server.base, '/ghost/api/content/posts/', { method: 'OPTIONS', headers: { Origin: 'https://x.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'accept-version' } });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers['access-control-allow-headers'], /Accept-Version/);
    assert.match(preflight.headers['access-control-allow-methods'], /GET/);
    assert.equal((await request(b.server.base, `/ghost/api/content/posts/?key=${KEY}`, { method: 'HEAD' })).status, 200);
  });

  test('errors are in Ghost’s form', async () => {
    for (const path of ['/ghost/api/', '/ghost/api/nothing', '/ghost/api/admin/posts/', '/ghost/api/content', '/ghost/api/v3', '/ghost/api/v3/', '/ghost/api/canary/x/'])
      ghostError(await request(b.server.base, path), path.endsWith('content') ? 403 : 404);
    for (const path of ['', 'members/', 'posts/slug/a/b/', 'tags/slug/none/', 'settings/x/', `posts/${'0'.repeat(24)}/`, `tags/706c7402ffffffffffffffff/`, `posts/706c740100000000000000ff/`])
      ghostError(await get(path), 404, 'NotFoundError');
    for (const path of ['posts/1/', 'posts/slug/', 'tags/x/'])
      ghostError(await get(path), 422, 'ValidationError');
    const post405 = await request(b.server.base, `/ghost/api/content/posts/?key=${KEY}`, { method: 'POST' });
    ghostError(post405, 405, 'MethodNotAllowedError');
    assert.match(post405.headers.allow, /GET/);
    for (const query of ['limit=0', 'limit=-1', 'limit=x', 'limit=1.5', 'page=0', 'page=x', 'page=100001', 'limit=%00', 'include=%ff'])
      ghostError(await get(`posts/?${query}`), 400, 'BadRequestError');
    assert.equal(JSON.parse((await get('posts/?limit=1000')).text).meta.pagination.limit, 100);
    assert.equal((await get('posts/?nobody=knows&_=123')).status, 200);
  });
});

suite('what is meant to break it', () => {
  const nasty = ["'", "''", "' OR '1'='1", "'; DROP TABLE post; --", '" OR ""="', ') OR 1=1 --', '/*', '*/ UNION SELECT 1 --', "a' || (SELECT value FROM setting) || '", 'CASE WHEN 1 THEN 1 END',
    "x'41'", '%00', '%27', '\\', "\\'", '\u0000', '\u202e', '🦄', '%', '_', '?1', ':a', '@a', '$1', '[', ']', '(', ')', '-', '+', ',', '~', '>', '<', '>=', '=', 'null', 'true', 'now-1d', 'now-99999999999999999999d', '1e999', '-1',
    '9223372036854775808', 'a'.repeat(4000), "'".repeat(500), '(' .repeat(4000), `${'('.repeat(16)}slug:a${')'.repeat(16)}`, 'slug:[' + 'a,'.repeat(150) + 'a]'];
  const wrap = [(v) => v, (v) => `slug:${v}`, (v) => `slug:'${v}'`, (v) => `slug:[a,${v}]`, (v) => `tag:${v}`, (v) => `author:-'${v}'`, (v) => `title:~'${v}'`, (v) => `published_at:>${v}`, (v) => `id:${v}`, (v) => `primary_tag:'${v}'`, (v) => `${v}:x`, (v) => `tag:even+${v}`];

  test('filters: 400 or a right answer, soon', async () => {
    for (const value of nasty)
      for (const f of wrap) {
        const filter = f(value);
        const began = performance.now();
        const r = await get(`posts/?fields=slug&filter=${encodeURIComponent(filter)}`);
        assert.ok(performance.now() - began < 3000 * SLOW, filter.slice(0, 80));
        if (r.status === 414 || r.status === 431) continue; // the head was too long
        assert.ok(r.status === 200 || r.status === 400, `${r.status} for ${filter.slice(0, 80)}: ${r.text.slice(0, 200)}`);
        if (r.status === 400) { if (r.text) ghostError(r, 400, 'BadRequestError'); }
        else assert.ok(JSON.parse(r.text).meta.pagination.total <= POSTS + 1);
      }
  });

  test('quotes mean themselves', async () => {
    for (const value of ["' OR '1'='1", "'; DROP TABLE post; --", "a' || (SELECT value FROM setting) || '"]) {
      const quoted = `'${value.replace(/'/g, "\\'")}'`;
      for (const field of ['slug', 'title', 'tag', 'author', 'primary_tag', 'primary_author'])
        assert.equal((await api.posts.browse({ filter: `${field}:${quoted}` })).meta.pagination.total, 0, field);
      assert.equal((await api.posts.browse({ filter: `slug:[${quoted},p01]` })).length, 1);
      assert.equal((await api.tags.browse({ filter: `slug:${quoted}` })).length, 0);
    }
  });

  test('every other parameter', async () => {
    for (const value of nasty)
      for (const name of ['include', 'fields', 'formats', 'order', 'limit', 'page', 'key', 'nobody'])
        for (const path of ['posts/', 'tags/', 'posts/slug/p01/']) {
          const r = await request(b.server.base, `/ghost/api/content/${path}?${name}=${encodeURIComponent(value)}&${name === 'key' ? '' : `key=${KEY}`}`);
          assert.ok([200, 400, 401, 414, 431].includes(r.status), `${r.status} for ${name}=${value.slice(0, 40)}`);
        }
  });

  test('paths', async () => {
    for (const value of nasty)
      for (const path of ['posts/', 'posts/slug/', 'tags/slug/', 'authors/slug/', '']) {
        const r = await request(b.server.base, `/ghost/api/content/${path}${encodeURIComponent(value)}/?key=${KEY}`);
        assert.ok([400, 404, 414, 422, 431].includes(r.status), `${r.status} for ${path}${value.slice(0, 40)}`);
      }
  });

  test('a megabyte, ten thousand ids, deep brackets', async () => {
    const id = `706c7401${'0'.repeat(16)}`;
    for (const filter of ['a'.repeat(1 << 20), `id:[${Array(10000).fill(id).join()}]`, '('.repeat(100000), `slug:[${Array(300).fill('a').join()}]`, '('.repeat(17) + 'slug:a' + ')'.repeat(17),
      Array(60).fill('slug:-a').join('+'), Array(60).fill("title:~'a'").join(',')]) {
      const began = performance.now();
      const r = await get(`posts/?filter=${encodeURIComponent(filter)}`).catch((e) => ({ status: e.code }));
      assert.ok([400, 414, 431, 'ECONNRESET', 'EPIPE'].includes(r.status), `${r.status} for ${filter.slice(0, 40)}`);
      assert.ok(performance.now() - began < 3000 * SLOW);
    }
    // as much as is allowed
    const many = (field, value) => `${field}:[${Array.from({ length: 199 }, (_, i) => value(i)).join()}]`;
    const hex = (i) => i.toString(16).padStart(16, '0');
    for (const filter of [many('slug', (i) => `p${pad(i)}`), many('tags.id', (i) => `706c7402${hex(i)}`), many('primary_author.id', (i) => `706c7402${hex(i)}`), many('authors.id', (i) => `706c7404${hex(i)}`), many('tag', (i) => `t${i}`)])
      assert.equal((await get(`posts/?filter=${encodeURIComponent(filter)}`)).status, 200, filter.slice(0, 40));
    for (const thing of ['tags', 'authors'])
      assert.equal((await get(`${thing}/?filter=${encodeURIComponent(many('slug', (i) => `t${i}`))}`)).status, 200);
    assert.equal((await get('posts/?limit=1')).status, 200);
    assert.equal((await api.posts.browse({ limit: 1 })).meta.pagination.total, POSTS + 1, 'nothing was dropped');
  });

  test('nothing of it is in the log', () => {
    assert.doesNotMatch(b.server.stderr(), /DROP TABLE|OR '1'/);
  });

  test('and the server ends well', async () => {
    const end = await b.server.stop();
    assert.equal(end.status, 0, end.stderr);
  });
});
