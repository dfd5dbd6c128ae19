// The sample blog that `make run` shows: nothing of it is refused, and no link of it is dead.
import { test, before } from 'node:test';
import assert from 'node:assert/strict';
import { blog, SAMPLE, summary } from './lib/blog.mjs';
import { crawl } from './lib/crawl.mjs';
import { entries } from './lib/hentry.mjs';

let site;
before(async () => {
  site = await blog(SAMPLE, { serveArgs: ['--base-url', 'https://press.example/'] });
});

test('everything is taken', () => {
  assert.equal(summary(site.first).refused, 0);
  assert.equal(site.first.stderr.trim().split('\n').length, 1, site.first.stderr);
});

test('no link is dead, and every post is reached', async () => {
  const seen = await crawl(site.get, 'press.example');
  for (const [path, page] of seen) assert.ok([200, 301, 308].includes(page.status), `${path}: ${page.status}`);
  for (const slug of ['a-press-in-the-garage', 'type-high', 'setting-a-line', 'locking-up', 'em-dash', 'what-ink-wants', 'calendar', 'points-and-picas',
    'glossary', 'hairlines', 'from-folder-to-page', 'templates', 'widows-and-orphans'])
    assert.ok(seen.has(`/posts/${slug}/`), slug);
  for (const hidden of ['polymer-plates', 'the-press-at-two-hundred']) {
    assert.ok(!seen.has(`/posts/${hidden}/`), hidden);
    assert.equal((await site.get(`/posts/${hidden}/`)).status, 404);
  }
});

test('it is read as its author meant it', async () => {
  const home = entries((await site.get('/')).text);
  assert.equal(home.length, 6);
  assert.equal(home[0].name, 'Widows and orphans');
  assert.equal(home[0].published, 'November 8, 2026');
  assert.ok(home[0].summary.endsWith('past. ...'), home[0].summary);
  const dashes = (await site.get('/posts/em-dash/')).text;
  for (const mark of ['“like this”', '12–18', '—', '…', '‘open’ from ‘close’', 'It’s']) assert.ok(dashes.includes(mark), mark);
  const glossary = (await site.get('/posts/glossary/')).text;
  assert.match(glossary, /href="#sizes-with-names"/);
  assert.match(glossary, /id="sizes-with-names"/);
  const templates = (await site.get('/posts/templates/')).text;
  assert.ok(templates.includes('{{#posts}}'), 'a template in a code block stays text');
  assert.match((await site.get('/posts/locking-up/')).text, /<input[^>]*type="checkbox"/);
});
