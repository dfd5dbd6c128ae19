// Search as readers meet it: any script, snippets, ranking; without script and, with it, while typing.
import { describe, test, before } from 'node:test';
import assert from 'node:assert/strict';
import { blog, post, poll } from './lib/blog.mjs';
import { attribute, dom, elements, entries, find, fold, text } from './lib/hentry.mjs';
import { hasChromium, open } from './lib/chromium.mjs';

const FILES = {
  'hugo.yaml': 'title: S\nbaseURL: https://example.org/\n',
  'content/posts/galley.md': post('The galley & the <forme>', 'A galley holds lines of type before they are a page. '.repeat(30), { tags: '[press]' }),
  'content/posts/ink.md': post('Ink', 'Oil and soot, and a galley beside it: <span>"raw"</span> words.', { tags: '[press]' }),
  'content/posts/tokyo.md': post('東京の活字', '東京タワーは黒猫の隣です。'),
  'content/posts/cafe.md': post('Café Straße', 'Größe und Übermut.'),
  'content/posts/draft.md': post('Hidden galley', 'A galley.', { draft: true }),
};
for (let i = 0; i < 45; i++) FILES[`content/posts/n${i}.md`] = post(`Number ${i}`, 'Sorts in a case.');

let site;
before(async () => { site = await blog(FILES); });
const search = async (q, more = '') => (await site.get(`/search/?q=${encodeURIComponent(q)}${more}`)).text;
const names = (html) => entries(html).map((e) => e.name);

describe('what is found', () => {
  for (const [q, expected] of Object.entries({
    galley: ['The galley & the <forme>', 'Ink'], gall: ['The galley & the <forme>', 'Ink'], 'GALLEY soot': ['Ink'], press: ['Ink', 'The galley & the <forme>'],
    東京: ['東京の活字'], 黒猫: ['東京の活字'], 猫: ['東京の活字'], 東猫: [], cafe: ['Café Straße'], STRASSE: ['Café Straße'], grosse: ['Café Straße'], 'gal type': [], hidden: [],
  })) test(q, async () => assert.deepEqual(names(await search(q)).sort(), [...expected].sort()));

  test('the title before the text', async () => assert.equal(names(await search('galley'))[0], 'The galley & the <forme>'));

  test('marked, escaped, a part of the text', async () => {
    const html = await search('galley raw');
    assert.match(html, /a <mark>galley<\/mark> beside it: “<mark>raw<\/mark>” words\./);
    const first = await search('galley');
    assert.match(first, /The <mark>galley<\/mark> &amp; the &lt;forme&gt;/);
    for (const e of elements(dom(first), (n) => attribute(n, 'class') === 'p-summary')) assert.ok(fold(text(e)).length < 320);
  });

  test('page after page, each post once', async () => {
    const seen = [];
    for (const p of [1, 2, 3, 4]) seen.push(...names(await search('sorts', `&page=${p}`)));
    assert.equal(seen.length, 45);
    assert.equal(new Set(seen).size, 45);
  });
});

describe('in a browser', { skip: !hasChromium && 'no Chromium here' }, () => {
  test('while typing, without the page being loaded again', async () => {
    const { page, errors, close } = await open(`${site.server.base}/search/`);
    await page.evaluate(() => { window.same = true; });
    await page.locator('#q').pressSequentially('galle', { delay: 10 });
    await page.locator('#found article').first().waitFor();
    assert.equal(await page.locator('#found article').count(), 2);
    assert.equal(await page.locator('#found [role=status]').innerText(), '2 posts for “galle”');
    assert.equal(await page.locator('#found mark').first().innerText(), 'galley');
    assert.match(page.url(), /\?q=galle$/);
    await page.locator('#q').fill('東京');
    await poll(async () => (await page.locator('#found [role=status]').innerText()).includes('東京'));
    assert.equal(await page.locator('#found article').count(), 1);
    await page.locator('#q').fill('');
    await poll(async () => await page.locator('#found article').count() === 0);
    assert.ok(await page.evaluate(() => window.same));
    assert.deepEqual(errors, []);
    await close();
  });

  test('without script by the button', async () => {
    const { page, close } = await open(`${site.server.base}/search/`, { script: false });
    await page.locator('#q').fill('galley');
    await page.locator('form[role=search] button').click();
    await page.locator('#found article').first().waitFor();
    assert.equal(await page.locator('#found article').count(), 2);
    await close();
  });
});
