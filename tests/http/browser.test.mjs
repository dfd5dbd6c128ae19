// The built-in theme in a real browser: every page type, light and dark, narrow to wide, with script and
// without; what axe-core (WCAG 2.2 AA) and the page's own policy say of it.
import { test, before, describe } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { blog, folder, post } from './lib/blog.mjs';
import { hasChromium, open } from './lib/chromium.mjs';
import { attribute, dom, elements, find, text } from './lib/hentry.mjs';

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const LONG = 'unbroken'.repeat(60);
const CODE = '```python\ndef f(x):\n    # a comment\n    return "a string" + str(42)\n```\n';
const BODY = `First words.[^1]\n\n## A heading\n\n${CODE}\n### Below it\n\n\`${LONG}\`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> Quoted.\n\n## Another\n\n- [x] done\n\n[^1]: A note.\n`;

let site;
let pages;
before(async () => {
  const files = {
    'platen.yaml': 'title: A blog\nlanguage: en\ndescription: Words\nauthor: Ann\npage_size: 5\n',
    'content/about.md': '---\ntitle: About\n---\n\nA page.\n',
    'content/posts/full.md': post('A post </script><b>', BODY, { tags: '[one, two words]', toc: 'true', series: '[Long]', date: '2024-09-09' }),
  };
  for (let i = 1; i < 14; i++) files[`content/posts/p${i}.md`] = post(`Post ${i}`, 'Some words.', { tags: '[one]', date: `2024-${String((i % 8) + 1).padStart(2, '0')}-06` });
  site = await blog(folder(files));
  pages = ['/', '/page/2/', '/posts/', '/posts/full/', '/tags/', '/tags/one/', '/archive/', '/search/?q=words', '/search/', '/about/', '/nothing/'];
});

// What was seen is left to be looked at: light-320-home.png.
const PICTURES = new URL('../../build/screenshots/', import.meta.url).pathname;
mkdirSync(PICTURES, { recursive: true });
const picture = (tab, ...what) => tab.page.screenshot({ path: join(PICTURES, `${what.map((w) => (w === '/' ? 'home' : String(w).replace(/\W+/g, ' ').trim().replace(/ /g, '-'))).join('-')}.png`), fullPage: true });

const skip = hasChromium ? false : 'no Chromium here';
const visible = (page, what) => page.locator(what).first().isVisible();

describe('in a browser', { skip }, () => {
  for (const scheme of ['light', 'dark'])
    test(`${scheme}: nothing that axe-core objects to, no error, no sideways scrolling`, async () => {
      const tab = await open(`${site.server.base}/`);
      await tab.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      for (const path of pages) {
        await tab.page.goto(site.server.base + path);
        for (const width of [320, 768, 1440]) {
          await tab.page.setViewportSize({ width, height: 800 });
          const wide = await tab.page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(wide <= width, `${path} at ${width}: ${wide}`);
          await picture(tab, scheme, width, path);
        }
        await tab.page.evaluate(readFileSync(axe, 'utf8'));
        const found = await tab.page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), RULES);
        assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join('; ')}`), [], path);
      }
      // The answer to a page that is not there is an error to the console.
      assert.deepEqual(tab.errors.filter((e) => !/status of 404/.test(e)), []);
      await tab.close();
    });

  test('at no width does one thing of the header cover another', async () => {
    const short = await blog({ 'platen.yaml': 'title: Blog\n', 'content/posts/a.md': post('A') });
    for (const from of [site, short]) {
      const tab = await open(`${from.server.base}/`);
      for (let width = 320; width <= 900; width += 20) {
        await tab.page.setViewportSize({ width, height: 800 });
        const covered = await tab.page.evaluate(() => {
          const boxes = [...document.querySelectorAll('header.site a, header.site button')].map((e) => [e.textContent || 'the switch', e.getBoundingClientRect()]);
          return boxes.flatMap(([name, a], i) => boxes.slice(i + 1).filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).map(([other]) => `${name}, ${other}`));
        });
        assert.deepEqual(covered, [], `at ${width}`);
      }
      await tab.close();
    }
  });

  for (const scheme of ['light', 'dark']) test(`${scheme}: without script all is there but what needs it`, async () => {
    const tab = await open(`${site.server.base}/`, { script: false });
    await tab.page.emulateMedia({ colorScheme: scheme });
    for (const path of pages) {
      await tab.page.goto(site.server.base + path);
      assert.ok(await visible(tab.page, 'main h1, main .card'), path);
      assert.equal(await visible(tab.page, '.switch'), false, path);
      for (const width of [320, 768, 1440]) {
        await tab.page.setViewportSize({ width, height: 800 });
        assert.equal(await tab.page.locator('header.site .name').isVisible(), true, path);
        await picture(tab, scheme, 'plain', width, path);
      }
    }
    assert.deepEqual(tab.errors.filter((e) => !/status of 404/.test(e)), []);
    await tab.close();
  });

  test('the switch: chosen before the first paint, and kept', async () => {
    const tab = await open(`${site.server.base}/`);
    await tab.page.emulateMedia({ colorScheme: 'light' });
    const paper = () => tab.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await paper();
    const button = tab.page.locator('.switch');
    await button.focus();
    await tab.page.keyboard.press('Enter');
    assert.equal(await button.getAttribute('aria-pressed'), 'true');
    assert.notEqual(await paper(), light);
    await tab.page.goto(`${site.server.base}/about/`);
    assert.equal(await button.getAttribute('aria-pressed'), 'true');
    assert.notEqual(await paper(), light);
    await button.click();
    assert.equal(await paper(), light);
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });

  test('code is copied, headings have links, the first key leads past the menu', async () => {
    const tab = await open(`${site.server.base}/posts/full/`);
    await tab.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await tab.page.keyboard.press('Tab');
    assert.equal(await tab.page.evaluate(() => document.activeElement.getAttribute('href')), '#main');
    await tab.page.locator('.copy').first().focus();
    await tab.page.keyboard.press('Enter');
    await tab.page.locator('.copy', { hasText: 'Copied' }).waitFor();
    assert.match(await tab.page.evaluate(() => navigator.clipboard.readText()), /^def f\(x\):\n {4}# a comment/);
    assert.equal(await tab.page.locator('#a-heading .anchor').getAttribute('href'), '#a-heading');
    assert.deepEqual(tab.errors, []);
    await tab.close();
  });
});

describe('for machines', () => {
  test('JSON-LD says what the post is, whatever its title, without its text', async () => {
    const answer = await site.get('/posts/full/');
    const data = find(dom(answer.text), (n) => attribute(n, 'type') === 'application/ld+json');
    const post = JSON.parse(text(data));
    assert.equal(post['@type'], 'BlogPosting');
    assert.equal(post.headline, 'A post </script><b>');
    assert.equal(post.author[0].name, 'Ann');
    assert.equal(post.articleBody, undefined);
    assert.match(post.datePublished, /^2024-09-09T/);
    assert.deepEqual(post.keywords, ['one', 'two words']);
  });

  test('what a shared link is shown with', async () => {
    const tree = dom((await site.get('/posts/full/')).text);
    const meta = (name) => attribute(find(tree, (n) => attribute(n, 'property') === name || attribute(n, 'name') === name), 'content');
    assert.equal(meta('og:title'), 'A post </script><b>');
    assert.equal(meta('og:type'), 'article');
    assert.equal(meta('twitter:card'), 'summary');
    assert.match(meta('og:url'), /^http.*\/posts\/full\/$/);
    assert.equal(elements(tree, (n) => attribute(n, 'rel') === 'canonical').length, 1);
  });

  test('the browser’s own search', async () => {
    const answer = await site.get('/opensearch.xml');
    assert.match(answer.headers['content-type'], /^application\/opensearchdescription\+xml/);
    assert.match(answer.text, /template="http[^"]*\/search\/\?q=\{searchTerms\}"/);
  });

  test('policies as narrow as the page', async () => {
    for (const path of pages) {
      const { headers } = await site.get(path);
      assert.match(headers['content-security-policy'], /^default-src 'none'; script-src 'self'; /, path);
      assert.ok(!headers['content-security-policy'].includes('unsafe'), path);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
      assert.equal(headers['strict-transport-security'], undefined);
    }
  });

  test('small: a listing with its stylesheet, and the scripts, as they are sent', async () => {
    const size = async (path) => gzipSync((await site.get(path)).body).length;
    assert.ok((await size('/')) + (await size('/static/style.css')) < 15 * 1024);
    let scripts = 0;
    for (const name of ['theme', 'site', 'live', 'search']) scripts += await size(`/static/${name}.js`);
    assert.ok(scripts <= 5 * 1024, `${scripts}`);
    assert.ok((await site.get('/static/theme.js')).body.length < 500);
  });
});
