// Addresses of sites that use much of their generator: several languages, split settings, cascades and permalinks by
// kind (Hugo), collections and defaults (Jekyll), languages (Zola). Each table is written down from the generator's
// documentation: what the site must answer, what it must not, and where old addresses lead.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { blog, execute, FIXTURES, folder, platen, scratch, write } from './lib/blog.mjs';

async function expectAddresses(s, table) {
  for (const [path, what] of Object.entries(table)) {
    const page = await s.get(path);
    if (typeof what === 'string') assert.equal(page.headers.location, what, `${path} leads to ${what}`);
    else assert.equal(page.status, what, path);
  }
}

function site(name, files, table) {
  test(name, async () => {
    const s = await blog(typeof files === 'string' ? join(FIXTURES, files) : files);
    await expectAddresses(s, table);
    await s.server.stop();
  });
}

site('Hugo: split settings, two languages, permalinks by kind, a cascade', 'hugo-languages', {
  '/': 200,
  '/2024/01/hello/': 200, // the date and the slug are the file name's
  '/2023/05/bee/': 200,
  '/2023/05/bee/a.png': 200,
  '/2023/05/old/': '/2023/05/bee/', // an alias is relative to the folder above the page
  '/2023/up.html': '/2023/05/bee/',
  '/abs/old/': '/2023/05/bee/',
  '/de/': 200,
  '/de/posts/': 200,
  '/de/2023/05/biene/': 200,
  '/de/2023/05/ceh/': 200,
  '/de/topic/neu/': 200,
  '/de/tags/': 200,
  '/2020/01/caf%C3%A9/': 200,
  '/n/one.html/': 200, // to Hugo every page is a folder
  '/n/one.html': '/n/one.html/',
  '/notes/my-note/': 200,
  '/notes/nolist/': 200,
  '/notes/head/': 404,
  '/notes/norender/': 404,
  '/custom/Page.v1': 200,
  '/CamelCase/': 200,
  '/2022/x/u2/': 200,
  '/about/': 200,
  '/plain.html': 200,
  '/zettel/': 200,
  '/posts/': 200,
  '/tags/': 200,
  '/topic/big-news/': 200,
  '/topic/c++/': 200,
  '/topic/casc/': 200,
  '/series/': 200,
  '/categories/': 404,
  '/img/a.png': 200,
  '/robots2.txt': 200,
  '/posts/draft-x/': 404,
});

test('Hugo: production settings win, the home page is of the site\'s own language', async () => {
  const s = await blog(join(FIXTURES, 'hugo-languages'));
  const home = (await s.get('/')).text;
  assert.match(home, /Prod/);
  assert.match(home, /\/2023\/05\/bee\//);
  assert.doesNotMatch(home, /biene/);
  await s.server.stop();
});

const post = (title, more = '') => `---\ntitle: ${JSON.stringify(title)}\ndate: 2024-05-06\n${more}---\nWords.\n`;

site('Hugo: languages in folders of their own', {
  'hugo.yaml': 'languages:\n  en: {contentDir: content/english, title: Mine}\n  fr: {contentDir: content/francais, weight: 2}\n  it: {disabled: true, contentDir: content/it}\n',
  'content/english/posts/a.md': post('A'),
  'content/english/posts/b/index.md': post('B'),
  'content/english/posts/b/p.txt': 'x',
  'content/francais/posts/a.md': post('A fr'),
  'content/francais/posts/b/index.md': post('B fr'),
  'content/francais/posts/b/p.txt': 'y',
  'content/it/posts/a.md': post('A it'),
  'content/loose.md': post('Loose'),
}, { '/posts/a/': 200, '/posts/b/p.txt': 200, '/fr/posts/a/': 200, '/fr/posts/b/': 200, '/fr/posts/b/p.txt': 200, '/it/posts/a/': 404, '/english/posts/a/': 404, '/loose/': 404 });

site('Hugo: the case of a language is nothing', {
  'hugo.toml': 'defaultContentLanguage = "en-US"\n[languages.en-us]\n[languages.zh-CN]\n',
  'content/posts/a.md': post('A', 'tags: [x]\n'),
  'content/posts/a.zh-cn.md': post('A zh', 'tags: [y]\n'),
  'content/posts/b.zh-CN.md': post('B zh'),
}, { '/posts/a/': 200, '/zh-cn/posts/a/': 200, '/zh-cn/posts/b/': 200, '/zh-cn/': 200, '/zh-cn/tags/': 200, '/zh-cn/tags/y/': 200 });

site('Hugo: contentDir, staticDir, uglyURLs, disablePathToLower', {
  'config.toml': 'contentDir = "words"\nstaticDir = ["static", "more/files"]\nuglyURLs = true\ndisablePathToLower = true\n[permalinks]\n  diary = "/:year/:month/:title/"\n',
  'archetypes/default.md': 'x',
  'words/posts/My Post.md': post('A'),
  'words/diary/x.md': post('The Day', 'slug: nothing\n'),
  'words/posts/b/index.md': post('B', '', '![p](p.png)'),
  'words/posts/b/p.png': 'x',
  'words/posts/Big/q.png': 'x',
  'more/files/a.txt': 'x',
  'static/b.txt': 'x',
}, { '/posts/My-Post.html': 200, '/2024/05/The-Day.html': 200, '/posts/b.html': 200, '/posts/b/p.png': 200, '/posts/Big/q.png': 200, '/a.txt': 200, '/b.txt': 200, '/archetypes/default/': 404 });

site('Hugo: marks of letters go when the settings say so', {
  'hugo.toml': 'removePathAccents = true\n',
  'content/café/Über Éa.md': post('A', 'tags: [Größe]\n'),
}, { '/cafe/uber-ea/': 200, '/cafe/': 200, '/tags/gro%C3%9Fe/': 200 });

site('Hugo: the default language below its own folder', {
  'hugo.toml': 'defaultContentLanguage = "en"\ndefaultContentLanguageInSubdir = true\n[languages.en]\n[languages.de]\n',
  'content/posts/a.md': post('A', 'tags: [x]\n'),
  'content/posts/a.de.md': post('A de'),
}, { '/': 200, '/en/posts/a/': 200, '/en/posts/': 200, '/en/tags/x/': 200, '/de/posts/a/': 200 });

site('Hugo: a cascade of the settings and of a folder, the nearest wins, the page above all', {
  'hugo.toml': '[[cascade]]\n  draft = true\n  [cascade.target]\n  path = "/secret/**"\n',
  'content/secret/a.md': post('A'),
  'content/secret/b.md': post('B', 'draft: false\n'),
  'content/open/_index.md': '---\ntitle: Open\ncascade:\n  - build: {render: never}\n    target: {path: "{/open/x,/open/y}"}\n---\n',
  'content/open/x.md': post('X'),
  'content/open/z.md': post('Z'),
}, { '/secret/a/': 404, '/secret/b/': 200, '/open/x/': 404, '/open/z/': 200 });

site('Hugo: the address of a section is its own', {
  'hugo.toml': '',
  'content/posts/_index.md': '---\ntitle: P\nurl: /journal/\n---\n',
  'content/posts/a.md': post('A'),
}, { '/journal/': 200, '/posts/a/': 200, '/posts/': 404 });

site('Hugo: each space in a name is a hyphen, a run of them in a title or slug is one', {
  'hugo.toml': '[permalinks]\nnotes = "/n/:title/"\n',
  'content/My  Posts/01 - One.md': post('A'),
  'content/My  Posts/two.md': post('B', 'slug: "2 -  Two"\n'),
  'content/notes/x.md': post('Part 1 -  x: y & z'),
}, { '/my--posts/01---one/': 200, '/my--posts/2-two/': 200, '/my--posts/': 200, '/n/part-1-x-y-z/': 200 });

site('Hugo: parts of sections, Go dates and words in patterns', {
  'hugo.toml': '[permalinks]\ndocs = "/Docs Now/:sections[1:]/:06-:1-:02/:slug/"\nlast = "/:sections[last]/:contentbasename/"\nodd = "/:sections[:2]/:section/:slug/"\n',
  'content/docs/a/b/x.md': post('X'),
  'content/last/p/q/y.md': post('Y'),
  'content/odd/r/s/z.md': post('Z'),
}, { '/docs-now/a/b/24-5-06/x/': 200, '/q/y/': 200, '/odd/r/odd/z/': 200 });

site('a blog in a folder of the repository is found', {
  'README.md': 'About the code.\n',
  'src/notes.md': 'A note.\n',
  'site/hugo.toml': 'title = "S"\n',
  'site/content/posts/a.md': post('A'),
  'site/static/x.txt': 'x',
}, { '/posts/a/': 200, '/x.txt': 200, '/src/notes/': 404 });

site('Jekyll: collections, defaults, terms, addresses without an ending', 'jekyll-collections', {
  '/': 200,
  '/big%20news/hello-world!-x/': 200, // one category by the key in the singular
  '/web/design/two/': 200, // two by one text
  '/web%20design/three/': 200, // one by a list of one
  '/old/three': '/blog/web%20design/three/',
  '/old3.html': '/blog/web%20design/three/',
  '/2020/four.html': 200,
  '/five/': 404,
  '/seven/': 200,
  '/fixed': 200,
  '/fixed.html': '/blog/fixed',
  '/fixed/': '/blog/fixed',
  '/neun/': 'https://example.org/',
  '/tech/sub/ten/': 200,
  '/about/': 200,
  '/_pages/more/': 200,
  '/contact/': 200,
  '/sub/': 200,
  '/recipes/pie/': 200,
  '/recipes/deep/tart/': 200,
  '/docs/a/guide/': 200,
  '/hidden/x/': 404,
  '/404.html': 200,
  '/images/a.png': 200,
  '/feed.xml': 200,
  '/drafts/x/': 404,
  '/_hidden/x/': 404,
});

site('Jekyll: a time is shown in the zone of the site, in addresses too', {
  '_config.yml': 'timezone: Europe/Berlin\npermalink: /:year/:month/:day/:title\n',
  '_posts/2024-01-01-late.md': '---\ntitle: L\ndate: 2024-01-01 23:30:00 +0000\n---\nx\n',
  '_posts/2024-01-01-far.md': '---\ntitle: F\ndate: 2024-01-02 00:30:00 +0900\n---\nx\n',
  'about.md': '---\ntitle: About\n---\nx\n',
}, { '/2024/01/02/late': 200, '/2024/01/01/far': 200, '/about': 200, '/about.html': '/about' });

site('Jekyll: tabs by defaults, archives by their plugin, posts by a pattern of their own', {
  '_config.yml': 'collections:\n  tabs: {output: true, sort_by: order}\n  posts: {permalink: "/p/:title/"}\n' +
    'defaults:\n  - scope: {path: "", type: tabs}\n    values: {layout: page, permalink: "/:title/"}\n' +
    'jekyll-archives:\n  enabled: [categories, tags]\n  permalinks: {category: "/topics/:name/"}\n',
  '_tabs/about.md': '---\norder: 1\n---\nx\n',
  '_posts/2024-01-02-a.md': '---\ntitle: A\ncategories: [Big News]\ntags: [x y]\n---\nx\n',
  'more.md': '---\ntitle: M\n---\nx\n',
}, { '/about/': 200, '/p/a/': 200, '/topics/big-news/': 200, '/tag/x-y/': 200, '/tags/x-y/': 404, '/more.html': 200 });

site('Jekyll: collections in a folder of theirs', {
  '_config.yml': 'collections_dir: all\ncollections:\n  docs: {output: true, permalink: "/:collection/:path/"}\n',
  'all/_docs/a/b.md': '---\ntitle: B\n---\nx\n',
  'all/_posts/2024-01-02-a.md': '---\ntitle: A\n---\nx\n',
}, { '/docs/a/b/': 200, '/2024/01/02/a.html': 200 });

site('Jekyll: a site in docs/', {
  'README.md': 'x', 'lib/a.md': 'x',
  'docs/_config.yml': 'title: D\n', 'docs/guide.md': '---\ntitle: G\n---\nx', 'docs/_posts/2024-01-02-a.md': '---\ntitle: A\n---\nx',
  'docs/assets/p.png': 'x',
}, { '/guide.html': 200, '/2024/01/02/a.html': 200, '/assets/p.png': 200, '/lib/a.html': 404 });

site('Zola: languages, slugs by kind, given paths, what is left out', 'zola-languages', {
  '/': 200,
  '/blog/': 200,
  '/blog/Hello%20World/': 200,
  '/fr/': 200,
  '/fr/blog/': 200,
  '/fr/blog/Hello%20World/': 200,
  '/fr/blog/asset/': 200,
  '/fr/tags/a-b/': 200,
  '/given/Path/': 200,
  '/given/Path/a.png': 200,
  '/x/y/': '/sub/given/Path/',
  '/old-blog/': '/sub/blog/',
  '/blog/norender/': 404,
  '/blog/My%20Slug/': 404,
  '/nosec/page/': 200,
  '/hidden/a/': 200,
  '/drafts/a/': 404,
  '/tags/a-b/': 200,
  '/tags/c/': 200,
  '/tags/c/atom.xml': 200,
  '/people/x/': 404,
  '/atom.xml': 200,
  '/rss.xml': 200,
  '/x.png': 200,
});

test('one wrong setting costs no other', async () => {
  const s = await blog({ 'hugo.toml': 'title = "Kept"\npaginate = "many"\n[permalinks]\nposts = "/p/:slug/"\n', 'content/posts/a.md': post('A') });
  assert.match(s.first.stderr, /hugo\.toml: note: paginate: must be a whole number/);
  assert.equal((await s.get('/p/a/')).status, 200);
  await s.server.stop();
});

test('an unchanged site is rendered once', async () => {
  for (const name of ['hugo-languages', 'jekyll-collections', 'zola-languages']) {
    const db = join(scratch(), 'platen.db');
    await platen(['import', '--db', db, join(FIXTURES, name)]);
    const again = await platen(['import', '--db', db, join(FIXTURES, name)]);
    assert.match(again.stderr, /0 added, 0 changed, 0 removed, 0 refused; 0 rendered, 0 rows/);
  }
});

const git = async (dir, args, when) => {
  const r = await execute('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args],
    { cwd: dir, env: { GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: when, GIT_CONFIG_GLOBAL: '/dev/null' } });
  assert.equal(r.status, 0, r.stderr);
};

test('what says no date is dated by its history, else by its file; enableGitInfo asks for every last change', async () => {
  const dir = folder({
    'hugo.toml': 'enableGitInfo = true\n[permalinks]\nposts = "/:year/:slug/"\n',
    'content/posts/a.md': '---\ntitle: A\n---\nx\n',
    'content/posts/ü b.md': '---\ntitle: B\ndate: 2020-01-01\n---\nx\n',
  });
  await git(dir, ['init', '-q'], '');
  await git(dir, ['add', '-A'], '');
  await git(dir, ['commit', '-qm', 'one'], '2019-03-04T05:06:07Z');
  write(dir, { 'content/posts/a.md': '---\ntitle: A\n---\nMore.\n' });
  await git(dir, ['commit', '-qam', 'two'], '2021-03-04T05:06:07Z');
  write(dir, { 'content/posts/c.md': '---\ntitle: C\n---\nNot in git.\n' });
  utimesSync(join(dir, 'content/posts/c.md'), new Date('2011-01-02T03:04:05Z'), new Date('2011-01-02T03:04:05Z'));
  const s = await blog(dir);
  await expectAddresses(s, { '/2019/a/': 200, '/2020/b/': 200, '/2011/c/': 200 });
  assert.match((await s.get('/2019/a/')).text, /2021-03-04T05:06:07/);
  await s.server.stop();
  // the folder below the work tree's own root is asked for in its own words
  const below = await blog(join(dir, 'content'));
  await expectAddresses(below, { '/posts/a/': 200 });
  assert.match((await below.get('/posts/a/')).text, /2019-03-04T05:06:07/);
  await below.server.stop();
});

test('check tells what would be elsewhere, or not at all, with its place', async () => {
  const told = async (files) => (await platen(['check', folder(files)])).stderr;
  const hugo = await told({
    'hugo.toml': 'title = "x"\nuglyURLs = true\npaginatePath = "seite"\nignoreFiles = ["(a|b)"]\ndefaultContentLanguageInSubdir = true\n[languages.en]\n[languages.de]\n',
    'content/posts/a.adoc': '= A\n',
    'content/posts/b.md': post('B', 'outputs: [html, json]\n'),
  });
  assert.match(hugo, /^hugo\.toml:2:1: note: lists stay at folders/m);
  assert.match(hugo, /^hugo\.toml:3:1: note: the pages of lists are at \/page\/2\//m);
  assert.match(hugo, /^hugo\.toml:4:1: note: ignoreFiles: "\(a\|b\)" is not understood/m);
  assert.match(hugo, /^hugo\.toml:5:1: note: the home page/m);
  assert.match(hugo, /^hugo\.toml:7:2: note: de: its pages/m);
  assert.match(hugo, /^content\/posts\/a\.adoc: note: is no Markdown/m);
  assert.match(hugo, /^content\/posts\/b\.md: note: outputs/m);
  const jekyll = await told({
    '_config.yml': 'title: x\npaginate_path: "/p:num/"\nexclude: [secret.html]\nexcerpt_separator: "==="\n',
    'index.html': '---\n---\n{{ x }}', 'archive.html': '---\n---\n{{ x }}', 'secret.html': '---\n---\nx', 'plain.html': '<p>',
    '_layouts/post.html': '---\n---\n', '_posts/2024-01-02-a.textile': '---\n---\nh1. A\n',
  });
  assert.match(jekyll, /^_config\.yml:2:1: note: the pages of lists/m);
  assert.match(jekyll, /^archive\.html: note: is a template/m);
  assert.match(jekyll, /^_posts\/2024-01-02-a\.textile: note: is no Markdown/m);
  assert.match(jekyll, /^_config\.yml:4:1: note: only <!--more-->/m);
  assert.doesNotMatch(jekyll, /index\.html|secret|plain|_layouts/);
  const zola = await told({
    'zola.toml': 'base_url = "/"\n[languages.fr]\n',
    'content/a/_index.md': '+++\nrender = false\n+++\n', 'content/b/_index.md': '+++\npaginate_path = "p"\n+++\n',
  });
  assert.match(zola, /^zola\.toml:2:2: note: fr: its pages/m);
  assert.match(zola, /^content\/a\/_index\.md: note: render/m);
  assert.match(zola, /^content\/b\/_index\.md: note: paginate_path/m);
});
