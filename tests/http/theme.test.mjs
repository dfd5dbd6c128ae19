// The built-in theme and what a folder puts over it.
import { test, before, describe } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { blog, folder, poll, serve, write, FIXTURES, SAMPLE } from './lib/blog.mjs';
import { attribute, dom, elements, entries, find, fold, text } from './lib/hentry.mjs';

const ROOT = join(FIXTURES, '../..');
let site;
before(async () => {
  site = await blog(SAMPLE);
});

const stylesheet = (html) => attribute(find(dom(html), (n) => n.tagName === 'link' && attribute(n, 'rel') === 'stylesheet'), 'href');

describe('static files', () => {
  test('kept for ever under their fingerprint', async () => {
    const href = stylesheet((await site.get('/')).text);
    assert.match(href, /^\/static\/style\.[0-9a-f]{16}\.css$/);
    const css = await site.get(href);
    assert.equal(css.status, 200);
    assert.equal(css.headers['content-type'], 'text/css; charset=utf-8');
    assert.equal(css.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(css.text, readFileSync(join(ROOT, 'static/style.css'), 'utf8'));
    assert.equal((await site.get(href, { headers: { 'If-None-Match': css.headers.etag } })).status, 304);
  });

  test('asked for anew under their name', async () => {
    const css = await site.get('/static/style.css');
    assert.equal(css.status, 200);
    assert.equal(css.headers['cache-control'], 'public, max-age=0, must-revalidate');
    for (const path of ['/static/style.0123456789abcdef.css', '/static/none.css', '/static/', '/static/style', '/static/../style.css', '/static/style.css/'])
      assert.ok([400, 404].includes((await site.get(path)).status), path);
  });

  test('a folder’s file wins, with a fingerprint of its own', async () => {
    const built = stylesheet((await site.get('/')).text);
    const dir = folder({ 'static/style.css': 'body { color: red }', 'static/fonts/a-b.woff2': 'font', 'base.mustache': '{{site.static.fonts_a_b_woff2}}\n<link rel="stylesheet" href="{{site.static.style_css}}">{{$main}}{{/main}}' });
    const server = await serve(site.db, { args: ['--theme', dir] });
    const html = (await server.get('/')).text;
    const own = stylesheet(html);
    assert.notEqual(own, built);
    assert.equal((await server.get(own)).text, 'body { color: red }');
    assert.equal((await server.get(built)).status, 404);
    const font = await server.get(html.split('\n')[0]);
    assert.equal(font.text, 'font');
    assert.equal(font.headers['content-type'], 'font/woff2');
    write(dir, { 'static/style.css': 'body { color: blue }' });
    server.signal('SIGHUP');
    await poll(async () => stylesheet((await server.get('/')).text) !== own);
    await server.stop();
  });
});

describe('templates', () => {
  test('one of a folder, the rest built in, inheriting from either', async () => {
    const dir = folder({ 'card.mustache': '<li class="h-entry"><b class="p-name">{{title}}</b> {{#date}}{{iso}}{{/date}}</li>\n' });
    const server = await serve(site.db, { args: ['--theme', dir] });
    const html = (await server.get('/')).text;
    assert.equal(entries(html).length, 6);
    assert.match(html, /<li class="h-entry"><b class="p-name">/);
    assert.ok(html.includes('Skip to content'));
    await server.stop();
  });

  test('a card that shows all terms of its post, each with its page', async () => {
    const named = (key) => `{{#${key}}}[{{name}} {{url}}]{{/${key}}}`;
    const dir = folder({ 'card.mustache': `<li>{{title}}: ${['series', 'tags', 'authors', 'tags', 'categories'].map(named).join(';')}</li>\n` });
    const files = {
      'hugo.yaml': 'taxonomies:\n  tag: tags\n  category: categories\n  series: series\nparams:\n  author: The House\n',
      'content/posts/a.md': '---\ntitle: A\ndate: 2024-02-01\ntags: [T, "say \\"authors\\":[{"]\ncategories: C\nseries: S\nauthors: [Ada, Bea]\n---\nText.\n',
      'content/posts/b.md': '---\ntitle: B\ndate: 2024-01-01\ntags: ["say \\"authors\\":[{"]\n---\nText.\n',
    };
    const site = await blog(files, { serveArgs: ['--theme', dir] });
    const cards = (await site.get('/')).text.match(/<li>[AB]: .*<\/li>/g);
    const odd = '[say &quot;authors&quot;:[{ /tags/say-authors/]';
    assert.deepEqual(cards, [
      `<li>A: [S /series/s/];[T /tags/t/]${odd};[Ada ][Bea ];[T /tags/t/]${odd};[C /categories/c/]</li>`,
      `<li>B: ;${odd};[The House ];${odd};</li>`,
    ]);
    await site.server.stop();
  });

  test('a card may ask for anything of its post, also for what the built-in one does not', async () => {
    const files = {
      'hugo.yaml': 'baseURL: https://example.org/\ntaxonomies:\n  tag: tags\n  category: categories\n  series: series\n',
      'content/posts/a.md': '---\ntitle: A\ndate: 2024-02-01\nlastmod: 2024-03-04\ndescription: D\ntags: T\ncategories: C\nseries: S\n---\nOne two three.\n',
    };
    const asked = {
      '{{permalink}}': 'https://example.org/posts/a/', '{{slug}}': 'a', '{{section}}': 'posts', '{{description}}': 'D', '{{words}}': '3',
      '{{#updated}}{{iso}}{{/updated}}': '2024-03-04T00:00:00Z', '{{#tags}}{{name}}{{/tags}}': 'T', '{{#categories}}{{name}}{{/categories}}': 'C',
      '{{#series}}{{name}}{{/series}}': 'S', '{{#id}}yes{{/id}}': 'yes', '{{minutes}}': '1', '{{summary}}': 'One two three.',
    };
    const site = await blog(files);
    for (const [tag, shown] of Object.entries(asked)) {
      const server = await serve(site.db, { args: ['--theme', folder({ 'card.mustache': `<li>{{>inner}}</li>\n`, 'inner.mustache': tag })] });
      const { text } = await server.get('/');
      assert.match(text.replace(/\s+/g, ''), new RegExp(`<li>${shown.replace(/\s+/g, '')}</li>`), tag);
      await server.stop();
    }
    await site.server.stop();
  });

  test('a template that cannot be rendered: 500, the reason in the log, under the request’s id', async () => {
    const dir = folder({ 'taxonomy.mustache': '{{#terms}}{{>loop}}{{/terms}}', 'loop.mustache': '{{#terms}}{{>loop}}{{/terms}}' });
    const server = await serve(site.db, { args: ['--theme', dir] });
    const answer = await server.get('/tags/');
    assert.equal(answer.status, 500);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const id = /[0-9a-f]{16}/.exec(answer.text)?.[0];
    assert.ok(id, answer.text);
    await poll(() => server.stderr().includes(id));
    assert.ok(!answer.text.includes('loop'), 'readers are not told of templates');
    assert.equal((await server.get('/')).status, 200);
    await server.stop();
  });

  test('every template and partial is spoken of in its README', () => {
    const readme = readFileSync(join(ROOT, 'templates/README.md'), 'utf8');
    for (const file of readdirSync(join(ROOT, 'templates')).filter((f) => f.endsWith('.mustache')))
      assert.ok(readme.includes(`\`${file.replace('.mustache', '')}\``), file);
  });
});

describe('the built-in theme', () => {
  const pages = ['/', '/page/2/', '/posts/', '/tags/', '/tags/workshop/', '/archives/', '/search/?q=type', '/about/', '/nothing/'];

  test('no script and no style in the page itself, nothing from elsewhere', async () => {
    for (const path of pages) {
      const tree = dom((await site.get(path)).text);
      assert.equal(elements(tree, (n) => ['style', 'iframe'].includes(n.tagName)).length, 0, path);
      for (const n of elements(tree, (e) => e.tagName === 'script' && attribute(e, 'type') !== 'application/ld+json')) {
        assert.match(attribute(n, 'src') ?? '', /^\/[^/]/, path);
        assert.equal(text(n), '', path);
      }
      assert.equal(elements(tree, (n) => n.attrs.some((a) => a.name === 'style' || a.name.startsWith('on'))).length, 0, path);
      for (const n of elements(tree, (e) => e.tagName === 'link' && ['stylesheet', 'icon'].includes(attribute(e, 'rel')))) assert.match(attribute(n, 'href'), /^\//);
    }
  });

  test('landmarks, one heading of the first order, a way past the menu', async () => {
    for (const path of pages) {
      const tree = dom((await site.get(path)).text);
      for (const tag of ['main', 'header', 'nav', 'footer']) assert.ok(find(tree, (n) => n.tagName === tag), `${path}: ${tag}`);
      assert.equal(elements(tree, (n) => n.tagName === 'h1').length, 1, path);
      const first = find(find(tree, (n) => n.tagName === 'body'), (n) => n.tagName === 'a');
      assert.equal(attribute(first, 'href'), '#main');
      assert.ok(attribute(find(tree, (n) => n.tagName === 'html'), 'lang'), path);
      const ids = elements(tree, (n) => attribute(n, 'id') !== undefined).map((n) => attribute(n, 'id'));
      assert.equal(new Set(ids).size, ids.length, `${path}: ids`);
    }
  });

  test('the menu says where one is', async () => {
    const current = (html) => elements(dom(html), (n) => attribute(n, 'aria-current') === 'page').map((n) => fold(text(n)));
    assert.deepEqual(current((await site.get('/tags/')).text), ['Tags']);
    assert.deepEqual(current((await site.get('/')).text), []);
  });

  test('small: the stylesheet, and a listing with it', async () => {
    const css = readFileSync(join(ROOT, 'static/style.css'));
    assert.ok(css.length <= 12288, `${css.length} bytes`);
    assert.ok((await site.get('/')).body.length < 16384);
  });
});
