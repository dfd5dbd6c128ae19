// What a 404 offers to somebody who mistyped, or came by an old link.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { blog, post } from './lib/blog.mjs';

let b;
const HTML = { Accept: 'text/html,application/xhtml+xml' };
const near = async (path, headers = HTML) => {
  const r = await b.get(path, { headers });
  assert.equal(r.status, 404, path);
  const list = /<ul class="near">([\s\S]*?)<\/ul>/.exec(r.text)?.[1] ?? '';
  return [...list.matchAll(/href="([^"]*)"/g)].map((m) => m[1]);
};

before(async () => {
  const files = { 'platen.yaml': 'title: A blog\n' };
  for (const [slug, title, tags] of [['associative-arrays', 'Associative arrays', '[Bash, Shell]'], ['hello-world', 'Hello, world', '[Meta]'], ['hello-again', 'Hello again', '[Meta]'], ['unix-sockets', 'Unix sockets', '[Linux]'],
    ['a-draft-of-sockets', 'A draft', '[Linux]'], ['über-alles', 'Über alles', '[Notes]'], ['quote', 'He said "<b>no</b>" & left', '[Meta]']])
    files[`content/posts/${slug}.md`] = post(title, 'Words.', { tags, ...(slug.startsWith('a-draft') ? { draft: 'true' } : {}) });
  for (let i = 0; i < 12; i++) files[`content/notes/n${i}.md`] = post(`Common number ${i}`, 'Words.', { tags: '[Meta]' });
  b = await blog(files);
});
after(() => b.server.stop());

test('a word, a beginning, a slip of the finger: the likest first', async () => {
  assert.equal((await near('/posts/hello-wrold/'))[0], '/posts/hello-world/');
  assert.equal((await near('/posts/hello-agian'))[0], '/posts/hello-again/');
  assert.equal((await near('/2019/05/06/associative-array.html'))[0], '/posts/associative-arrays/');
  assert.equal((await near('/posts/assoc/'))[0], '/posts/associative-arrays/');
  assert.deepEqual(await near('/sockets.md'), ['/posts/unix-sockets/'], 'no draft');
  assert.equal((await near('/blog/%C3%9Cber/'))[0], '/posts/%C3%BCber-alles/');
  assert.ok((await near('/common-number/')).length === 5);
});

test('tags and sections by their name', async () => {
  assert.equal((await near('/tag/linux'))[0], '/tags/linux/');
  assert.equal((await near('/category/notes/'))[0], '/notes/');
  assert.ok((await near('/category/notes/')).includes('/tags/notes/'));
});

test('nothing where nothing is like it, where no person asks, and where no page is meant', async () => {
  for (const path of ['/zzzzzz/', '/xy/', '/1999/01/', '/wp-login.php', '/hello-world.png', '/.env', `/${'hello-'.repeat(40)}/`, '/%F0%9F%8E%89/', '/"%20OR%20hello/'.replaceAll('"', '%22').replace('hello', 'zz')])
    assert.deepEqual(await near(path), [], path);
  assert.deepEqual(await near('/posts/hello-wrold/', { Accept: '*/*' }), []);
  assert.deepEqual(await near('/posts/hello-wrold/', {}), []);
});

test('whatever the path, an answer, and text stays text', async () => {
  for (const path of ['/%22quote%22%20AND%20NEAR(a%20b)', '/quote*', '/title:quote', '/-quote^2', '/quote%00', "/quote'--", '/{quote}', '/\u0001quote'.replace('\u0001', '%01'), `/${'a-b-c-quote-'.repeat(5)}`])
    assert.ok([400, 404].includes((await b.get(path, { headers: HTML })).status), path);
  const r = await b.get('/said-left/', { headers: HTML });
  assert.match(r.text, /He said &quot;&lt;b&gt;no&lt;\/b&gt;&quot; &amp; left/);
  assert.equal(r.headers['cache-control'] === 'public, max-age=0, must-revalidate' || /no-store/.test(r.headers['cache-control']), true);
  assert.match(r.text, /<form class="search" action="\/search\/"/);
  assert.equal((await b.get('/posts/hello-wrold/', { headers: HTML, method: 'HEAD' })).status, 404);
});
