// A Jekyll repository as it is: every address as Jekyll gives it (its documentation, "Permalinks").
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { blog } from './lib/blog.mjs';
import { entries } from './lib/hentry.mjs';

const head = (more = '') => `---\nlayout: post\ntitle: T\n${more}---\nWords.\n`;
const files = (config) => ({
  ...(config === null ? {} : { '_config.yml': config }),
  '_posts/2024-05-06-first-words.md': head('categories: news press\n'),
  '_posts/deep/2024-05-07-Second_One.markdown': head('category: News\n'),
  'travel/_posts/2024-05-08-third.md': head('tags: [x]\nslug: own-slug\n'),
  '_posts/2024-05-09-fourth.md': head('date: 2024-06-01 10:00:00 +0200\npermalink: /own/place.html\n'),
  '_posts/no-date.md': head(),
  '_drafts/later.md': head(),
  '_layouts/post.html': '<p>{{ content }}</p>',
  '_includes/x.md': head(),
  'about.md': '---\ntitle: About\n---\nUs.\n',
  'docs/guide.md': '---\ntitle: Guide\n---\nHow.\n',
  'Assets/Pic.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/app.css': 'a{}',
  'index.html': '---\n---\n{% for p in site.posts %}x{% endfor %}',
  'README.md': '# About the repository',
});

async function check(config, found, missing) {
  const s = await blog(files(config));
  for (const path of found) assert.equal((await s.get(path)).status, 200, path);
  for (const path of missing) assert.equal((await s.get(path)).status, 404, path);
  const order = entries((await s.get('/')).text).map((e) => e.datetime.slice(0, 10));
  assert.deepEqual(order, ['2024-06-01', '2024-05-08', '2024-05-07', '2024-05-06']);
  await s.server.stop();
}

describe('addresses', () => {
  test('the default style', () =>
    check(null,
      ['/news/press/2024/05/06/first-words.html', '/news/2024/05/07/Second_One.html', '/travel/2024/05/08/own-slug.html',
        '/own/place.html', '/about.html', '/docs/guide.html', '/Assets/Pic.svg', '/assets/app.css', '/tags/x/'],
      ['/no-date/', '/later/', '/x/', '/README/', '/_posts/2024-05-06-first-words/']));
  test('pretty', () =>
    check('title: P\npermalink: pretty\n',
      ['/news/press/2024/05/06/first-words/', '/travel/2024/05/08/own-slug/', '/own/place.html', '/about/', '/docs/guide/'], ['/later/']));
  test('ordinal and none', async () => {
    await check('permalink: ordinal\n', ['/news/press/2024/127/first-words.html'], []);
    await check('permalink: none\n', ['/news/press/first-words.html', '/about.html'], []);
  });
  test('a pattern of its own', () =>
    check('permalink: /blog/:short_year-:i_month-:i_day/:title/\n', ['/blog/24-5-6/first-words/', '/blog/24-5-8/own-slug/'], []));
});

test('settings', async () => {
  const s = await blog({
    '_config.yml': 'title: A press\ndescription: Words\nurl: https://example.org\nbaseurl: /press\nauthor: {name: Ada}\npaginate: 1\ntimezone: Europe/Berlin\nplugins: [jekyll-feed]\n',
    '_posts/2024-05-06-a.md': head(),
    '_posts/2024-05-07-b.md': head(),
  });
  const home = (await s.get('/')).text;
  assert.match(home, /<title>A press<\/title>/);
  assert.equal(entries(home).length, 1);
  assert.match((await s.get('/sitemap.xml')).text, /https:\/\/example\.org\/press\/2024\/05\/06\/a\.html/);
  await s.server.stop();
});

test('a Hugo site with a folder of that name stays one', async () => {
  const s = await blog({ 'hugo.yaml': 'title: H\n', 'content/_posts/2024-05-06-a.md': head('date: 2024-05-06\n') });
  assert.equal((await s.get('/_posts/2024-05-06-a/')).status, 200);
  await s.server.stop();
});
