// A relative link works as it does in an editor and on the git host's page, wherever the target stands now.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blog, folder, platen, post } from './lib/blog.mjs';

test('links between files, pictures beside them', async () => {
  const s = await blog({
    'hugo.yaml': 'title: T\nbaseURL: https://example.org/\n',
    'content/posts/a.md': post('A', '[b](b.md) [c](../notes/c.md#part) [d](../deep/d/index.md?x=1) [i](../notes/_index.md)\n\n![p](img/p.svg) <img src="../pic.svg">\n\n[web](https://x.example/b.md) [top](/posts/b.md) [here](#here) [page](../../about/) [none](gone.md)'),
    'content/posts/b.md': post('B', 'Words.', { slug: 'second' }),
    'content/posts/img/p.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'content/pic.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'content/notes/c.md': post('C', 'Words.', { url: '/else/c/' }),
    'content/notes/_index.md': '---\ntitle: Notes\n---\nSee [c](c.md).\n',
    'content/deep/d/index.md': post('D', '![x](x.svg)'),
    'content/deep/d/x.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'content/draft.md': post('Draft', 'Words.', { draft: true }),
  });
  const a = (await s.get('/posts/a/')).text;
  for (const want of ['<a href="/posts/second/">b', '<a href="/else/c/#part">c', '<a href="/deep/d/?x=1">d', '<a href="/notes/">i',
    '<img src="/posts/img/p.svg"', '<img src="/pic.svg">', '<a href="https://x.example/b.md">', '<a href="/posts/b.md">top',
    '<a href="#here">', '<a href="../../about/">page', '<a href="gone.md">none'])
    assert.ok(a.includes(want), `${want} in ${a.match(/<div class="[^"]*e-content[\s\S]*?<\/div>/)?.[0]}`);
  assert.match((await s.get('/notes/')).text, /<a href="\/else\/c\/">c/);
  assert.match((await s.get('/deep/d/')).text, /<img src="\/deep\/d\/x\.svg"/);
  const feed = (await s.get('/feed.json')).text;
  assert.match(feed, /https:\/\/example\.org\/posts\/second\//);
  assert.match(feed, /https:\/\/example\.org\/posts\/img\/p\.svg/);

  // the target moves, the link follows without its own file being touched
  s.write({ 'content/posts/b.md': post('B', 'Words.', { slug: 'third' }) });
  const again = await s.import();
  assert.equal(again.status, 0);
  assert.match((await s.get('/posts/a/')).text, /<a href="\/posts\/third\/">b/);
  await s.server.stop();
});

test('a link to a file that is not there is told', async () => {
  const dir = folder({ 'content/posts/a.md': post('A', '[x](missing.md) [y](../../../out.md) [z](b.md) [w](https://a.example/c.md)'), 'content/posts/b.md': post('B') });
  const { status, stderr } = await platen(['check', dir]);
  assert.equal(status, 0);
  assert.match(stderr, /content\/posts\/a\.md: note: links to missing\.md, which is not there/);
  assert.match(stderr, /content\/posts\/a\.md: note: links to \.\.\/\.\.\/\.\.\/out\.md, which is not there/);
  assert.equal(stderr.match(/note: links to/g).length, 2);
});
