// Commit statuses: what a git host's page of a commit says of it, posted to a host of our own.
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { poll, post, scratch } from './lib/blog.mjs';
import { gitHost, pushedBlog } from './lib/githost.mjs';

const posted = [];
let answers = [];
const api = http.createServer((req, res) => {
  let body = '';
  req.on('data', (d) => (body += d));
  req.on('end', () => {
    posted.push({ method: req.method, url: req.url, headers: req.headers, body: JSON.parse(body) });
    const status = answers.shift() ?? 201;
    res.writeHead(status, { 'Content-Type': 'application/json', ...(status === 302 && { Location: '/elsewhere' }) }).end('{}');
  });
});
api.listen(0, '127.0.0.1');
await once(api, 'listening');
after(() => {
  api.close();
  api.closeAllConnections();
});

const token = join(scratch(), 'token');
writeFileSync(token, 'a-token-of-the-host\n');

const of = (commit) => posted.filter((p) => p.url.endsWith(commit));

test('a commit that is live says so, one with a mistake says which', async () => {
  const host = await gitHost({
    kind: 'http',
    files: { 'hugo.yaml': 'title: Blog\nbaseURL: https://blog.example/\n', 'content/posts/a.md': post('A') },
  });
  symlinkSync('.', join(host.repo, '../author')); // an owner, as hosts have it
  host.url = host.url.replace('/blog.git', '/author/blog.git');
  const s = await pushedBlog({
    host,
    args: ['--status-token-file', token, '--status-api', `http://127.0.0.1:${api.address().port}/`],
  });
  await s.shows('/posts/a/', 'Some words');
  await poll(() => of(s.host.first).length === 1, { what: 'the status of the first commit' });

  const good = await s.publish({ files: { 'content/posts/a.md': post('A', 'Better words.') } });
  const [live] = await poll(() => (of(good.applied).length > 0 ? of(good.applied) : null));
  assert.equal(live.method, 'POST');
  assert.equal(live.url, `/repos/author/blog/statuses/${good.applied}`);
  assert.equal(live.headers.authorization, 'token a-token-of-the-host');
  assert.equal(live.body.state, 'success');
  assert.equal(live.body.context, 'platen');
  assert.equal(live.body.target_url, 'https://blog.example/posts/a/');

  const bad = await s.publish({ files: { 'content/posts/b.md': '---\ntitle: [\n---\nx\n' } });
  const [wrong] = await poll(() => (of(bad.applied).length > 0 ? of(bad.applied) : null));
  assert.equal(wrong.body.state, 'failure');
  assert.match(wrong.body.description, /content\/posts\/b\.md:\d+:\d+: /);
  assert.ok(wrong.body.description.length <= 140);

  // a host that stumbles is asked again; one that refuses or leads elsewhere is not
  answers = [500, 201];
  const again = await s.publish({ files: { 'content/posts/b.md': post('B') } });
  await poll(() => of(again.applied).length === 2, { what: 'a second try' });
  answers = [302];
  const moved = await s.publish({ files: { 'content/posts/b.md': post('B', 'More.') } });
  await poll(() => s.log().includes('could not be posted'), { what: 'the log says that it was refused' });
  assert.equal(of(moved.applied).length, 1);
  assert.ok(!posted.some((p) => p.url === '/elsewhere'));
  assert.ok(!s.log().includes('a-token-of-the-host'));
  await s.server.stop();
});
