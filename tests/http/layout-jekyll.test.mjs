// Every address that Jekyll gives a site: written down from its documentation (permalinks, drafts, configuration).
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { join } from 'node:path';
import { blog, FIXTURES } from './lib/blog.mjs';
import { entries } from './lib/hentry.mjs';

let site;
before(async () => {
  site = await blog(join(FIXTURES, 'jekyll'));
});

test('everything in the fixture is taken without a word', () => {
  assert.deepEqual(site.first.stderr.trim().split('\n').filter((l) => !l.startsWith('import:')), []);
});

const posts = {
  '/news/press/2024/01/02/From_the.Name.html': ['A title: not in the address', '2024-01-02'],
  '/news/2024/02/03/short-numbers.html': ['Short numbers', '2024-02-03'],
  '/2024/03/05/endings.html': ['Endings', '2024-03-05'],
  '/own/2024/place/': ['More', '2024-03-06'],
  '/travel/italy/city/2024/04/05/roma.html': ['Rome', '2024-04-05'],
};
for (const [path, [name, date]] of Object.entries(posts))
  test(`post ${path}`, async () => {
    const page = await site.get(path);
    assert.equal(page.status, 200);
    const [entry] = entries(page.text);
    assert.equal(entry.name, name);
    assert.equal(entry.datetime.slice(0, 10), date);
  });

for (const path of ['/', '/about.html', '/manual/', '/docs/', '/assets/img/Wolf.svg', '/images/Fox.svg', '/favicon.svg', '/security.txt'])
  test(`found ${path}`, async () => assert.equal((await site.get(path)).status, 200));

for (const path of ['/later.html', '/undated.html', '/docs/secret.html', '/old/page.html', '/tmp-build/page.html', '/_config.yml',
  '/_layouts/post.html', '/docs/guide.html'])
  test(`no ${path}`, async () => assert.equal((await site.get(path)).status, 404));

const dated = '---\ntitle: T\ncategories: [Big News, x]\n---\nWords.\n';
for (const [permalink, path] of [
  ['weekdate', '/big%20news/x/2024/W01/Mon/A_b.c.html'],
  ['/:w_year/:week/:w_day/:long_day/:short_month/:long_month/:hour:minute:second/:slug', '/2025/01/1/Monday/Dec/December/000000/a-b-c'],
  ['/:slugified_categories/:title:output_ext', '/big-news/x/A_b.c.html'],
])
  test(`permalink: ${permalink}`, async () => {
    const day = permalink === 'weekdate' ? '2024-01-01' : '2024-12-30';
    const s = await blog({ '_config.yml': `permalink: ${permalink}\n`, [`_posts/${day}-A_b.c.md`]: dated });
    assert.equal((await s.get(path)).status, 200);
    await s.server.stop();
  });

test('drafts are shown when the settings say so', async () => {
  const s = await blog({ '_config.yml': 'show_drafts: true\n', '_drafts/a.md': dated, '_drafts/2024-05-06-b.md': dated });
  assert.equal((await s.get('/big%20news/x/a.html')).status, 200);
  assert.equal((await s.get('/big%20news/x/2024/05/06/b.html')).status, 200);
  await s.server.stop();
});

test('a summary ends at the site’s excerpt_separator, at the post’s own, and at the usual mark', async () => {
  const text = (front, marks) => `---\ntitle: T\n${front}---\nFirst.\n\n${marks[0]}\n\nSecond. ${marks[1] ?? ''} Third.\n\nFourth.\n`;
  const site = await blog({
    '_config.yml': 'excerpt_separator: "<!-- excerpt-end -->"\n',
    '_posts/2024-01-01-a.md': text('', ['<!-- excerpt-end -->', '<!--more-->']),
    '_posts/2024-01-02-b.md': text('excerpt_separator: "<!--cut-->"\n', ['<!-- excerpt-end -->', '<!--cut-->']),
    '_posts/2024-01-03-c.md': text('', ['<!--more-->', '<!-- excerpt-end -->']),
    '_posts/2024-01-04-d.md': text('excerpt_separator: ""\n', ['<!-- excerpt-end -->']),
  });
  assert.deepEqual(entries((await site.get('/')).text).map((e) => e.summary),
    ['First. Second. Third. Fourth.', 'First. ...', 'First. Second. ...', 'First. ...']);
  const page = (await site.get('/2024/01/02/b.html')).text;
  assert.ok(!page.includes('cut'), 'the mark is not shown');
  await site.server.stop();
});

test('redirect_to sends its readers on', async () => {
  const page = (to) => `---\ntitle: T\nredirect_to: ${to}\n---\nWords.\n`;
  const site = await blog({
    '_config.yml': 'url: https://example.org\nbaseurl: /base\n',
    'a.md': page('https://example.com/%C3%BC?x=1&y=ü#z'),
    'b.md': page('[/new/place/, /other/]'),
    '_posts/2024-01-01-c.md': page('http://example.com/'),
    'd.md': page('"javascript:alert(1)"'),
    'e.md': page('/e.html'), // itself
    'f.md': page('"https://example.com/\\r\\nX-Own: 1"'),
    'g.md': page('7'),
  });
  const at = async (path) => {
    const r = await site.get(path);
    assert.equal(r.headers['x-own'], undefined);
    return [r.status, r.headers.location];
  };
  assert.deepEqual(await at('/base/a.html'), [301, 'https://example.com/%C3%BC?x=1&y=%C3%BC#z']);
  assert.deepEqual(await at('/base/b.html'), [301, '/base/new/place/']);
  assert.deepEqual(await at('/base/2024/01/01/c.html'), [301, 'http://example.com/']);
  for (const own of ['d', 'e', 'g']) assert.deepEqual(await at(`/base/${own}.html`), [200, undefined], own);
  assert.deepEqual(await at('/base/f.html'), [301, 'https://example.com/%0D%0AX-Own:%201']);
  assert.match((await site.get('/base/a.html')).headers['cache-control'], /must-revalidate/);
  await site.server.stop();
});
