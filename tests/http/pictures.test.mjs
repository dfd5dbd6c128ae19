// Pictures say their width and height, so that a page does not jump while they come; what lies about itself is served
// as what it cannot harm as.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES, blog, folder, platen, post, summary } from './lib/blog.mjs';

const real = (name) => readFileSync(join(FIXTURES, '../fuzz/corpus/picture', name));
const svg = (attributes) => `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><path d="M0 0"/></svg>`;
const tags = (html) => [...html.matchAll(/<img[^>]*>/g)].map((m) => m[0]);
const tag = (html, src) => tags(html).find((t) => t.includes(`src="${src}"`)) ?? `no ${src} in ${tags(html)}`;
const size = (html, src) => {
  const t = tag(html, src);
  return `${/ width="(\d+)"/.exec(t)?.[1]}x${/ height="(\d+)"/.exec(t)?.[1]}`;
};

test('every kind has its size, wherever it stands', async () => {
  const s = await blog({
    'hugo.yaml': 'title: T\nbaseURL: https://example.org/blog/\n',
    'content/posts/a/index.md': post('A', '![a](small.png) ![b](./pics/turned.jpg) ![c](/img/small.gif) ![d](https://example.org/blog/img/lossy.webp)\n\n' +
      '![e](still%20one.avif) ![f](../b/both.svg) ![g](box.svg) ![h](none.png) ![i](https://elsewhere.example/img/small.gif)\n\n' +
      '<img src="/blog/img/small.gif"> <img src="small.png" width="5"> <img src="small.png" height=6>\n\n`<img src="/blog/img/small.gif">`', { cover: 'small.png' }),
    'content/posts/a/small.png': real('small.png'),
    'content/posts/a/pics/turned.jpg': real('turned.jpg'),
    'content/posts/a/still one.avif': real('still.avif'),
    'content/posts/a/box.svg': svg('viewBox="0 0 24 24"'),
    'content/posts/b/index.md': post('B', 'No picture.'),
    'content/posts/b/both.svg': svg('width="120" viewBox="0 0 40 20"'),
    'static/img/small.gif': real('small.gif'),
    'static/img/lossy.webp': real('lossy.webp'),
  });
  assert.doesNotMatch(s.first.stderr, /width and height/);
  const page = (await s.get('/posts/a/')).text;
  for (const [src, want] of Object.entries({
    '/blog/posts/a/pics/turned.jpg': '17x31', 'https://example.org/blog/img/lossy.webp': '31x17', '/blog/posts/a/still%20one.avif': '31x17',
    '/blog/posts/b/both.svg': '120x60', '/blog/posts/a/box.svg': 'undefinedxundefined', 'https://elsewhere.example/img/small.gif': 'undefinedxundefined',
    '/blog/img/small.gif': '31x17',
  })) assert.equal(size(page, src), want, `${src}: ${tag(page, src)}`);
  const pngs = tags(page).filter((t) => t.includes('small.png'));
  assert.deepEqual(pngs.map((t) => / width="?(\d+)/.exec(t)?.[1]), ['31', '31', '5', '11']); // the first is the cover's
  assert.deepEqual(pngs.map((t) => / height="?(\d+)/.exec(t)?.[1]), ['17', '17', '3', '6']);
  assert.match(pngs[1], /loading="lazy"/);

  // the same HTML for programs
  const feed = JSON.parse((await s.get('/feed.json')).text).items.find((i) => i.title === 'A').content_html;
  assert.equal(size(feed, 'https://example.org/blog/posts/a/pics/turned.jpg'), '17x31');

  await s.server.stop();
});

test('a picture that changes alone has its new size at once', async () => {
  const s = await blog({ 'content/posts/a/index.md': post('A', '![x](x.png)'), 'content/posts/a/x.png': real('small.png') });
  const before = await s.get('/posts/a/');
  assert.equal(size(before.text, '/posts/a/x.png'), '31x17');
  s.write({ 'content/posts/a/x.png': real('huge.png') });
  const second = summary(await s.import());
  assert.equal(second.rendered, 0);
  const after = await s.get('/posts/a/', { headers: { 'If-None-Match': before.headers.etag } });
  assert.equal(after.status, 200);
  assert.equal(size(after.text, '/posts/a/x.png'), '10000x10000');
  assert.equal(summary(await s.import()).rows, 0);

  // one that is no picture any more, and one that went
  s.write({ 'content/posts/a/x.png': 'words' });
  assert.match((await s.import()).stderr, /content\/posts\/a\/x\.png: note: is no PNG, JPEG, GIF, WebP, AVIF or SVG, whatever its name says; it is served, but shown without width and height/);
  assert.equal(size((await s.get('/posts/a/')).text, '/posts/a/x.png'), 'undefinedxundefined');
  s.write({ 'content/posts/a/x.png': real('small.png') });
  await s.import();
  s.remove('content/posts/a/x.png');
  await s.import();
  assert.match((await s.get('/posts/a/')).text, /<img src="x\.png"/);
  await s.server.stop();
});

test('a picture that lies about its type', async () => {
  const script = '<!DOCTYPE html><script>alert(document.domain)</script>';
  const s = await blog({
    'content/posts/a.md': post('A', '![x](html.png)'),
    'content/posts/html.png': script,
    'content/posts/html.svg': script,
    'content/posts/drawing.png': svg('width="3" height="4" onload="alert(1)"'),
    'content/posts/really-gif.png': real('small.gif'),
    'content/posts/polyglot.gif': `GIF89a/*\0\0*/=1;${script}`,
    'content/posts/photo.svg': real('baseline.jpg'),
    'content/posts/cut.jpg': real('baseline.jpg').subarray(0, 100),
    'content/posts/empty.webp': '',
  });
  const types = { 'html.png': 'image/png', 'html.svg': 'image/svg+xml', 'drawing.png': 'image/png', 'really-gif.png': 'image/gif',
    'polyglot.gif': 'image/gif', 'photo.svg': 'image/jpeg', 'cut.jpg': 'image/jpeg', 'empty.webp': 'image/webp' };
  for (const [name, type] of Object.entries(types)) {
    const { status, headers } = await s.get(`/posts/${name}`);
    assert.equal(status, 200, name);
    assert.equal(headers['content-type'], type, name);
    assert.equal(headers['x-content-type-options'], 'nosniff', name);
    assert.match(headers['content-security-policy'], /^default-src 'none'/, name);
    if (type === 'image/svg+xml') assert.match(headers['content-security-policy'], /; sandbox$/, name);
  }
  for (const [name, why] of Object.entries({ 'html.png': 'is no PNG', 'html.svg': 'is no PNG', 'drawing.png': 'is an SVG, which its name does not say', 'cut.jpg': 'ends before its size', 'empty.webp': 'is empty' }))
    assert.ok(s.first.stderr.includes(`content/posts/${name}: note: ${why}`), `${name} in ${s.first.stderr}`);
  assert.equal(summary(s.first).refused, 0);
  await s.server.stop();
});

test('check tells what import tells', async () => {
  const dir = folder({ 'content/posts/a.md': post('A'), 'content/posts/x.png': 'words' });
  const { stderr } = await platen(['check', dir]);
  assert.match(stderr, /content\/posts\/x\.png: note: is no PNG/);
});
