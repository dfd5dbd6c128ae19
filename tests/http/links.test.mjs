// A relative link works as it does in an editor and on the git host's page, wherever the target stands now.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
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
  assert.match(stderr, /content\/posts\/a\.md:6:5: note: links to missing\.md, which is not there/);
  assert.match(stderr, /content\/posts\/a\.md:6:21: note: links to \.\.\/\.\.\/\.\.\/out\.md, which is not there/);
  assert.equal(stderr.match(/note: links to/g).length, 2);
});

test('a link to a folder leads to its post or section, as on the git host’s page', async () => {
  const s = await blog({
    'content/posts/a.md': post('A', '[trip](trip/) [bare](trip#part) [notes](../notes/) [page](../b/)'),
    'content/posts/trip/index.md': post('Trip', 'Words.', { slug: 'journey' }),
    'content/notes/_index.md': '---\ntitle: Notes\nurl: /else/\n---\n',
    'content/posts/b.md': post('B'),
  });
  const a = (await s.get('/posts/a/')).text;
  for (const want of ['<a href="/posts/journey/">trip', '<a href="/posts/journey/#part">bare', '<a href="../b/">page'])
    assert.ok(a.includes(want), want);
  const notes = a.match(/<a href="([^"]*)">notes/)[1];
  assert.equal((await s.get(notes)).status, 200);
  await s.server.stop();
});

const told = (stderr) => [...stderr.matchAll(/^(.*?): note: links to (.*), which is not there$/gm)].map((m) => `${m[1]} ${m[2]}`);

test('pictures, files and pages of the site that are at no address are told, with their places', async () => {
  const body = [
    '![gone](gone.png) ![here](here.png) [![x](gone.png)](gone.png)', // 5: told once
    '[root](/img/none.jpg) ![in static](/img/some.png) [beside](/posts/trip/here.png)',
    '[page](/posts/nope/) [post](/posts/b/) [no slash](/posts/b) [html](/posts/b/index.html) [from the page](../b/) [and not](../c/)',
    '[tags](/tags/) [tag](/tags/x/) [feed](/tags/x/index.xml) [paged](/posts/page/2/) [home](/) [archive](/archive/) [api](/api/v1/site)',
    '[away](https://example.com/none.png) [also](//example.com/none.png) [mail](mailto:a@b.example) [top](#top) [alias](/old/)',
    '[draft](/posts/draft/) <video src="film.mp4"></video> [paper](paper.pdf?x=1#p) [style](/theme.css) [odd](/a.b/)',
    '`![code](code.png)`',
  ].join('\n');
  const dir = folder({
    'hugo.yaml': 'title: T\nbaseURL: https://example.org/\n',
    'content/posts/trip/index.md': post('Trip', body, { tags: ['x'] }),
    'content/posts/trip/here.png': 'x',
    'content/posts/b.md': post('B', 'Words.', { aliases: ['/old/'] }),
    'content/posts/draft.md': post('Draft', 'Words.', { draft: true }),
    'static/img/some.png': 'x',
  });
  const { status, stderr } = await platen(['check', dir]);
  assert.equal(status, 0, stderr);
  const first = post('Trip', body, { tags: ['x'] }).split('\n').findIndex((l) => l.startsWith('![gone]')) + 1;
  const at = (line, link) => `content/posts/trip/index.md:${first + line}:${body.split('\n')[line].indexOf(link) + 1} ${link}`;
  assert.deepEqual(told(stderr), [at(0, 'gone.png'), at(1, '/img/none.jpg'), at(2, '/posts/nope/'), at(2, '../c/'),
    at(5, '/posts/draft/'), at(5, 'film.mp4'), at(5, 'paper.pdf'), at(5, '/a.b/')]);
});

test('below a path of the base URL; of a cover', async () => {
  const cover = (title, image) => `---\ntitle: ${title}\ndate: 2026-01-02\ncover:\n  image: ${image}\n---\nWords.\n`;
  const dir = folder({
    'hugo.yaml': 'title: T\nbaseURL: https://example.org/blog/\n',
    'content/posts/a.md': post('A', '[b](/blog/posts/b/) [c](/blog/posts/c/) [not ours](/posts/c/) [blogger](/blogger/)'),
    'content/posts/b.md': cover('B', 'none.png'),
    'content/posts/d/index.md': cover('D', 'here.png'),
    'content/posts/d/here.png': 'x',
    'content/posts/e.md': cover('E', 'img/some.png'),
    'content/posts/f.md': cover('F', 'https://example.com/none.png'),
    'static/img/some.png': 'x',
  });
  const { stderr } = await platen(['check', dir]);
  assert.deepEqual(told(stderr).map((line) => line.replace(/:\d+/g, '')), ['content/posts/a.md /blog/posts/c/', 'content/posts/b.md /blog/none.png']);
});

test('links to folders of files, to what is gone, and their places among their like', async () => {
  const s = await blog({
    'content/posts/a.md': post('A', '[d](/demo/) [e](/demo) [f](/demo/index.html) [g](/demo/none/) [h](/posts/b/) [i](/posts/b/index.html)'),
    'content/posts/b.md': post('B'),
    'static/demo/index.html': '<p>x',
  });
  assert.deepEqual(told((await platen(['check', s.dir])).stderr), ['content/posts/a.md:6:50 /demo/none/']);
  const demo = await s.get('/demo/');
  assert.equal(demo.text, '<p>x');
  assert.match(demo.headers['content-security-policy'], /sandbox/);
  assert.equal((await s.get('/demo')).headers.location, '/demo/');
  assert.equal((await s.get('/demo/none/')).status, 404);
  rmSync(join(s.dir, 'content/posts/b.md'));
  s.write({ 'content/posts/a.md': post('A', '[h](/posts/b/) now.') });
  assert.deepEqual(told((await s.import()).stderr), ['content/posts/a.md:6:5 /posts/b/']);
  await s.server.stop();
});

test('a thousand links to nothing: twenty of a post are told', async () => {
  const links = (n) => Array.from({ length: n }, (_, i) => `[x](/none/${i}/)`).join(' ');
  const dir = folder({ 'content/a.md': post('A', links(1000)), 'content/b.md': post('B', links(3)) });
  const { stderr } = await platen(['check', dir]);
  const files = told(stderr).map((line) => line.split(':')[0]);
  assert.equal(files.filter((f) => f === 'content/a.md').length, 20);
  assert.equal(files.filter((f) => f === 'content/b.md').length, 3);
});
