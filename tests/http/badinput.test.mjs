// What authors and strangers may put into a folder: each file is taken rightly or refused with a clear reason, the others go
// in, and the server serves on.
import { test, before, beforeEach, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blog, folder, Link, platen, poll, post, scratch, SLOW, summary } from './lib/blog.mjs';
import { attribute, dom, elements, entries, fold, text } from './lib/hentry.mjs';

let site;
let turn = 0;
before(async () => {
  site = await blog({ 'content/posts/good.md': post('Good', 'Here all the time.') });
});

// Each test puts its files into content/bad/; at its end a good post that is new in each import must have come in.
beforeEach(() => {
  turn++;
  site.write({ 'content/posts/turn.md': post('Turn', `This is turn ${turn} of all.`) });
});
afterEach(async () => {
  rmSync(join(site.dir, 'content/bad'), { recursive: true, force: true });
  await poll(async () => (await site.get('/posts/turn/')).text.includes(`turn ${turn} of`), { what: 'the other posts went in' });
  assert.equal((await site.get('/posts/good/')).status, 200);
});

/** Imports with these files in content/bad/: the result, with the lines about them. */
async function put(files, options) {
  site.write(Object.fromEntries(Object.entries(files).map(([name, what]) => [`content/bad/${name}`, what])));
  const result = await platen(['import', '--db', site.db, site.dir], options);
  assert.equal(result.status, 0, result.stderr.slice(0, 2000));
  return { ...result, lines: result.stderr.split('\n').filter((l) => l.startsWith('content/bad')) };
}

/** Exactly one file is refused: this one, with a reason like this. */
function refused(result, file, reason, count = 1) {
  assert.equal(summary(result).refused, count, result.stderr.slice(0, 2000));
  const line = result.lines.find((l) => l.startsWith(`content/bad/${file}:`));
  assert.ok(line, `nothing is said of ${file}: ${result.stderr.slice(0, 2000)}`);
  assert.match(line, reason);
  assert.ok(line.length < 1000, 'a line, no essay');
  return line;
}

const taken = (result) => assert.equal(summary(result).refused, 0, result.stderr.slice(0, 2000));
const see = async (path) => poll(async () => {
  const page = await site.get(path);
  return page.status === 200 && page;
}, { what: path });
const body = (page) => {
  const found = elements(dom(page.text), (n) => (attribute(n, 'class') ?? '').split(/\s+/).includes('e-content'));
  return found.length > 0 ? fold(text(found[0])) : null;
};

test('a binary file named .md', async () => {
  const bytes = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256));
  const result = await put({ 'picture.md': Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1'), bytes]) });
  refused(result, 'picture.md', /binary|UTF-8|NUL/i);
});

test('a NUL in the middle of a text', async () => {
  refused(await put({ 'nul.md': post('Nul', 'one\0two') }), 'nul.md', /NUL|binary|zero/i);
});

test('invalid UTF-8: the line and the column', async () => {
  const result = await put({ 'latin.md': Buffer.from('---\ntitle: Latin\ndate: 2024-01-01\n---\nna\xefve\n', 'latin1') });
  const line = refused(result, 'latin.md', /UTF-8/);
  assert.match(line, /latin\.md:5:3:/);
});

test('UTF-8 that is not allowed: surrogates, overlong forms, beyond the last plane', async () => {
  const forms = { 'surrogate.md': [0xed, 0xa0, 0x80], 'overlong.md': [0xc0, 0xaf], 'beyond.md': [0xf5, 0x80, 0x80, 0x80], 'cut.md': [0xe2, 0x82] };
  const files = Object.fromEntries(Object.entries(forms).map(([n, b]) => [n, Buffer.concat([Buffer.from(post(n)), Buffer.from(b)])]));
  const result = await put(files);
  for (const name of Object.keys(forms)) refused(result, name, /UTF-8/, 4);
});

test('UTF-16 is refused by its name or as no UTF-8', async () => {
  const result = await put({ 'wide.md': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(post('Wide'), 'utf16le')]) });
  refused(result, 'wide.md', /UTF-16|UTF-8|binary/i);
});

test('a byte order mark works', async () => {
  taken(await put({ 'bom.md': `\ufeff${post('With a mark', 'Words.')}` }));
  const page = await see('/bad/bom/');
  assert.equal(entries(page.text)[0].name, 'With a mark');
  assert.ok(!page.text.includes('\ufeff'));
});

test('CRLF and CR work', async () => {
  taken(await put({
    'crlf.md': post('With returns', 'One.\n\nTwo.\n\n```\na\nb\n```').replaceAll('\n', '\r\n'),
    'cr.md': post('Old Mac', 'One.\n\nTwo.').replaceAll('\n', '\r'),
  }));
  const page = await see('/bad/crlf/');
  assert.equal(entries(page.text)[0].name, 'With returns');
  assert.equal(body(page), 'One. Two. a b');
  assert.equal(body(await see('/bad/cr/')), 'One. Two.');
});

test('50 MB of Markdown: refused with the limit, at once, in bounded memory', async () => {
  mkdirSync(join(site.dir, 'content/bad'), { recursive: true });
  writeFileSync(join(site.dir, 'content/bad/huge.md'), Buffer.concat([Buffer.from(post('Huge')), Buffer.alloc(50 << 20, 'word ')]));
  let peak = 0;
  const result = await put({}, {
    onStart: (child) => {
      const look = setInterval(() => {
        try {
          const [, kb] = readFileSync(`/proc/${child.pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/) ?? [];
          peak = Math.max(peak, Number(kb ?? 0));
        } catch {
          clearInterval(look);
        }
      }, 5);
      child.on('exit', () => clearInterval(look));
    },
  });
  refused(result, 'huge.md', /max-post-size/);
  assert.ok(result.ms < 3000 * SLOW, `${result.ms} ms`);
  if (SLOW === 1) assert.ok(peak < 64 * 1024, `${peak} KB at the peak`);
});

test('front matter without an end', async () => {
  const line = refused(await put({ 'open.md': '---\ntitle: Open\n\nAnd then the words begin.\n' }), 'open.md', /front matter/i);
  assert.match(line, /open\.md:\d+:\d+:/);
});

test('duplicate keys, also in another case: the place of the second', async () => {
  const result = await put({
    'twice.md': '---\ntitle: One\ndate: 2024-01-01\ntitle: Two\n---\nWords.\n',
    'case.md': '---\nDate: 2024-01-01\ndate: 2024-01-02\n---\nWords.\n',
  });
  assert.match(refused(result, 'twice.md', /title/, 2), /twice\.md:4:1:/);
  assert.match(refused(result, 'case.md', /date/i, 2), /case\.md:3:1:/);
});

test('impossible dates', async () => {
  const dates = { feb: '2023-02-30', month: '2023-13-01', hour: '2023-01-01T25:00:00Z', word: 'next Tuesday', zero: '0000-00-00', swapped: '03/04/2022', list: '[2023-01-01]', deep: '{a: 1}' };
  const result = await put(Object.fromEntries(Object.entries(dates).map(([n, d]) => [`${n}.md`, `---\ntitle: D\ndate: ${d}\n---\nWords.\n`])));
  for (const name of Object.keys(dates)) assert.match(refused(result, `${name}.md`, /date/, 8), /:3:\d+:/);
});

test('values of the wrong type', async () => {
  const heads = { draft: 'draft: maybe', weight: 'weight: heavy', title: 'title: [a, b]', tags: 'tags: [{x: 1}]', url: 'url: https://elsewhere.example/', out: 'url: /../../etc/' };
  const result = await put(Object.fromEntries(Object.entries(heads).map(([n, h]) => [`${n}.md`, `---\n${n === 'title' ? '' : 'title: T\n'}${h}\n---\nWords.\n`])));
  for (const [name, head] of Object.entries(heads)) refused(result, `${name}.md`, new RegExp(head.split(':')[0]), 6);
});

test('YAML that is no map, has aliases, or is too deep', async () => {
  const result = await put({
    'list.md': '---\n- a\n- b\n---\nWords.\n',
    'alias.md': '---\na: &x [1]\nb: *x\n---\nWords.\n',
    'deep.md': `---\na: ${'['.repeat(5000)}${']'.repeat(5000)}\n---\nWords.\n`,
    'tab.md': '---\ntitle:\tx\n\ttags: y\n---\nWords.\n',
  });
  for (const name of ['list.md', 'alias.md', 'deep.md', 'tab.md']) assert.match(refused(result, name, /./, 4), /:\d+:\d+: /);
});

test('two posts that claim one permalink: both are named', async () => {
  const result = await put({ 'x/one.md': post('One', 'Words.', { url: '/bad/same/' }), 'x/two.md': post('Two', 'Words.', { url: '/bad/same/' }) });
  const line = refused(result, 'x/two.md', /\/bad\/same\//);
  assert.match(line, /content\/bad\/x\/one\.md/);
  assert.equal(entries((await see('/bad/same/')).text)[0].name, 'One');
});

test('a permalink that a post outside of this import holds', async () => {
  const result = await put({ 'thief.md': post('Thief', 'Words.', { url: '/posts/good/' }) });
  assert.match(refused(result, 'thief.md', /\/posts\/good\//), /content\/posts\/good\.md/);
  assert.equal(entries((await site.get('/posts/good/')).text)[0].name, 'Good');
});

test('an alias that is the address of another post: the post wins, and the author hears of it', async () => {
  const result = await put({ 'sly.md': post('Sly', 'Words.', { aliases: '[/posts/good/]' }) });
  assert.ok(result.lines.some((l) => l.includes('sly.md') && l.includes('/posts/good/')), result.stderr);
  assert.equal(entries((await site.get('/posts/good/')).text)[0].name, 'Good');
});

test('names with spaces, quotes, percent signs, brackets and other scripts', async () => {
  taken(await put({
    'with space.md': post('Space'), '\'single\'.md': post('Single'), '"double".md': post('Double'), '100%.md': post('Percent'), '[a](b).md': post('Brackets'),
    '日本.md': post('Japan'), '<b>.md': post('Angle'), 'a&b;c.md': post('Ampersand'), '-rf.md': post('Dash'), 'a\\b.md': post('Backslash'),
  }));
  const section = await see('/bad/');
  const found = entries(section.text);
  assert.equal(found.length, 10);
  for (const e of found) {
    const path = new URL(e.url, site.server.base).pathname;
    const page = await site.get(path);
    assert.equal(page.status, 200, path);
    assert.equal(entries(page.text)[0].name, e.name);
  }
  assert.equal((await site.get('/bad/with-space/')).status, 200);
  assert.equal((await site.get('/bad/%E6%97%A5%E6%9C%AC/')).status, 200);
});

test('a newline or an escape in a name cannot forge a line of the report', async () => {
  const result = await put({ 'a\ncontent/posts/good.md:1:1: forged.md': post('N'), 'b\u001b[2J.md': post('E'), 'c.md': post('C') });
  assert.ok(!result.stderr.split('\n').some((l) => l.startsWith('content/posts/good.md')), result.stderr);
  assert.ok(!result.stderr.includes('\u001b'));
  await see('/bad/c/');
  assert.equal(result.lines.filter((l) => /name/.test(l)).length, 2, result.stderr);
});

test('a name that is no UTF-8 is noted, the others go in', async () => {
  mkdirSync(join(site.dir, 'content/bad'), { recursive: true });
  const name = Buffer.concat([Buffer.from(join(site.dir, 'content/bad/')), Buffer.from([0x66, 0xff, 0x6f]), Buffer.from('.md')]);
  writeFileSync(name, post('Bytes'));
  const result = await put({ 'c2.md': post('C2') });
  assert.ok(result.lines.some((l) => /UTF-8/.test(l)), result.stderr);
  await see('/bad/c2/');
});

test('dots in names and addresses stay inside', async () => {
  const result = await put({ '..a.md': post('Two dots'), '...md': post('Three'), 'up.md': post('Up', 'Words.', { slug: '../../up' }), 'under/.hidden.md': post('Hidden') });
  assert.ok(summary(result).refused <= 2, result.stderr);
  for (const path of ['/up/', '/../up/', '/bad/../../up/']) assert.notEqual((await site.get(path)).status, 200, path);
});

test('symbolic links are noted and not followed', async () => {
  const outside = scratch();
  writeFileSync(join(outside, 'secret.md'), post('Secret', 'Not for readers.'));
  const result = await put({
    'file.md': new Link(join(outside, 'secret.md')), 'passwd.md': new Link('/etc/passwd'), folder: new Link(outside), loop: new Link('.'),
    'dangling.md': new Link('nowhere.md'), 'real.md': post('Real'),
  });
  for (const name of ['file.md', 'passwd.md', 'folder', 'loop', 'dangling.md'])
    assert.ok(result.lines.some((l) => l.startsWith(`content/bad/${name}:`) && /symbolic link/.test(l)), `${name}: ${result.stderr}`);
  await see('/bad/real/');
  for (const path of ['/bad/file/', '/bad/passwd/', '/bad/folder/secret/', '/bad/loop/real/']) assert.equal((await site.get(path)).status, 404, path);
});

// Root may read everything, so root becomes nobody here.
const nobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Imports dir without the rights of root into a database of its own. */
async function importAsNobody(dir) {
  const work = scratch();
  chmodSync(work, 0o777);
  chmodSync(dir, 0o755);
  return platen(['import', '--db', join(work, 'p.db'), dir], { cwd: work, user: nobody });
}

test('a file that may not be read: the reason, and the rest goes in', async () => {
  const dir = folder({ 'content/posts/locked.md': post('Locked'), 'content/posts/open.md': post('Open') });
  chmodSync(join(dir, 'content/posts/locked.md'), 0);
  const result = await importAsNobody(dir);
  assert.equal(result.status, 0, result.stderr);
  assert.deepEqual([summary(result).added, summary(result).refused], [1, 1]);
  assert.match(result.stderr, /^content\/posts\/locked\.md.*permission/im);
  await put({});
});

test('a folder that may not be read: what is in it is not taken for removed', async () => {
  const dir = folder({ 'content/posts/open.md': post('Open'), 'content/closed/inner.md': post('Inner') });
  chmodSync(join(dir, 'content/closed'), 0);
  const result = await importAsNobody(dir);
  chmodSync(join(dir, 'content/closed'), 0o755);
  assert.match(result.stderr, /content\/closed.*permission/i);
  assert.equal(result.status, 1);
  await put({});
});

test('an empty file, white space, front matter only', async () => {
  taken(await put({ 'empty.md': '', 'space.md': ' \n\n\t\n', 'head.md': '---\ntitle: Only a head\n---' }));
  for (const name of ['empty', 'space', 'head']) await see(`/bad/${name}/`);
});

test('a folder named x.md', async () => {
  taken(await put({ 'x.md': null, 'y.md/inner.md': post('Inner') }));
  await see('/bad/y.md/inner/');
});

test('sockets and pipes are left alone', async () => {
  mkdirSync(join(site.dir, 'content/bad'), { recursive: true });
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [join(site.dir, 'content/bad/pipe.md')]);
  const result = await put({ 'p.md': post('P') }, { timeout: 10_000 });
  assert.ok(result.ms < 5000 * SLOW);
  await see('/bad/p/');
});

test('40 folders deep', async () => {
  const path = Array.from({ length: 40 }, (_, i) => `d${i}`).join('/');
  const result = await put({ [`${path}/deep.md`]: post('Deep') });
  if (summary(result).refused === 0 && result.lines.length === 0) await see(`/bad/${path}/deep/`);
  else assert.match(result.lines[0], /deep|folders/);
});

test('5,000 tags in one post: refused with the limit, or all there', async () => {
  const tags = Array.from({ length: 5000 }, (_, i) => `t${i}`);
  const result = await put({ 'tags.md': post('Tags', 'Words.', { tags: JSON.stringify(tags) }) });
  if (summary(result).refused > 0) return refused(result, 'tags.md', /tags.*\d/);
  await see('/bad/tags/');
  assert.equal((await site.get('/tags/t4999/')).status, 200);
});

test('the same tag 5,000 times is one tag', async () => {
  taken(await put({ 'same.md': post('Same', 'Words.', { tags: JSON.stringify(Array.from({ length: 5000 }, (_, i) => (i % 2 ? 'Echo' : 'echo'))) }) }));
  const page = await see('/bad/same/');
  assert.deepEqual(entries(page.text)[0].categories.map((c) => c.toLowerCase()), ['echo']);
});

test('a title of 1 MB', async () => {
  refused(await put({ 'title.md': post('x'.repeat(1 << 20)) }), 'title.md', /title|long/);
});

test('a file name of 250 bytes', async () => {
  const name = 'n'.repeat(247);
  taken(await put({ [`${name}.md`]: post('Long name') }));
  await see(`/bad/${name}/`);
});

test('markup in a title is shown, not obeyed', async () => {
  taken(await put({ 'markup.md': post('<script>alert(1)</script> & "quotes"', 'Words.', { tags: '["<b>bold</b>"]', description: '"\\"><script>x</script>"' }) }));
  for (const path of ['/bad/markup/', '/bad/', '/tags/']) {
    const page = await see(path);
    assert.ok(!/<script>(alert|x)/.test(page.text), path);
    assert.ok(!page.text.includes('<b>bold</b>'), path);
  }
  assert.equal(entries((await site.get('/bad/')).text)[0].name, '<script>alert(1)</script> & "quotes"');
  assert.ok(!(await site.get('/index.xml')).text.includes('<script>'));
});

test('addresses that run a script are taken out', async () => {
  taken(await put({ 'links.md': post('Links', '[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](  java\nscript:x) [d](data:text/html,x) [e](vbscript:x) <javascript:y> [f](https://ok.example/)') }));
  const page = await see('/bad/links/');
  const hrefs = elements(dom(page.text), (n) => attribute(n, 'href') !== undefined).map((n) => attribute(n, 'href').trim().toLowerCase());
  for (const href of hrefs) assert.doesNotMatch(href, /^(java|vb)script:|^data:text/);
  assert.ok(hrefs.includes('https://ok.example/'));
});

test('settings with an error: said with the place, the blog stays', async () => {
  const cases = {
    'title: [\n': /platen\.yaml:\d+:\d+: /,
    'tittle: x\n': /platen\.yaml.*tittle.*title/,
    'page_size: 0\n': /platen\.yaml.*page_?size/,
    'time_zone: Middle/Earth\n': /platen\.yaml.*Middle\/Earth/,
    'title: a\ntitle: b\n': /platen\.yaml:2:1: /,
  };
  for (const [bytes, line] of Object.entries(cases)) {
    site.write({ 'platen.yaml': bytes });
    const result = await put({});
    assert.ok(result.stderr.split('\n').some((l) => line.test(l)), `${bytes}: ${result.stderr}`);
  }
  site.remove('platen.yaml');
  await put({});
});
