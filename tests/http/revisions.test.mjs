// Versions of a post: kept as pushes replace them, filled in from the repository's past, read and compared.
import { describe, test, before } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { blog, poll, post } from './lib/blog.mjs';
import { gitHost, pushedBlog } from './lib/githost.mjs';
import { attribute, dom, elements, find, fold, text } from './lib/hentry.mjs';

const SITE = { 'hugo.yaml': 'title: H\n' };

/** What ?rev= lists: [{name, meta, url, before, compare}]. */
async function versions(s, path) {
  const page = await s.get(`${path}?rev=`);
  assert.equal(page.status, 200);
  assert.match(page.headers['x-robots-tag'], /noindex/);
  assert.match(page.text, /<meta name="robots" content="noindex">/);
  const list = find(dom(page.text), (n) => n.tagName === 'ol' && attribute(n, 'class') === 'history');
  return elements(list, (n) => n.tagName === 'li').map((li) => {
    const links = elements(li, (n) => n.tagName === 'a');
    const called = (words) => attribute(links.find((a) => fold(text(a)) === words) ?? { attrs: [] }, 'href');
    return { name: fold(text(links[0])), meta: fold(text(li)), url: attribute(links[0], 'href'), before: called('what it changed'), compare: called('changes since') };
  });
}
const names = async (s, path) => (await versions(s, path)).map((v) => v.name);

describe('what pushes replace', () => {
  let s;
  before(async () => {
    s = await pushedBlog({ files: { ...SITE, 'content/posts/a.md': post('A', 'First words.\n\nThe end.'), 'content/posts/b.md': post('B') } });
    await s.shows('/posts/a/', 'First words.');
  });

  test('nothing to tell at first', async () => {
    assert.ok(!(await s.text('/posts/a/')).includes('?rev='));
    assert.deepEqual(await versions(s, '/posts/a/'), []);
    assert.match(await s.text('/posts/a/?rev='), /Nothing is known/);
  });

  test('each change is there, with who made it when', async () => {
    await s.publish({ files: { 'content/posts/a.md': post('A', 'Second words.\n\nThe end.') }, message: 'Sharper\n\nMore to say.' });
    await s.publish({ files: { 'content/posts/a.md': post('A, renamed', 'Third <b>words</b>.\n\nThe end.') }, message: 'Sharper & <still>' });
    const all = await versions(s, '/posts/a/');
    assert.deepEqual(all.map((v) => v.name), ['Sharper & <still>', 'Sharper', 'A']);
    assert.match(all[0].meta, /November 14, 2023.*Author.*[0-9a-f]{7}.*the present version/);
    assert.match(await s.text('/posts/a/'), /href="\/posts\/a\/\?rev="[^>]*>History/);
    assert.ok(!(await s.text('/posts/b/')).includes('?rev='), 'another post has none');
  });

  test('one is read', async () => {
    const [third, second, first] = await versions(s, '/posts/a/');
    const page = await s.get(second.url);
    assert.equal(page.status, 200);
    assert.match(page.headers['x-robots-tag'], /noindex/);
    assert.match(page.text, /Second words\./);
    assert.ok(!page.text.includes('Third'));
    assert.match(page.text, /An earlier version/);
    assert.match(page.text, /rel="canonical" href="[^"]*\/posts\/a\/"/);
    assert.match((await s.get(first.url)).text, /First words\./);
    assert.match((await s.get(third.url)).text, /The present version[^]*Third <b>words<\/b>/);
  });

  test('two are compared', async () => {
    const [third, second, first] = await versions(s, '/posts/a/');
    const page = (await s.get(second.before)).text;
    assert.match(page, /<del>- First words\.<\/del>\n<ins>\+ Second words\.<\/ins>/);
    assert.match(page, /<span> {3}The end\.<\/span>|<span>  The end\.<\/span>/);
    const since = (await s.get(first.compare)).text;
    assert.match(since, /<del>- title: &quot;A&quot;<\/del>\n<ins>\+ title: &quot;A, renamed&quot;<\/ins>/);
    assert.match(since, /<ins>\+ Third &lt;b&gt;words&lt;\/b&gt;\.<\/ins>/);
    const id = (url) => /rev=(\d+)/.exec(url)[1];
    assert.match((await s.get(`/posts/a/?rev=${id(second.url)}..${id(second.url)}`)).text, /The text is the same/);
    assert.match((await s.get(`/posts/a/?rev=${id(third.url)}..${id(first.url)}`)).text, /<ins>\+ First words/);
  });

  test('what is no version is not found', async () => {
    const [, second] = await versions(s, '/posts/a/');
    const id = /rev=(\d+)/.exec(second.url)[1];
    for (const rev of ['0', '-1', 'x', '99999', '..', '1..x', `..${id}`, `${id}..99999`, '9'.repeat(30), '%00', '%ff', `${id}...`, ' 1'])
      assert.equal((await s.get(`/posts/a/?rev=${rev.replace(' ', '+')}`)).status, 404, rev);
    assert.equal((await s.get(`/posts/b/?rev=${id}`)).status, 404, 'of another post');
    assert.equal((await s.get(`/?rev=${id}`)).status, 200, 'a list has none');
  });

  test('the same text under other settings is no version', async () => {
    const before = await names(s, '/posts/a/');
    await s.publish({ files: { 'hugo.yaml': 'title: Other\n' } });
    assert.deepEqual(await names(s, '/posts/a/'), before);
    const [third] = await versions(s, '/posts/a/');
    assert.match((await s.get(third.url)).text, /Third <b>words/);
  });

  test('a renamed post keeps them, a removed one takes them along', async () => {
    await s.publish({ rename: { 'content/posts/a.md': 'content/posts/z.md' } });
    assert.equal((await names(s, '/posts/z/')).length, 3);
    await s.publish({ remove: ['content/posts/z.md'] });
    assert.equal((await s.get('/posts/z/?rev=')).status, 410);
    await s.publish({ files: { 'content/posts/z.md': post('Z', 'Quite new.') } });
    assert.deepEqual(await names(s, '/posts/z/'), ['Words']);
  });

  test('a draft is no version', async () => {
    await s.publish({ files: { 'content/posts/d.md': post('D', 'Secret words.', { draft: true }) } });
    await s.publish({ files: { 'content/posts/d.md': post('D', 'Open words.') }, message: 'Out' });
    assert.deepEqual(await names(s, '/posts/d/'), ['Out']);
  });
});

describe('the past', () => {
  let s;
  before(async () => {
    const host = await gitHost({ files: { ...SITE, 'content/posts/old-name.md': post('A', 'Version 1.') } });
    await host.commit({ files: { 'content/posts/old-name.md': post('A', 'Version 2 is a draft.', { draft: true }) }, message: 'Two' });
    await host.commit({ files: { 'content/posts/old-name.md': '---\ntitle: [\n---\nbroken' }, message: 'Broken' });
    for (let i = 3; i <= 8; i++) await host.commit({ files: { 'content/posts/old-name.md': post('A', `Version ${i}.\n\nA second paragraph that stays as it is.`) }, message: `Number ${i} <b>` });
    await host.commit({ rename: { 'content/posts/old-name.md': 'content/posts/a.md' }, message: 'Renamed' });
    await host.commit({ files: { 'content/posts/a.md': post('A', 'Version 9.\n\nA second paragraph that stays as it is.'), 'content/posts/b.md': post('B') }, message: 'Number 9' });
    await host.push();
    s = await pushedBlog({ host, args: ['--history-delay', '0', '--keep-revisions', '6'] });
    await s.shows('/posts/a/', 'Version 9.');
    await s.says(/history: \d+ versions of 2 posts/);
  });

  test('is filled in, bounded, without drafts and what cannot be read', async () => {
    assert.deepEqual(await names(s, '/posts/a/'), ['Number 9', ...[8, 7, 6, 5, 4].map((i) => `Number ${i} <b>`)]);
    const all = await versions(s, '/posts/a/');
    assert.match((await s.get(all.at(-1).url)).text, /Version 4\./);
    assert.match(all[0].meta, /the present version/);
    assert.deepEqual(await names(s, '/posts/b/'), ['Number 9']);
  });

  test('goes on with the next push', async () => {
    await s.publish({ files: { 'content/posts/a.md': post('A', 'Version 10.') }, message: 'Number 10' });
    assert.deepEqual((await names(s, '/posts/a/')).slice(0, 3), ['Number 10', 'Number 9', 'Number 8 <b>']);
    assert.equal((await names(s, '/posts/a/')).length, 6);
  });

  test('leaves nothing behind, and is not asked for again', async () => {
    await poll(() => !existsSync(join(s.dir, 'platen.db.git.history', 'objects')));
    assert.deepEqual(readdirSync(join(s.dir, 'platen.db.git.history')), ['platen.lock']);
    await s.server.stop();
    await s.again();
    await s.shows('/posts/a/', 'Version 10.');
    assert.equal(s.log().match(/history: \d+ versions/g).length, 1);
  });

  test('--keep-revisions 0 forgets them', async () => {
    await s.server.stop();
    await s.again(['--keep-revisions', '0']);
    await poll(async () => (await versions(s, '/posts/a/')).length === 0);
    assert.ok(!(await s.text('/posts/a/')).includes('?rev='));
  });
});

test('folders have versions, too', async () => {
  const site = await blog({ ...SITE, 'content/posts/a.md': post('A', 'One.') });
  site.write({ 'content/posts/a.md': post('A', 'Two.') });
  assert.equal((await site.import()).status, 0);
  const all = await versions(site, '/posts/a/');
  assert.equal(all.length, 2);
  assert.match((await site.get(all[1].url)).text, /One\./);
  assert.match((await site.get(all[0].before)).text, /<del>- One\.<\/del>\n<ins>\+ Two\.<\/ins>/);
});
