// Posts written through the API: created, changed, replaced, deleted; conditions, keys, faults, and who owns what.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { blog, platen, post, poll, SLOW } from './lib/blog.mjs';

let b, token, reader;

async function tokenOf(db, ...scopes) {
  const made = await platen(['token', 'create', '--db', db, '--name', 't', '--scope', scopes.join(',')]);
  return made.stdout.trim();
}

async function ask(method, path, { body, headers = {}, as = token, raw, at = b } = {}) {
  const r = await fetch(new URL(path, at.server.base), {
    method, redirect: 'manual',
    headers: { ...(as ? { Authorization: `Bearer ${as}` } : {}), ...(body !== undefined || raw !== undefined ? { 'Content-Type': 'application/json' } : {}), ...headers },
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  });
  const text = await r.text();
  let json = null;
  try { json = JSON.parse(text); } catch { /* no JSON */ }
  return { status: r.status, headers: r.headers, text, json };
}

const create = (body, more) => ask('POST', '/api/v1/posts', { body, ...more });
const patch = (p, body, etag = p.etag, more = {}) => ask('PATCH', `/api/v1/posts/${p.id}`, { body, ...more, headers: { ...(etag ? { 'If-Match': etag } : {}), ...more.headers } });

let count = 0;
async function made(fields = {}) {
  const r = await create({ title: `Post number ${++count}`, body: `Words of ${count}.`, ...fields });
  assert.equal(r.status, 201, r.text);
  return { id: r.json.id, etag: r.headers.get('etag'), json: r.json };
}

before(async () => {
  b = await blog({ 'content/posts/file.md': post('From a file'), 'hugo.yaml': 'title: A blog\n' });
  token = await tokenOf(b.db, 'posts:write');
  reader = await tokenOf(b.db, 'deliveries:read');
});
after(() => b.server.stop());

test('a post is created, live at once, in lists, feeds and search', async () => {
  const r = await create({ title: 'Héllo wörld', body: '# Not the title\n\nSome *words* about zebras.', tags: ['New Things'], summary: 'Short.' });
  assert.equal(r.status, 201, r.text);
  assert.equal(r.headers.get('location'), `/api/v1/posts/${r.json.id}`);
  assert.match(r.headers.get('etag'), /^"[0-9a-f]{32}/);
  assert.equal(r.json.url, '/posts/h%C3%A9llo-w%C3%B6rld/');
  const page = await b.get(r.json.url);
  assert.equal(page.status, 200);
  assert.ok(page.text.includes('Some <em>words</em> about zebras.'));
  assert.ok((await b.get('/')).text.includes('Héllo wörld'));
  assert.ok((await b.get('/tags/new-things/')).text.includes('Héllo wörld'));
  assert.ok((await b.get('/index.xml')).text.includes('Héllo wörld'));
  assert.ok((await b.get('/search/?q=zebras')).text.includes('Héllo wörld'));
});

test('a patch writes what it names and leaves the rest', async () => {
  const p = await made({ body: 'First *body*.', tags: ['a', 'b'], summary: 'S', params: { x: { y: 1, z: 2 } } });
  const r = await patch(p, { title: 'Changed', tags: null, params: { x: { y: 3 } } });
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.id, p.id);
  assert.equal(r.json.title, 'Changed');
  assert.deepEqual(r.json.tags, []);
  assert.equal(r.json.summary, 'S');
  assert.deepEqual(r.json.params, { x: { y: 3, z: 2 } });
  assert.equal(r.json.body, 'First *body*.');
  assert.notEqual(r.headers.get('etag'), p.etag);
});

test('a title of nothing but spaces is none', async () => {
  const r = await create({ title: ' \n ', body: 'Words.' });
  assert.deepEqual([r.status, r.json.errors?.[0].pointer], [422, '/title']);
});

test('a new slug redirects the old address; a deleted post is gone', async () => {
  const p = await made({ slug: 'old-name' });
  const r = await patch(p, { slug: 'new-name' });
  assert.equal(r.json.url, '/posts/new-name/');
  const old = await b.get('/posts/old-name/');
  assert.deepEqual([old.status, old.headers.location], [301, '/posts/new-name/']);
  const gone = await ask('DELETE', `/api/v1/posts/${p.id}`, { headers: { 'If-Match': r.headers.get('etag') } });
  assert.equal(gone.status, 204, gone.text);
  assert.equal((await b.get('/posts/new-name/')).status, 410);
  assert.equal((await patch(p, { title: 'x' }, '*')).status, 404);
});

test('PUT replaces: what it does not say is no more, but the date stays', async () => {
  const p = await made({ tags: ['a'], published: '2020-02-03T04:05:06Z' });
  const r = await ask('PUT', `/api/v1/posts/${p.id}`, { body: { title: 'Whole', body: 'New.' }, headers: { 'If-Match': p.etag } });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.tags, []);
  assert.equal(r.json.body, 'New.');
  assert.equal(r.json.published, '2020-02-03T04:05:06Z');
});

test('a change needs the version it is of', async () => {
  const p = await made();
  assert.equal((await patch(p, { title: 'x' }, null)).status, 428);
  assert.equal((await patch(p, { title: 'x' }, '"00000000000000000000000000000000"')).status, 412);
  assert.equal((await patch(p, { title: 'x' }, `"nothing", ${p.etag}`)).status, 200);
  assert.equal((await patch(p, { title: 'y' })).status, 412, 'it has changed since');
  assert.equal((await patch(p, { title: 'y' }, '*')).status, 200);
  assert.equal((await ask('DELETE', `/api/v1/posts/${p.id}`)).status, 428);
});

test('drafts and posts of the future are written and not shown', async () => {
  const p = await made({ draft: true, slug: 'a-draft' });
  assert.equal((await b.get('/posts/a-draft/')).status, 404);
  const r = await patch(p, { draft: false });
  assert.equal(r.status, 200);
  assert.equal((await b.get('/posts/a-draft/')).status, 200);
  const soon = await made({ slug: 'soon', publish_at: new Date(Date.now() + 1500).toISOString() });
  assert.equal((await b.get('/posts/soon/')).status, 404);
  await poll(async () => (await b.get('/posts/soon/')).status === 200, { what: 'it appears when its time comes' });
  assert.ok(soon.id);
});

test("a file's post belongs to its file", async () => {
  const feed = JSON.parse((await b.get('/feed.json')).text);
  assert.ok(feed.items.some((i) => i.title === 'From a file'));
  for (let id = 1; id < 5; id++) {
    const r = await patch({ id }, { title: 'x' }, '*');
    if (r.status === 409) {
      assert.match(r.json.detail, /content\/posts\/file\.md/);
      return;
    }
  }
  assert.fail('no post answered 409');
});

test('a permalink has one owner', async () => {
  const p = await made({ slug: 'taken' });
  const r = await create({ title: 'Other', slug: 'taken' });
  assert.equal(r.status, 409, r.text);
  assert.match(r.json.detail, /\/posts\/taken\//);
  assert.equal((await b.get('/posts/taken/')).status, 200);
  const other = await made();
  assert.equal((await patch(other, { slug: 'taken' })).status, 409);
  assert.equal((await patch(other, { slug: 'file' })).status, 409, "a file's, too");
  assert.equal((await patch(p, { title: 'still mine' })).status, 200);
});

test('an import leaves what it did not bring, and takes no address that is there', async () => {
  const p = await made({ slug: 'kept' });
  writeFileSync(join(b.dir, 'content/posts/second.md'), post('Second'));
  writeFileSync(join(b.dir, 'content/posts/kept.md'), post('Wants the address'));
  const r = await b.import();
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stderr, /kept\.md.*already taken by a post of the API/);
  assert.equal((await b.get('/posts/second/')).status, 200);
  assert.ok((await b.get('/posts/kept/')).text.includes(p.json.title));
  rmSync(join(b.dir, 'content/posts/second.md'));
  rmSync(join(b.dir, 'content/posts/kept.md'));
  assert.equal((await b.import()).status, 0);
  assert.equal((await b.get('/posts/kept/')).status, 200);
});

test('the same key does the same once', async () => {
  const key = { headers: { 'Idempotency-Key': 'k-1' } };
  const first = await create({ title: 'Once' }, key);
  assert.equal(first.status, 201);
  const again = await create({ title: 'Once' }, key);
  assert.equal(again.status, 201);
  assert.equal(again.json.id, first.json.id);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  const other = await create({ title: 'Twice' }, key);
  assert.equal(other.status, 422, 'the same key for something else');
  const mine = await tokenOf(b.db, 'posts:write');
  assert.equal((await create({ title: 'Another', slug: 'another-key' }, { ...key, as: mine })).status, 201, "another token's key");
  const many = await Promise.all(Array.from({ length: 10 }, () => create({ title: 'At once', slug: 'at-once' }, { headers: { 'Idempotency-Key': 'k-2' } })));
  assert.deepEqual(new Set(many.map((r) => r.json.id)).size, 1);
  assert.equal((await create({ title: 'x' }, { headers: { 'Idempotency-Key': 'k'.repeat(256) } })).status, 400);
});

test('every fault is told, with its pointer', async () => {
  const r = await create({ titel: 'x', tags: 'a', published: 'yesterday', draft: 'no', weight: 1.5, aliases: ['/a', 7], 'a/b~c': 1, cover: [] });
  assert.equal(r.status, 422);
  assert.equal(r.headers.get('content-type'), 'application/problem+json');
  const faults = Object.fromEntries(r.json.errors.map((e) => [e.pointer, e.detail]));
  assert.deepEqual(Object.keys(faults).sort(), ['/a~1b~0c', '/aliases/1', '/cover', '/draft', '/published', '/tags', '/titel', '/title', '/weight'].sort());
  assert.match(faults['/titel'], /did you mean "title"/);
});

test('what is no post is refused', async () => {
  const cases = [
    [{ raw: '{' }, 400], [{ raw: '' }, 400], [{ raw: '[]' }, 422], [{ raw: '"x"' }, 422], [{ raw: '{"title":"a","title":"b"}' }, 400],
    [{ raw: '{"title":"\\u0000"}' }, 400], [{ raw: '{"title":"\\ud800"}' }, 400],
    [{ body: { title: '' } }, 422], [{ body: { title: null } }, 422], [{ body: {} }, 422],
    [{ body: { title: 'x'.repeat(1001) } }, 422], [{ body: { title: 'x', tags: Array(65).fill('t') } }, 422],
    [{ body: { title: 'x', body: 'y'.repeat(4 * 1024 * 1024 + 1) } }, 422],
    [{ body: { title: 'x', body: 'y'.repeat(4 * 1024 * 1024 - 5) } }, 413],
    [{ body: { title: 'x', published: '2024-02-30T00:00:00Z' } }, 422],
    [{ body: { title: 'x' }, headers: { 'Content-Type': 'text/plain' } }, 415],
    [{ raw: '['.repeat(100000) }, 400],
  ];
  for (const [options, status] of cases) {
    const r = await ask('POST', '/api/v1/posts', options);
    assert.equal(r.status, status, `${JSON.stringify(options).slice(0, 80)}: ${r.text.slice(0, 300)}`);
  }
  const p = await made();
  assert.equal((await patch(p, { title: null })).status, 422);
  assert.equal((await ask('POST', '/api/v1/posts?x=1', { body: { title: 'x' } })).status, 400);
  assert.equal((await patch({ id: 'x' }, {}, '*')).status, 404);
  assert.equal((await patch({ id: 999999 }, {}, '*')).status, 404);
});

test('who may', async () => {
  assert.equal((await create({ title: 'x' }, { as: null })).status, 401);
  assert.equal((await create({ title: 'x' }, { as: 'platen_wrong' })).status, 401);
  assert.equal((await create({ title: 'x' }, { as: reader })).status, 403);
});

test('HTML of strangers does not run', async () => {
  const body = '<script>alert(1)</script>\n\n<p onclick="x()">a <b>bold</b></p>\n\n[l](javascript:alert(1)) <img src=x onerror=alert(1)>\n\n<iframe src="https://example.org"></iframe>\n';
  const p = await made({ body, slug: 'stranger' });
  const { text } = await b.get('/posts/stranger/');
  const article = text.slice(text.indexOf('<article'), text.indexOf('</article>'));
  assert.ok(article.includes('a <b>bold</b>'));
  for (const bad of ['alert(1)', 'onclick', 'onerror', '<iframe', 'javascript:']) assert.ok(!article.includes(bad), bad);
  assert.equal(p.json.body, body, 'the source stays as it was written');
});

test('explosive Markdown is refused in time', async () => {
  const began = performance.now();
  const r = await create({ title: 'x', body: `${'- '.repeat(20000)}a${'\n'.repeat(20000)}` });
  assert.ok([201, 422].includes(r.status), r.text.slice(0, 200));
  assert.ok(performance.now() - began < 5000 * SLOW);
  assert.equal((await create({ title: 'after it' })).status, 201);
});

test('fifty clients change one post: one wins each round, nothing is lost', async () => {
  let p = await made({ params: { n: 0 } });
  for (let round = 1; round <= 5; round++) {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => patch(p, { params: { n: round, by: i } })));
    const won = answers.filter((r) => r.status === 200);
    assert.equal(won.length, 1, answers.map((r) => r.status).join());
    assert.ok(answers.every((r) => [200, 412, 503].includes(r.status)), answers.map((r) => r.status).join());
    assert.equal(won[0].json.params.n, round);
    p = { ...p, etag: won[0].headers.get('etag') };
  }
});

test('writes and imports at once: all of both is there', async () => {
  for (let i = 0; i < 30; i++) writeFileSync(join(b.dir, `content/posts/burst-${i}.md`), post(`Burst ${i}`));
  const [imported, ...written] = await Promise.all([b.import(), ...Array.from({ length: 20 }, (_, i) => create({ title: `Beside ${i}`, slug: `beside-${i}` }))]);
  assert.equal(imported.status, 0, imported.stderr);
  for (const [i, r] of written.entries()) {
    assert.ok([201, 503].includes(r.status), r.text);
    assert.equal((await b.get(`/posts/beside-${i}/`)).status, r.status === 201 ? 200 : 404);
  }
  assert.equal((await b.get('/posts/burst-29/')).status, 200);
});
