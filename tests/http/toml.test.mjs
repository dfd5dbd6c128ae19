// A Hugo site whose settings and front matter are TOML gives the same pages as the same site in YAML, and as
// one in JSON.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blog, folder, platen } from './lib/blog.mjs';

const yaml = {
  'hugo.yaml': `baseURL: https://example.org/
title: A press
paginate: 2
params:
  dateFormat: 2 January 2006
  description: Words
menu:
  main:
    - {name: Tags, url: /tags/, weight: 10}
permalinks: {posts: "/:year/:slug/"}
taxonomies: {tag: tags, series: series}
`,
  'content/posts/a.md': '---\ntitle: "One"\ndate: 2024-05-06\ntags: [Ink, "1.10"]\naliases: [/old/]\n---\nWords.\n',
  'content/posts/b.md': '---\ntitle: Two\ndate: 2024-05-07T08:09:10+02:00\nslug: second\nseries: [Presses]\ncover: {image: b.png, alt: B}\n---\nMore.\n',
  'content/about.md': '---\ntitle: About\n---\nUs.\n',
};
const toml = {
  'hugo.toml': `baseURL = 'https://example.org/'
title = "A press" # of ours
paginate = 2
[params]
dateFormat = "2 January 2006"
description = "Words"
[[menu.main]]
name = "Tags"
url = "/tags/"
weight = 10
[permalinks]
posts = "/:year/:slug/"
[taxonomies]
tag = "tags"
series = "series"
`,
  'content/posts/a.md': '+++\ntitle = "One"\ndate = 2024-05-06\ntags = ["Ink", "1.10"]\naliases = ["/old/"]\n+++\nWords.\n',
  'content/posts/b.md': '+++\ntitle = "Two"\ndate = 2024-05-07T08:09:10+02:00\nslug = "second"\nseries = ["Presses"]\n[cover]\nimage = "b.png"\nalt = "B"\n+++\nMore.\n',
  'content/about.md': '+++\ntitle = "About"\n+++\nUs.\n',
};
const json = {
  'config.json': JSON.stringify({
    baseURL: 'https://example.org/', title: 'A press', paginate: 2,
    params: { dateFormat: '2 January 2006', description: 'Words' },
    menu: { main: [{ name: 'Tags', url: '/tags/', weight: 10 }] },
    permalinks: { posts: '/:year/:slug/' }, taxonomies: { tag: 'tags', series: 'series' },
  }),
  'content/posts/a.md': '{"title": "One", "date": "2024-05-06", "tags": ["Ink", "1.10"], "aliases": ["/old/"]}\nWords.\n',
  'content/posts/b.md': '{"title": "Two", "date": "2024-05-07T08:09:10+02:00", "slug": "second", "series": ["Presses"],\n "cover": {"image": "b.png", "alt": "B"}}\nMore.\n',
  'content/about.md': '{"title": "About"}\nUs.\n',
};
const PATHS = ['/', '/2024/one/', '/2024/second/', '/about/', '/tags/', '/tags/ink/', '/tags/1.10/', '/series/presses/', '/old/', '/index.xml', '/sitemap.xml', '/none/'];

test('the same site in TOML, in JSON and in YAML', async () => {
  const sites = [];
  for (const files of [yaml, toml, json]) sites.push(await blog(files));
  for (const path of PATHS) {
    const [want, ...got] = await Promise.all(sites.map((s) => s.get(path)));
    if (path !== '/none/') assert.ok(want.status < 400, `${path}: ${want.status}`);
    for (const page of got) {
      assert.equal(page.status, want.status, path);
      assert.equal(page.text, want.text, path);
    }
  }
  for (const s of sites) await s.server.stop();
});

test('permalinks of pages, menus, the order of the names, a folder of settings', async () => {
  const post = { 'content/posts/a.md': '+++\ntitle = "One"\ndate = 2024-05-06\nkeywords = [1.10]\n[params]\nmood = "calm"\n+++\nWords.\n' };
  const settings = 'title = "First"\n[permalinks.page]\nposts = "/p/:slug/"\n[permalinks.section]\nposts = "/all/"\n[[menus.main]]\nname = "Two"\npageRef = "/two/"\nweight = 2\n[[menus.main]]\nname = "One"\nurl = "/one/"\nweight = 1\n';
  for (const files of [
    { 'hugo.toml': settings, 'hugo.yaml': 'title: Second\n', 'config.toml': 'title = "Third"\n' },
    { 'config.toml': settings, 'config.json': '{"title": "Second"}' },
    { 'config/_default/hugo.toml': settings, 'config/_default/config.yaml': 'title: Second\n' },
  ]) {
    const s = await blog({ ...files, ...post });
    assert.equal((await s.get('/p/one/')).status, 200);
    assert.equal((await s.get('/posts/one/')).status, 404);
    const { text } = await s.get('/');
    assert.match(text, /<title>First/);
    assert.match(text, /href="[^"]*\/one\/"[^]*href="[^"]*\/two\/"/);
    await s.server.stop();
  }
});

test('a mistake in TOML is told with its place', async () => {
  const dir = folder({
    'hugo.toml': 'title = "A"\nbaseURL = x\n',
    'content/posts/a.md': '+++\ntitle = "A"\ndate = 2024-13-01\n+++\nWords.\n',
    'content/posts/b.md': '+++\ntitle = "A\n+++\nWords.\n',
  });
  const { status, stderr } = await platen(['check', dir]);
  assert.equal(status, 2);
  assert.match(stderr, /hugo\.toml:2:11: "x" is no value/);
  assert.match(stderr, /content\/posts\/a\.md:3:8: .*no such day/);
  assert.match(stderr, /content\/posts\/b\.md:2:11: the string has no end/);
});
