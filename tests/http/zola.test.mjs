// What a Zola or Jekyll repository says in its front matter, where Hugo says it otherwise: paths, dates that
// stand only in an address or a file's name, taxonomies in a table, redirects.
import assert from 'node:assert/strict';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { entries } from './lib/hentry.mjs';
import { blog, folder } from './lib/blog.mjs';

test('Zola: path, dates in it, [taxonomies], [extra], bundles', async () => {
  const dir = folder({
    'a.md': '+++\npath = "2024/05/06/A-Post"\ntitle = "A"\naliases = ["old/a.html"]\n[taxonomies]\ntags = ["Ink", "Lead"]\nauthors = ["Ada"]\nkinds = ["x"]\n[extra]\nmood = "calm"\n+++\nWords.\n',
    'b/index.md': '+++\ntitle = "B"\npath = "/2024/05/07/b"\n+++\n![p](p.svg)\n',
    'b/p.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'plain/2024-05-08-c.md': '+++\ntitle = "C"\n+++\nWords.\n',
    'plain/2024/05/09/d.md': '+++\ntitle = "D"\n+++\nWords.\n',
    'plain/2024-13-08-e.md': '+++\ntitle = "E"\n+++\nNo such day.\n',
  });
  utimesSync(join(dir, 'plain/2024-13-08-e.md'), new Date('2010-01-02T03:04:05Z'), new Date('2010-01-02T03:04:05Z'));
  const s = await blog(dir);
  const home = entries((await s.get('/')).text);
  assert.deepEqual(home.map((e) => [e.name, e.datetime?.slice(0, 10) ?? null]), [
    ['D', '2024-05-09'], ['C', '2024-05-08'], ['B', '2024-05-07'], ['A', '2024-05-06'], ['E', '2010-01-02'],
  ]);
  assert.equal((await s.get('/2024/05/06/A-Post/')).status, 200);
  assert.equal((await s.get('/old/a.html')).headers.location, '/2024/05/06/A-Post/');
  assert.equal((await s.get('/2024/05/07/b/p.svg')).status, 200);
  assert.deepEqual(entries((await s.get('/tags/lead/')).text).map((e) => e.name), ['A']);
  assert.deepEqual(entries((await s.get('/authors/ada/')).text).map((e) => e.name), ['A']);
  await s.server.stop();
});

test('Jekyll: permalink, redirect_from, excerpt', async () => {
  const s = await blog({
    'posts/a.md': '---\ntitle: A\npermalink: /words/a.html\nredirect_from:\n  - /first/\n  - /second.html\nexcerpt: In short.\ndate: 2024-05-06\n---\nWords at length.\n',
  });
  assert.equal((await s.get('/words/a.html')).status, 200);
  for (const old of ['/first/', '/second.html']) assert.equal((await s.get(old)).headers.location, '/words/a.html');
  assert.equal(entries((await s.get('/')).text)[0].summary, 'In short.');
  await s.server.stop();
});

test('a Hugo site knows nothing of path and permalink', async () => {
  const s = await blog({
    'hugo.toml': 'title = "H"\n',
    'content/posts/a.md': '+++\ntitle = "A"\npath = "elsewhere"\npermalink = "/else/"\ndate = 2024-05-06\n[params]\nmood = "calm"\n+++\nWords.\n',
  });
  assert.equal((await s.get('/posts/a/')).status, 200);
  assert.equal((await s.get('/elsewhere/')).status, 404);
  await s.server.stop();
});
