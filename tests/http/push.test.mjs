// Push to publish: real commits on a real git host, told of by signed deliveries, live for readers.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, Link, platen, poll, post, scratch, serve, write } from './lib/blog.mjs';
import { entries } from './lib/hentry.mjs';
import { git, gitHost, pushedBlog } from './lib/githost.mjs';

const redirected = (answer) => [301, 308].includes(answer.status) && new URL(answer.headers.location, 'http://x/').pathname;
const range = (n) => Array.from({ length: n }, (_, i) => i);
const names = async (s, path = '/posts/') => entries((await s.get(path)).text).map((e) => e.name);
const many = (title) => Object.fromEntries(range(8).map((i) => [`content/posts/many-${i}.md`, post(`${title} ${i}`, `${title} words.`, { date: '2023-01-01' })]));

const site = {
  'hugo.yaml': 'title: Pressroom\n',
  'content/posts/a.md': post('A', 'The letter a.', { tags: '[Letters]' }),
  'content/posts/b.md': post('B', 'The letter b.'),
  'content/posts/c.md': post('C', 'The letter c.'),
  'content/posts/d.md': post('D', 'The letter d.'),
  'content/posts/e.md': post('E', 'The letter e.'),
};

test('a post leads to its file on the git host, where the host is known', async () => {
  const host = await gitHost({ kind: 'http', files: { 'hugo.yaml': 'title: A\n', 'content/posts/a b.md': post('A'), 'content/posts/b/index.md': post('B'), 'notes/c.txt': 'c' } });
  const links = async (path) => [...(await s.text(path)).matchAll(/<a href="([^"]*)">Suggest a change/g)].map((m) => m[1]);
  const port = new URL(host.url).port;
  let s = await pushedBlog({ host, args: ['--branch', 'main', '--repo', `http://gitlab.localhost:${port}/author/blog.git`] });
  await s.shows('/posts/a-b/', 'A');
  assert.deepEqual(await links('/posts/a-b/'), [`http://gitlab.localhost:${port}/author/blog/-/edit/main/content/posts/a%20b.md`]);
  assert.deepEqual(await links('/posts/b/'), [`http://gitlab.localhost:${port}/author/blog/-/edit/main/content/posts/b/index.md`]);
  await s.server.stop();
  s = await pushedBlog({ host, args: ['--branch', 'main'] });
  await s.shows('/posts/a-b/', 'A');
  assert.deepEqual(await links('/posts/a-b/'), [], 'a host of no known kind');
  await s.server.stop();
});

// Each of these is told in turn; they wait for hosts more than they work, so several go at once.
describe('push to publish', { concurrency: 3 }, () => {
  for (const kind of ['http', 'daemon'])
    describe(`pushed over ${kind}`, { concurrency: 1 }, () => {
      let s;
      before(async () => {
        s = await pushedBlog({ kind, files: { ...site, ...many('One') } });
      });

      test('the start fetches by itself', async () => {
        await s.shows('/posts/a/', 'The letter a.');
        const own = await s.own('start');
        assert.equal(own.state, 'done');
        assert.equal(own.applied, s.host.first);
        assert.equal(own.result.added, 13);
      });

      test('a change is live, and its receipt says what and how', async () => {
        const d = await s.publish({ files: { 'content/posts/a.md': post('A', 'The letter a, sharper.', { tags: '[Letters]' }) } });
        assert.equal(d.state, 'done', d.error);
        assert.match(await s.text('/posts/a/'), /sharper/);
        assert.equal(d.applied, s.host.tip);
        assert.equal(d.commit, s.host.tip);
        assert.deepEqual([d.host, d.event, d.ref, d.repository, d.sender, d.client], ['github', 'push', 'refs/heads/main', 'author/blog', 'author', '127.0.0.1']);
        assert.equal(d.attempts, 1);
        assert.equal(d.error, null);
        assert.equal(d.merged_into, null);
        const { added, changed, removed, refused, steps, pages, problems } = d.result;
        assert.deepEqual({ added, changed, removed, refused }, { added: 0, changed: 1, removed: 0, refused: 0 });
        for (const step of ['queued', 'fetch', 'list', 'render', 'publish']) assert.ok(steps[step] >= 0 && steps[step] < 10_000, `${step}: ${steps[step]}`);
        assert.ok(steps.fetch > 1, 'a fetch takes time');
        assert.ok(pages.includes('/posts/a/'), JSON.stringify(pages));
        assert.deepEqual(problems, []);
        assert.ok(Date.parse(d.finished) >= Date.parse(d.received));
        assert.match(s.server.stderr(), new RegExp(d.applied.slice(0, 7)), 'a line of the log');
      });

      test('readers see all files of a push or none', async () => {
        let over = false;
        const seen = new Set();
        const reader = (async () => {
          while (!over) {
            const all = (await names(s)).filter((n) => / \d$/.test(n)).map((n) => n.slice(0, 3));
            seen.add([...new Set(all)].join(' and '));
          }
        })();
        // Once one page is new, every page is.
        const order = (async () => {
          while (!(await s.has('/posts/many-0/', 'Two words'))) if (over) return 'never';
          return (await Promise.all(range(8).map((i) => s.has(`/posts/many-${i}/`, 'Two words')))).every(Boolean);
        })();
        const d = await s.publish({ files: many('Two') });
        assert.equal(await order, true);
        over = true;
        await reader;
        assert.equal(d.result.changed, 8);
        assert.deepEqual([...seen].filter((x) => !['One', 'Two'].includes(x)), []);
        assert.ok(seen.has('Two') || (await names(s)).includes('Two 0'));
      });

      test('a renamed file: a permanent redirect', async () => {
        await s.publish({ rename: { 'content/posts/b.md': 'content/posts/bold.md' } });
        assert.equal(redirected(await s.get('/posts/b/')), '/posts/bold/');
        assert.match(await s.text('/posts/bold/'), /The letter b/);
      });

      test('a changed slug: a permanent redirect', async () => {
        await s.publish({ files: { 'content/posts/c.md': post('C', 'The letter c.', { slug: 'cee' }) } });
        assert.equal(redirected(await s.get('/posts/c/')), '/posts/cee/');
        assert.equal((await s.get('/posts/cee/')).status, 200);
      });

      test('a removed post: gone', async () => {
        const d = await s.publish({ remove: 'content/posts/d.md' });
        assert.equal((await s.get('/posts/d/')).status, 410);
        assert.ok(!(await names(s)).includes('D'));
        assert.equal(d.result.removed, 1);
      });

      test('and back again', async () => {
        await s.publish({ files: { 'content/posts/d.md': site['content/posts/d.md'] } });
        assert.equal((await s.get('/posts/d/')).status, 200);
      });

      test('a draft disappears', async () => {
        await s.publish({ files: { 'content/posts/d.md': post('D', 'The letter d.', { draft: 'true' }) } });
        assert.equal((await s.get('/posts/d/')).status, 410);
        assert.ok(!(await names(s)).includes('D'));
        assert.doesNotMatch(await s.text('/sitemap.xml'), /\/posts\/d\//);
      });

      test('a broken file keeps its last good version; the receipt says file and line', async () => {
        const d = await s.publish({
          files: {
            'content/posts/e.md': '---\ntitle: E\ndate: 2024-02-30\n---\nSpoiled.\n',
            'content/posts/a.md': post('A', 'Beside the broken one.', { tags: '[Letters]' }),
          },
        });
        assert.match(await s.text('/posts/e/'), /The letter e\./);
        assert.doesNotMatch(await s.text('/posts/e/'), /Spoiled/);
        assert.match(await s.text('/posts/a/'), /Beside the broken one/, 'the rest of the push is live');
        assert.equal(d.result.refused, 1);
        const [problem] = d.result.problems;
        assert.deepEqual([problem.path, problem.line], ['content/posts/e.md', 3]);
        assert.ok(problem.column >= 1);
        assert.match(problem.text, /\S/);
        await s.says(/content\/posts\/e\.md:3:/);
      });

      test('a push beside it says so again; the mended file is live', async () => {
        await s.publish({ files: { 'content/posts/a.md': post('A', 'Another.', { tags: '[Letters]' }) } });
        assert.match(await s.text('/posts/e/'), /The letter e\./);
        const d = await s.publish({ files: { 'content/posts/e.md': post('E', 'Mended.') } });
        assert.match(await s.text('/posts/e/'), /Mended/);
        assert.deepEqual(d.result.problems, []);
      });

      test("the site's settings change with the push", async () => {
        assert.match(await s.text('/'), /Pressroom/);
        await s.publish({ files: { 'hugo.yaml': 'title: Type Foundry\n' } });
        assert.match(await s.text('/'), /Type Foundry/);
        assert.match(await s.text('/posts/a/'), /Type Foundry/);
        assert.doesNotMatch(await s.text('/'), /Pressroom/);
      });

      test('media beside a post come, change and go', async () => {
        const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
        await s.publish({ files: { 'content/posts/pic/index.md': post('Pic', '![p](p.png)'), 'content/posts/pic/p.png': picture } });
        const first = await s.get('/posts/pic/p.png');
        assert.equal(first.status, 200);
        assert.deepEqual(first.body, picture);
        assert.match(first.headers['content-type'], /^image\/png/);
        const longer = Buffer.concat([picture, Buffer.from('more')]);
        await s.publish({ files: { 'content/posts/pic/p.png': longer } });
        assert.deepEqual((await s.get('/posts/pic/p.png')).body, longer);
        await s.publish({ remove: 'content/posts/pic/p.png' });
        assert.ok([404, 410].includes((await s.get('/posts/pic/p.png')).status));
        assert.equal((await s.get('/posts/pic/')).status, 200);
      });

      test('a push forced back to an earlier commit', async () => {
        const good = s.host.tip;
        await s.publish({ files: { 'content/posts/hasty.md': post('Hasty', 'Too soon.'), 'content/posts/a.md': post('A', 'Hasty, too.') } });
        assert.equal((await s.get('/posts/hasty/')).status, 200);
        await s.host.git('reset', '-q', '--hard', good);
        const sent = await s.deliver(await s.host.push({ force: true }));
        assert.equal(sent.status, 202);
        const d = await s.done(sent.body.id);
        assert.equal(d.applied, good);
        assert.equal((await s.get('/posts/hasty/')).status, 410);
        assert.match(await s.text('/posts/a/'), /Another\./);
      });

      test('submodules and symbolic links are left out, with a note in the log', async () => {
        writeFileSync(join(s.host.work, '.gitmodules'), '[submodule "theme"]\n\tpath = content/posts/theme\n\turl = https://example.invalid/theme.git\n');
        await s.host.git('update-index', '--add', '--cacheinfo', `160000,${s.host.tip},content/posts/theme`);
        mkdirSync(join(s.host.work, 'content/posts/theme')); // as a clone has it
        const d = await s.publish({
          files: { 'content/posts/sly.md': new Link('a.md'), 'content/posts/passwd.md': new Link('/etc/passwd'), 'content/posts/honest.md': post('Honest', 'A plain file.') },
        });
        assert.match(await s.host.git('ls-tree', 'HEAD', 'content/posts/theme', 'content/posts/sly.md'), /120000 blob[\s\S]*160000 commit/);
        assert.equal(d.state, 'done');
        assert.equal((await s.get('/posts/honest/')).status, 200);
        for (const path of ['/posts/sly/', '/posts/passwd/', '/posts/theme/']) assert.equal((await s.get(path)).status, 404, path);
        await s.says(/content\/posts\/sly\.md\b.*symbolic link/);
        await s.says(/content\/posts\/theme\b.*submodule/);
      });

      test('other branches and tags: heard, and nothing changes', async () => {
        const { tip } = s.host;
        const front = await s.text('/posts/');
        await s.host.git('checkout', '-q', '-b', 'side');
        await s.host.commit({ files: { 'content/posts/side.md': post('Side', 'On a branch.') } });
        const ids = [];
        const told = [await s.host.push({ ref: 'refs/heads/side' }), await s.host.push({ ref: 'refs/tags/v1' })];
        for (const more of [...told, { ref: 'refs/heads/side', before: told[0].after, deleted: true }]) {
          const { status, body } = await s.deliver(more);
          assert.ok(status >= 200 && status < 300, `${more.ref}: ${status}`);
          ids.push(body.id);
        }
        await s.host.git('checkout', '-q', 'main');
        assert.equal((await s.publish({ message: 'Nothing' })).state, 'done'); // whatever those started is over
        assert.equal((await s.get('/posts/side/')).status, 404);
        assert.equal(await s.text('/posts/'), front);
        assert.notEqual(s.host.tip, tip);
        for (const d of (await s.list()).filter((x) => ids.includes(x.id))) assert.ok(['ignored', 'done'].includes(d.state), d.state);
      });

      test('the branch starts anew with a history of its own', async () => {
        await s.host.git('checkout', '-q', '--orphan', 'fresh');
        await s.host.git('rm', '-rfq', '.');
        const commit = await s.host.commit({ files: { 'hugo.yaml': 'title: New House\n', 'content/posts/a.md': post('A', 'A new letter a.'), 'content/posts/z.md': post('Z', 'The last letter.') } });
        const sent = await s.deliver(await s.host.push({ force: true }));
        const d = await s.done(sent.body.id);
        assert.equal(d.applied, commit);
        assert.match(await s.text('/'), /New House/);
        assert.match(await s.text('/posts/a/'), /A new letter a/);
        assert.equal((await s.get('/posts/z/')).status, 200);
        for (const path of ['/posts/e/', '/posts/cee/', '/posts/many-3/', '/posts/pic/']) assert.equal((await s.get(path)).status, 410, path);
        assert.deepEqual((await names(s)).sort(), ['A', 'Z']);
        assert.ok([404, 410].includes((await s.get('/posts/b/')).status), 'an old redirect leads to no dead end');
      });

      test('platen status tells where it stands, with a server and without', async () => {
        const told = async () => {
          const ran = await platen(['status', '--db', s.db, '--json']);
          assert.equal(ran.status, 0, ran.stderr);
          return JSON.parse(ran.stdout);
        };
        const now = await told();
        assert.equal(now.applied_commit, s.host.tip);
        assert.match(now.version, /\S/);
        assert.equal(now.deliveries.pending, 0);
        assert.equal(now.deliveries.failed, 0);
        assert.ok(now.deliveries.done >= 15, String(now.deliveries.done));
        const plain = await platen(['status', '--db', s.db]);
        assert.equal(plain.status, 0);
        assert.match(plain.stdout, new RegExp(s.host.tip.slice(0, 7)));
        await s.server.stop();
        assert.equal((await told()).applied_commit, s.host.tip);
      });

      test('what was pushed while the server was down is found at its start', async () => {
        await s.host.commit({ files: { 'content/posts/a.md': post('A', 'Written in the night.') } });
        await s.host.push();
        await s.again();
        await s.shows('/posts/a/', 'Written in the night');
        await s.server.stop();
      });
    });

  describe('ways to a repository', { concurrency: 1 }, () => {
    test('a path', async () => {
      const s = await pushedBlog({ kind: 'file', files: site });
      await s.shows('/posts/a/', 'The letter a.');
      await s.publish({ files: { 'content/posts/a.md': post('A', 'On the same machine.') } });
      assert.match(await s.text('/posts/a/'), /On the same machine/);
      await s.server.stop();
    });

    test('a branch of its own, a folder of its own', async () => {
      const host = await gitHost({ files: { 'content/posts/a.md': post('A', 'Of main.') } });
      await host.git('checkout', '-q', '-b', 'live');
      await host.commit({ files: { 'web/words/posts/a.md': post('A', 'Of live.') } });
      await host.push({ ref: 'refs/heads/live' });
      const s = await pushedBlog({ host, args: ['--branch', 'live', '--content-dir', 'web/words'] });
      await s.shows('/posts/a/', 'Of live.');
      await host.commit({ files: { 'web/words/posts/a.md': post('A', 'Of live, later.') } });
      const told = await host.push({ ref: 'refs/heads/live' });
      const main = await s.deliver({ ref: 'refs/heads/main' });
      assert.equal(main.status, 200);
      const { status, body } = await s.deliver(told);
      assert.equal(status, 202);
      assert.equal((await s.done(body.id)).state, 'done');
      assert.match(await s.text('/posts/a/'), /Of live, later/);
      await s.server.stop();
    });

    test('a repository that is empty at first', async () => {
      const s = await pushedBlog({ host: await gitHost({ kind: 'daemon' }) });
      assert.ok((await s.get('/')).status < 500);
      await poll(() => /empty|no commit|no branch|HEAD/i.test(s.log().replace(/listening.*/g, '')), { what: `the log says what is amiss: ${s.log()}` });
      const d = await s.publish({ files: site }, {});
      assert.equal(d.state, 'done', d.error);
      assert.equal((await s.get('/posts/a/')).status, 200);
      await s.server.stop();
    });

    test('a commit whose author and message are in an older alphabet', async () => {
      const s = await pushedBlog({ files: site });
      await s.own('start');
      const { git: run, work } = s.host;
      write(work, { 'content/posts/a.md': post('A', 'By J\u00f6rg.') });
      await run('add', '-A');
      const head = `tree ${await run('write-tree')}\nparent ${s.host.first}\nauthor J\u00f6rg <j@example.org> 1700000000 +0100\ncommitter J\u00f6rg <j@example.org> 1700000000 +0100\nencoding ISO-8859-1\n\nGr\u00fc\u00dfe \u001b[31m\n`;
      writeFileSync(join(s.dir, 'commit'), Buffer.from(head, 'latin1'));
      const commit = await run('hash-object', '-t', 'commit', '-w', join(s.dir, 'commit'));
      await run('reset', '-q', '--hard', commit);
      const { body } = await s.deliver(await s.host.push());
      const d = await s.done(body.id);
      assert.equal(d.state, 'done', d.error);
      assert.equal(d.applied, commit);
      assert.match(d.result.author, /^J.{1,3}rg$/);
      assert.match(await s.text('/posts/a/'), /By J\u00f6rg/);
      assert.equal((await s.list()).length, 2);
      await s.server.stop();
    });

    test('a repository without the branch says so', async () => {
      const s = await pushedBlog({ files: site, args: ['--branch', 'nowhere'] });
      await poll(() => /nowhere/.test(s.log()), { what: 'the log names the branch' });
      const { status, body } = await s.deliver({ ref: 'refs/heads/nowhere', after: s.host.tip });
      assert.equal(status, 202);
      const d = await poll(async () => {
        const item = await s.receipt(body.id);
        return item.error && item;
      }, { what: 'the receipt has the error' });
      assert.match(d.error, /nowhere/);
      await s.server.stop();
    });

    test('platen import URL', async () => {
      for (const kind of ['http', 'daemon', 'file']) {
        const host = await gitHost({ kind, files: site });
        const db = join(scratch(), 'platen.db');
        const url = kind === 'file' ? `file://${host.url}` : host.url;
        const ran = await platen(['import', '--db', db, url]);
        assert.equal(ran.status, 0, `${kind}: ${ran.stderr}`);
        assert.match(ran.stderr, /\b5 posts\b/);
        await host.commit({ files: { 'content/posts/f.md': post('F', 'The letter f.') } });
        await host.push();
        const second = await platen(['import', '--db', db, url]);
        assert.match(second.stderr, /\b1 added\b/, second.stderr);
        assert.match(second.stderr, /\b1 rendered\b/, second.stderr);
        await host.down();
        if (kind === 'http') {
          const third = await platen(['import', '--db', db, url]);
          assert.notEqual(third.status, 0);
          assert.match(third.stderr, /127\.0\.0\.1/);
          const server = await serve(db);
          assert.match((await server.get('/posts/f/')).text, /The letter f/);
          await server.stop();
        } else if (kind === 'file') await host.up();
      }
    });

    test('--repo and --watch exclude each other', async () => {
      const ran = await platen(['serve', '--db', join(scratch(), 'p.db'), '--listen', '127.0.0.1:0', '--repo', 'https://example.invalid/x.git', '--watch', scratch()], { timeout: 5000 });
      assert.ok(ran.status > 0, `status ${ran.status}, signal ${ran.signal}`);
      assert.match(ran.stderr, /--?watch|watch/);
      assert.match(ran.stderr, /repo/);
    });

    test('a password in the URL is refused: it would stand in the process list', async () => {
      const ran = await platen(['serve', '--db', join(scratch(), 'p.db'), '--listen', '127.0.0.1:0', '--repo', 'https://me:hunter2@example.invalid/x.git'], { timeout: 5000 });
      assert.ok(ran.status > 0, `status ${ran.status}, signal ${ran.signal}`);
      assert.doesNotMatch(ran.stderr, /hunter2/);
      assert.match(ran.stderr, /token-file|password/);
    });
  });

  describe('lost deliveries', { concurrency: 1 }, () => {
    test('a sweep finds what nobody told of', async () => {
      const s = await pushedBlog({ files: site, args: ['--sweep', '1'] });
      await s.shows('/posts/a/', 'The letter a.');
      await s.host.commit({ files: { 'content/posts/a.md': post('A', 'Nobody told.') } });
      await s.host.push();
      await s.shows('/posts/a/', 'Nobody told');
      const own = await s.own('sweep');
      assert.equal(own.applied, s.host.tip);
      assert.equal(own.state, 'done');
      const quiet = (await s.list()).length;
      const asked = s.host.requests.length;
      await poll(() => s.host.requests.length >= asked + 3, { what: 'another sweep' });
      assert.equal((await s.list()).length, quiet, 'sweeps that find nothing leave no record');
      await s.server.stop();
    });

    test('a delivery told late, twice, in reverse order or of a commit that never was', async () => {
      const s = await pushedBlog({ files: site });
      await s.own('start');
      const one = await s.host.commit({ files: { 'content/posts/a.md': post('A', 'First.') } });
      const first = await s.host.push();
      const two = await s.host.commit({ files: { 'content/posts/a.md': post('A', 'Second.') } });
      const second = await s.host.push();
      const newer = await s.deliver(second);
      assert.equal((await s.done(newer.body.id)).applied, two);
      const older = await s.deliver(first);
      const d = await s.done(older.body.id);
      assert.equal(d.commit, one);
      assert.equal(d.applied, two, 'the tip, whatever the host says');
      assert.match(await s.text('/posts/a/'), /Second/);
      const asked = s.host.requests.length;
      const repeat = await s.deliver({ ...second, id: newer.id });
      assert.equal(repeat.status, 200);
      assert.equal(s.host.requests.length, asked, 'nobody was asked again');
      const lie = await s.deliver({ ...second, after: 'f'.repeat(40) });
      assert.equal((await s.done(lie.body.id)).applied, two);
      const ping = await s.deliver({ event: 'ping' });
      assert.equal(ping.status, 200);
      await s.server.stop();
    });

    test('a burst is one look, and every delivery says what became of it', async () => {
      const s = await pushedBlog({ files: site });
      await s.own('start');
      const before_ = s.host.requests.length;
      const sent = [];
      for (const i of range(12)) {
        await s.host.commit({ files: { 'content/posts/a.md': post('A', `Take ${i}.`) } });
        sent.push(await s.host.push());
      }
      const answers = await Promise.all(sent.map((told) => s.deliver(told)));
      const all = await Promise.all(answers.map(({ body }) => s.done(body.id)));
      assert.match(await s.text('/posts/a/'), /Take 11/);
      for (const d of all) {
        assert.equal(d.state, 'done', d.error);
        assert.equal(d.applied, s.host.tip);
      }
      assert.ok(all.filter((d) => d.merged_into !== null).length >= 6, 'most were merged into newer ones');
      assert.ok(s.host.requests.length - before_ <= 18, `${s.host.requests.length - before_} requests`);
      await s.server.stop();
    });
  });

  describe('rollback', { concurrency: 1 }, () => {
    let s, c1, c2, c3;
    const words = { 1: 'The first take.', 2: 'The second take.', 3: 'The third take.', 4: 'The fourth take.' };
    const take = (n) => ({ 'content/posts/a.md': post('A', words[n]) });
    const rollback = async (...args) => {
      const ran = await platen(['rollback', '--db', s.db, '--repo', s.host.url, ...args], { cwd: s.dir });
      assert.equal(ran.status, 0, ran.stderr);
      return ran;
    };
    before(async () => {
      s = await pushedBlog({ files: { ...site, ...take(1) } });
      c1 = s.host.first;
      c2 = (await s.publish({ files: { ...take(2), 'content/posts/new.md': post('New', 'Words.') } })).applied;
      c3 = (await s.publish({ files: take(3) })).applied;
    });

    test('an earlier commit is live again', async () => {
      assert.match(await s.text('/posts/a/'), /third take/);
      await rollback(c1);
      await s.shows('/posts/a/', words[1]);
      assert.equal((await s.get('/posts/new/')).status, 410);
      const own = await s.own('rollback');
      assert.equal(own.applied, c1);
      const told = JSON.parse((await platen(['status', '--db', s.db, '--json'])).stdout);
      assert.equal(told.applied_commit, c1);
    });

    test('a repeat of the tip that was left does not undo it', async () => {
      const { status, body } = await s.deliver({ after: c3 });
      assert.equal(status, 202);
      const d = await s.done(body.id);
      assert.equal(d.state, 'done');
      assert.equal(d.applied, c1);
      assert.match(await s.text('/posts/a/'), /first take/);
    });

    test('nor do a restart and sweeps', async () => {
      await s.server.stop();
      const asked = s.host.requests.length;
      await s.again(['--sweep', '1']);
      await poll(() => s.host.requests.length >= asked + 5, { what: 'a look at the start and sweeps' });
      assert.match(await s.text('/posts/a/'), /first take/);
      const { body } = await s.deliver({ after: c3 });
      assert.equal((await s.done(body.id)).applied, c1);
      assert.match(await s.text('/posts/a/'), /first take/);
    });

    test('--undo', async () => {
      await rollback('--undo');
      await s.shows('/posts/a/', words[3]);
      assert.equal((await s.get('/posts/new/')).status, 200);
    });

    test('a different tip moves on', async () => {
      await rollback(c2);
      await s.shows('/posts/a/', words[2]);
      const d = await s.publish({ files: take(4) });
      assert.equal(d.applied, s.host.tip);
      assert.match(await s.text('/posts/a/'), /fourth take/);
      const again = await s.deliver({ after: c3 }); // and the rollback is over
      assert.equal((await s.done(again.body.id)).applied, s.host.tip);
    });

    test('without a server, and without the cache of commits', async () => {
      await s.server.stop();
      rmSync(`${s.db}.git`, { recursive: true, force: true });
      await rollback(c1);
      await s.again();
      await s.shows('/posts/a/', words[1]);
      await rollback('--undo');
      await s.shows('/posts/a/', words[4]);
    });

    test('a commit that is nowhere changes nothing', async () => {
      for (const commit of ['f'.repeat(40), 'no-commit', '--', '']) {
        const ran = await platen(['rollback', '--db', s.db, '--repo', s.host.url, commit]);
        assert.ok(ran.status > 0, `${commit}: ${ran.status}`);
        assert.match(ran.stderr, /\S/);
      }
      assert.match(await s.text('/posts/a/'), /fourth take/);
      await s.server.stop();
    });

    test('of a host that gives no commit by its id unless asked in its newest protocol', async () => {
      rmSync(`${s.db}.git`, { recursive: true, force: true });
      await git(s.host.repo, ['config', '--unset', 'uploadpack.allowAnySHA1InWant']);
      await rollback(c2);
      await s.again();
      await s.shows('/posts/a/', words[2]);
      await rollback('--undo');
      await s.shows('/posts/a/', words[4]);
      await s.server.stop();
    });
  });

  describe('a private repository', { concurrency: 1 }, () => {
    const TOKEN = 'ghp_7Hq2xVnotForAnyEyes';
    const coded = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');
    const bytesBelow = function* (dir) {
      for (const name of readdirSync(dir)) {
        const path = join(dir, name);
        const kind = statSync(path);
        if (kind.isDirectory()) yield* bytesBelow(path);
        else if (kind.isFile()) yield [path, readFileSync(path).toString('latin1')];
      }
    };
    const secretsIn = (text) => text.includes(TOKEN) || text.includes(coded);
    const commandLines = () =>
      readdirSync('/proc').filter((n) => /^\d+$/.test(n)).map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      });

    test('its token opens it and shows nowhere', async () => {
      const host = await gitHost({ files: site, auth: `x-access-token:${TOKEN}` });
      const keep = join(scratch(), 'token');
      writeFileSync(keep, `${TOKEN}\n`, { mode: 0o600 });
      const lines = new Set();
      host.behave = async () => {
        for (let i = 0; i < 10; i++) {
          for (const line of commandLines()) lines.add(line);
          await new Promise((ok) => setTimeout(ok, 10));
        }
        return false;
      };
      const s = await pushedBlog({ host, args: ['--repo-token-file', keep] });
      await s.shows('/posts/a/', 'The letter a.');
      const d = await s.publish({ files: { 'content/posts/a.md': post('A', 'For few eyes.') } });
      assert.equal(d.state, 'done');
      assert.match(await s.text('/posts/a/'), /For few eyes/);
      host.behave = null;
      host.auth = 'someone:else';
      const { body } = await s.deliver({});
      const refused = await poll(async () => {
        const item = await s.receipt(body.id);
        return item.error && item;
      }, { what: 'a refusal is told' });
      assert.ok(host.requests.some((q) => q.authorization === `Basic ${coded}`));
      const ours = [...lines].filter((line) => line.includes(host.url));
      assert.ok(ours.some((line) => /git/.test(line) && /fetch/.test(line)), `a fetch was seen: ${ours}`);
      assert.deepEqual([...lines].filter(secretsIn), []);
      assert.ok(!secretsIn(s.log()), s.log());
      assert.ok(!secretsIn(JSON.stringify(refused)));
      assert.ok(!secretsIn(JSON.stringify(await s.list())));
      const status = await platen(['status', '--db', s.db, '--json']);
      assert.ok(!secretsIn(status.stdout + status.stderr));
      await s.server.stop();
      for (const [path, bytes] of bytesBelow(s.dir)) assert.ok(!secretsIn(bytes), path);
    });

    test('without a token: told, and tried again when there is one', async () => {
      const host = await gitHost({ files: site, auth: `x-access-token:${TOKEN}` });
      const s = await pushedBlog({ host });
      await poll(() => /401|auth|username|password/i.test(s.log()), { what: 'the log says that the host refuses' });
      host.auth = null;
      await s.shows('/posts/a/', 'The letter a.');
      await s.server.stop();
    });
  });

  describe('a watched folder', { concurrency: 1 }, () => {
    let dir, server;
    const shows = (target, words) => poll(async () => (await server.get(target)).text.includes(words), { what: `${target} shows ${words}; log: ${server.stderr().slice(-600)}` });
    const becomes = (target, status) => poll(async () => (await server.get(target)).status === status, { what: `${target} answers ${status}` });
    before(async () => {
      dir = folder({ ...site, 'content/posts/pic/index.md': post('Pic', '![p](p.png)') });
      server = await serve(join(scratch(), 'platen.db'), { args: ['--watch', dir] });
    });
    after(() => server?.stop());

    test('is live from the start', () => shows('/posts/a/', 'The letter a.'));

    test('a change, again and again', async () => {
      for (const n of range(3)) {
        write(dir, { 'content/posts/a.md': post('A', `While writing, ${n}.`) });
        const began = performance.now();
        await shows('/posts/a/', `While writing, ${n}.`);
        assert.ok(performance.now() - began < 3000, 'live while writing');
      }
    });

    test('a file that an editor replaces', async () => {
      write(dir, { 'content/posts/.a.md.tmp': post('A', 'Swapped in.') });
      renameSync(join(dir, 'content/posts/.a.md.tmp'), join(dir, 'content/posts/a.md'));
      await shows('/posts/a/', 'Swapped in');
    });

    test('a new file, a removed one, a moved one', async () => {
      write(dir, { 'content/posts/new.md': post('New', 'Fresh.') });
      await shows('/posts/new/', 'Fresh');
      rmSync(join(dir, 'content/posts/d.md'));
      await becomes('/posts/d/', 410);
      renameSync(join(dir, 'content/posts/c.md'), join(dir, 'content/posts/moved.md'));
      await shows('/posts/moved/', 'The letter c');
      assert.equal(redirected(await server.get('/posts/c/')), '/posts/moved/');
    });

    test('new folders, made deep at once, and what is written there later', async () => {
      write(dir, { 'content/notes/2024/deep/first.md': post('First', 'In a new folder.') });
      await shows('/notes/2024/deep/first/', 'In a new folder').catch(() => shows('/notes/first/', 'In a new folder'));
      const at = (await server.get('/notes/2024/deep/first/')).status === 200 ? '/notes/2024/deep' : '/notes';
      write(dir, { 'content/notes/2024/deep/later.md': post('Later', 'Watched, too.') });
      await shows(`${at}/later/`, 'Watched, too');
      renameSync(join(dir, 'content/notes'), join(dir, 'content/jottings'));
      await shows(`${at.replace('notes', 'jottings')}/later/`, 'Watched, too');
      write(dir, { 'content/jottings/2024/deep/later.md': post('Later', 'Watched after the move.') });
      await shows(`${at.replace('notes', 'jottings')}/later/`, 'Watched after the move');
    });

    test('media and the settings', async () => {
      write(dir, { 'content/posts/pic/p.png': 'not really a picture' });
      await becomes('/posts/pic/p.png', 200);
      write(dir, { 'hugo.yaml': 'title: While You Watch\n' });
      await shows('/', 'While You Watch');
    });

    test('a broken file: the last good version, and the log says where', async () => {
      write(dir, { 'content/posts/e.md': '---\ntitle: E\ndate: 2024-02-30\n---\nSpoiled.\n' });
      await poll(() => /content\/posts\/e\.md:3:/.test(server.stderr()), { what: 'the log says where' });
      assert.match((await server.get('/posts/e/')).text, /The letter e/);
    });

    test('a link to nothing: the log says where', async () => {
      write(dir, { 'content/posts/f.md': post('F', 'Look: ![x](no.png)') });
      await poll(() => /content\/posts\/f\.md:\d+:12: links to no\.png/.test(server.stderr()), { what: 'the log says where' });
    });

    test('a folder that goes away whole does not take the blog with it at once; back, it is watched again', async () => {
      const away = join(scratch(), 'content');
      renameSync(join(dir, 'content'), away);
      renameSync(away, join(dir, 'content'));
      write(dir, { 'content/posts/a.md': post('A', 'After the move.') });
      await shows('/posts/a/', 'After the move');
      assert.equal((await server.get('/')).status, 200);
    });
  });
});
