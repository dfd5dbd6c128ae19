// Every address that Zola gives a site: written down from its documentation (pages, sections, configuration).
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { join } from 'node:path';
import { blog, FIXTURES } from './lib/blog.mjs';
import { entries } from './lib/hentry.mjs';

let site;
before(async () => {
  site = await blog(join(FIXTURES, 'zola'));
});

test('everything in the fixture is taken without a word', () => {
  assert.deepEqual(site.first.stderr.trim().split('\n').filter((l) => !l.startsWith('import:')), []);
});

const posts = {
  '/blog/from-the-name/': ['From the name', '2024-01-02'],
  '/blog/underscore/': ['Underscore', '2024-02-03'],
  '/blog/bundle/': ['Bundle', '2024-03-04'],
  '/blog/its-own-slug/': ['Slug', '2024-04-05'],
  '/elsewhere/A.Path.html/': ['Path', '2024-04-06'],
  '/notes/Deep%20Folder/naive-strasse-1-2/': ['Deep', '2024-04-07'],
};
for (const [path, [name, date]] of Object.entries(posts))
  test(`post ${path}`, async () => {
    const page = await site.get(path);
    assert.equal(page.status, 200);
    const [entry] = entries(page.text);
    assert.equal(entry.name, name);
    assert.equal(entry.datetime.slice(0, 10), date);
  });

for (const path of ['/', '/blog/', '/notes/', '/about/', '/tags/', '/tags/c-co/', '/tags/cafe/', '/authors/ada-ecrit/',
  '/blog/bundle/p.svg', '/blog/section.svg', '/favicon.svg'])
  test(`found ${path}`, async () => assert.equal((await site.get(path)).status, 200));

for (const path of ['/hidden/', '/blog/2024-01-02-from-the-name/', '/blog/2024-03-04_bundle/', '/config.toml', '/categories/'])
  test(`no ${path}`, async () => assert.equal((await site.get(path)).status, 404));

for (const old of ['/old/path/', '/older/path.html'])
  test(`alias ${old}`, async () => assert.equal((await site.get(old)).headers.location, '/elsewhere/A.Path.html/'));

test('the settings are read', async () => {
  const home = (await site.get('/')).text;
  assert.match(home, /A zebra/);
  assert.match((await site.get('/sitemap.xml')).text, /<loc>https:\/\/example\.org\/blog\/bundle\/<\/loc>/);
});

test('slugs are cut as the settings say', async () => {
  for (const [strategy, path] of [['off', '/A.B%20c:d/'], ['safe', '/A.B%20cd/'], ['on', '/a-b-c-d/']]) {
    const s = await blog({
      'zola.toml': `base_url = "/"\n[slugify]\npaths = "${strategy}"\n`,
      'content/a.md': '+++\ntitle = "A"\nslug = "A.B c:d"\n+++\nWords.\n',
    });
    assert.equal((await s.get(path)).status, 200, strategy);
    await s.server.stop();
  }
});

test('a config.toml of Hugo stays one', async () => {
  const s = await blog({
    'config.toml': 'baseURL = "https://example.org/"\ntitle = "H"\n[params]\nbase_url = "x"\n',
    'content/posts/2024-05-06-a.md': '+++\ntitle = "A"\n+++\nWords.\n',
  });
  assert.equal((await s.get('/posts/2024-05-06-a/')).status, 200);
  await s.server.stop();
});
