// The receipts: what came, from whom, what became of it; tokens that may see them; the page for people.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { parse } from 'parse5';
import { execute, folder, platen, poll, post as words, scratch, serve, SLOW, write } from './lib/blog.mjs';
import { bitbucket, bitbucketPush, deliver, gitea, github, post, push, sha1 } from './lib/sign.mjs';

const SECRET = 'a secret of these tests';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A server that takes deliveries; args as of `serve`. ask(path, {token, method, headers, body}). */
async function receiver(args = [], db = join(scratch(), 'platen.db')) {
  const secret = join(scratch(), 'secret');
  writeFileSync(secret, SECRET, { mode: 0o600 });
  const server = await serve(db, { args: ['--webhook-secret-file', secret, ...args] });
  server.db = db;
  server.again = () => receiver(args, db);
  server.token = async (scope, ...more) => {
    const made = await platen(['token', 'create', '--db', db, '--name', `for ${scope}`, '--scope', scope, ...more]);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /^\S{20,}\n$/, 'the token alone');
    return made.stdout.trim();
  };
  server.ask = (path, { token, headers = {}, ...more } = {}) =>
    post(server.base, path, { method: 'GET', ...more, headers: { ...(token && { Authorization: `Bearer ${token}` }), ...headers } });
  server.page = (path, { password, headers = {}, ...more } = {}) =>
    server.ask(path, { ...more, headers: { ...(password !== undefined && { Authorization: `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}` }), ...headers } });
  return server;
}

/** A request whose target is sent as these bytes; the whole answer. */
function raw(server, target, token) {
  return new Promise((ok, bad) => {
    const parts = [];
    const socket = connect(new URL(server.base).port, '127.0.0.1');
    socket.setTimeout(5000 * SLOW, () => socket.destroy(new Error('no answer')));
    socket.on('data', (d) => parts.push(d)).on('error', bad).on('close', () => ok(Buffer.concat(parts).toString()));
    socket.write(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n\r\n`, 'latin1'));
  });
}

/** What every fault under /api looks like (RFC 9457). */
function problem(answer, status) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/problem\+json\b/);
  const { type, title, status: told, detail, request_id: id } = answer.json;
  for (const text of [type, title, detail, id]) assert.ok(typeof text === 'string' && text !== '', answer.text);
  assert.equal(told, status);
  assert.match(answer.headers['cache-control'], /no-store/);
  return answer.json;
}

const idOf = (list, name) => Number(list.split('\n').find((l) => l.includes(name)).match(/\b\d+\b/)[0]);

describe('tokens', () => {
  let server, reader;
  const list = '/api/v1/deliveries';
  before(async () => {
    server = await receiver();
    reader = await server.token('deliveries:read');
    await deliver(server, github(SECRET, push()));
  });

  test('a right one is let in', async () => {
    const answer = await server.ask(list, { token: reader });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers['content-type'], /^application\/json\b/);
    assert.match(answer.headers['cache-control'], /no-store|private/);
    assert.equal(answer.json.data.length, 1);
    assert.equal((await server.ask(list, { headers: { Authorization: `bearer ${reader}` } })).status, 200, 'the scheme has no case');
  });

  test('none, an unknown one, another scheme: 401 that says how', async () => {
    const flipped = reader.slice(0, -2) + (reader.at(-2) === 'A' ? 'B' : 'A') + reader.at(-1);
    const given = [undefined, 'Bearer', 'Bearer ', 'Bearer nonsense', `Bearer ${flipped}`, `Bearer ${reader}x`, `Bearer ${reader.slice(0, -1)}`, `Bearer ${reader.toUpperCase()}`, `Bearer x${'y'.repeat(5000)}`, `Token ${reader}`, reader, `Bearer ${reader} ${reader}`];
    for (const Authorization of given) {
      const answer = await server.ask(list, { headers: Authorization === undefined ? {} : { Authorization } });
      problem(answer, 401);
      assert.match(answer.headers['www-authenticate'], /^Bearer\b/, Authorization);
      assert.ok(!answer.text.includes(reader));
    }
  });

  test('every address of the API asks for one', async () => {
    for (const [method, path] of [['GET', list], ['GET', `${list}/1`], ['GET', `${list}/999999`], ['POST', `${list}/1/replay`]]) problem(await server.ask(path, { method }), 401);
    assert.equal((await server.ask(list, { token: reader })).json.data.length, 1);
  });

  test('a token in a query string is not taken', async () => {
    for (const name of ['access_token', 'token', 'api_key', 'private_token', 'authorization']) {
      const answer = await server.ask(`${list}?${name}=${reader}`);
      problem(answer, 401);
    }
  });

  test('a cookie is not taken', async () => problem(await server.ask(list, { headers: { Cookie: `token=${reader}` } }), 401));

  test('a wrong scope: 403', async () => {
    for (const scope of ['deliveries:replay', 'posts:write', 'posts:read-drafts', 'media:write', 'posts:write,media:write']) {
      const { detail } = problem(await server.ask(list, { token: await server.token(scope) }), 403);
      assert.match(detail, /deliveries:read/);
    }
    const answer = await server.ask(`${list}/1/replay`, { method: 'POST', token: reader });
    assert.match(problem(answer, 403).detail, /deliveries:replay/);
    assert.equal((await server.ask(list, { token: reader })).json.data.length, 1, 'nothing was replayed');
  });

  test('several scopes, and admin for all', async () => {
    for (const scope of ['deliveries:read,deliveries:replay', 'posts:write,deliveries:read', 'admin']) assert.equal((await server.ask(list, { token: await server.token(scope) })).status, 200, scope);
  });

  test('an expired one', async () => {
    const token = await server.token('deliveries:read', '--expires', '12h');
    assert.equal((await server.ask(list, { token })).status, 200);
    const past = Math.floor(Date.now() / 1000) - 1;
    const aged = await execute('sqlite3', ['-cmd', '.timeout 5000', server.db, `UPDATE token SET expires = ${past} WHERE id = (SELECT max(id) FROM token)`]);
    assert.equal(aged.status, 0, aged.stderr);
    assert.match(problem(await server.ask(list, { token }), 401).detail, /expired/);
    for (const expires of ['90d', 'never']) assert.equal((await server.ask(list, { token: await server.token('deliveries:read', '--expires', expires) })).status, 200);
  });

  test('a revoked one, at once', async () => {
    const made = await platen(['token', 'create', '--db', server.db, '--name', 'short-lived', '--scope', 'deliveries:read']);
    const token = made.stdout.trim();
    assert.equal((await server.ask(list, { token })).status, 200);
    const before = await platen(['token', 'list', '--db', server.db]);
    const id = idOf(before.stdout, 'short-lived');
    const revoked = await platen(['token', 'revoke', '--db', server.db, String(id)]);
    assert.equal(revoked.status, 0, revoked.stderr);
    assert.match(problem(await server.ask(list, { token }), 401).detail, /revoked/);
    assert.equal((await server.ask(list, { token: reader })).status, 200, 'others stay');
    const after = await platen(['token', 'list', '--db', server.db]);
    assert.notEqual(after.stdout, before.stdout);
    assert.notEqual((await platen(['token', 'revoke', '--db', server.db, '999999'])).status, 0, 'one that is not there');
  });

  test('the list has names, scopes and times, and no token', async () => {
    const { status, stdout } = await platen(['token', 'list', '--db', server.db]);
    assert.equal(status, 0);
    const line = stdout.split('\n').find((l) => l.includes('for deliveries:read'));
    assert.match(line, /\d{4}-\d\d-\d\d/);
    assert.ok(!stdout.includes(reader));
    assert.ok(!stdout.includes(reader.replace(/^platen_/, '').slice(0, 16)));
  });

  test('tokens are long, random and differ', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => server.token('media:write')));
    assert.equal(new Set(all).size, 4);
    for (const token of all) assert.ok(token.length >= 32 && /^[A-Za-z0-9_-]+$/.test(token));
  });

  test('wrong usage is an error that helps', async () => {
    const create = ['token', 'create', '--db', server.db];
    const wrong = [
      [[...create, '--name', 'n'], /--scope/],
      [[...create, '--name', 'n', '--scope', ''], /scope/],
      [[...create, '--name', 'n', '--scope', 'deliveries:raed'], /deliveries:read/],
      [[...create, '--name', 'n', '--scope', 'deliveries:read,x'], /scope/],
      [[...create, '--name', 'n', '--scope', 'admin', '--expires', 'soon'], /expires|soon/],
      [['token', 'creat', '--db', server.db], /create/],
      [['token', 'revoke', '--db', server.db, 'x'], /number/],
      [['token', 'revoke', '--db', server.db], /number/],
    ];
    for (const [args, says] of wrong) {
      const r = await platen(args);
      assert.notEqual(r.status, 0, args.join(' '));
      assert.equal(r.stdout, '', args.join(' '));
      assert.match(r.stderr, says);
    }
  });

  test('its text is in no file of the database and not in the log', async () => {
    await server.page('/admin/deliveries/', { password: reader });
    await server.ask(`${list}?access_token=${reader}`);
    const folderOf = dirname(server.db);
    const files = readdirSync(folderOf).filter((n) => n.startsWith(basename(server.db)) && !n.endsWith('.git'));
    assert.ok(files.length > 0);
    const look = () => {
      for (const name of files)
        for (const text of [reader, reader.replace(/^platen_/, ''), Buffer.from(reader).toString('base64').slice(0, 40)]) {
          let bytes;
          try {
            bytes = readFileSync(join(folderOf, name));
          } catch {
            continue; // the log of the database goes when the last one closes it
          }
          assert.ok(!bytes.includes(text), name);
        }
    };
    look();
    const end = await server.stop();
    look();
    assert.ok(!end.stderr.includes(reader));
    assert.ok(!end.stdout.includes(reader));
  });

  test('a use is recorded', async () => {
    const other = await receiver();
    const token = await other.token('deliveries:read');
    const fresh = (await platen(['token', 'list', '--db', other.db])).stdout;
    assert.equal((await other.ask(list, { token })).status, 200);
    await poll(async () => (await platen(['token', 'list', '--db', other.db])).stdout !== fresh, { every: 100 });
    await other.stop();
  });
});

describe('the list of deliveries', () => {
  const COUNT = 47;
  const path = '/api/v1/deliveries';
  let server, token;
  const guids = [];
  const get = (query = '', more = {}) => server.ask(path + query, { token, ...more });
  before(async () => {
    server = await receiver();
    token = await server.token('deliveries:read');
    for (let i = 0; i < COUNT; i++) {
      const id = randomUUID();
      guids.unshift(id);
      const { status } = await deliver(server, i % 3 ? github(SECRET, { zen: 'x' }, { event: 'ping', id }) : gitea(SECRET, push({ after: sha1(`${i}`) }), { id }));
      assert.ok(status < 300);
    }
  });

  test('newest first, twenty of them', async () => {
    const { status, json, headers } = await get();
    assert.equal(status, 200);
    assert.deepEqual(json.data.map((d) => d.guid), guids.slice(0, 20));
    assert.equal(json.page.limit, 20);
    assert.equal(typeof json.page.next, 'string');
    assert.equal(json.page.prev, null);
    assert.match(headers.link, /<[^>]*\/api\/v1\/deliveries\?[^>]*cursor=[^>]+>; rel="next"/);
    assert.ok(!/rel="prev"/.test(headers.link));
  });

  for (const limit of [1, 7, 46, 47, 100])
    test(`pages of ${limit}: no gap, no repeat, and back again`, async () => {
      const seen = [];
      const pages = [];
      for (let cursor = null; ; ) {
        const { json } = await get(`?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
        assert.ok(json.data.length <= limit);
        pages.push(json);
        seen.push(...json.data.map((d) => d.guid));
        assert.ok(pages.length <= COUNT + 1);
        if ((cursor = json.page.next) === null) break;
      }
      assert.deepEqual(seen, guids);
      assert.equal(pages.length, Math.ceil(COUNT / limit));
      for (let i = pages.length - 1; i > 0; i--) {
        const { json } = await get(`?limit=${limit}&cursor=${encodeURIComponent(pages[i].page.prev)}`);
        assert.deepEqual(json.data, pages[i - 1].data, `page ${i - 1} again`);
      }
      assert.equal(pages[0].page.prev, null);
    });

  test('the Link header leads through, with what was asked', async () => {
    const seen = [];
    for (let next = `${path}?limit=10&state=ignored`; next; ) {
      const answer = await server.ask(next.replace(/^http:\/\/[^/]+/, ''), { token });
      assert.equal(answer.status, 200, next);
      assert.ok(answer.json.data.length <= 10);
      seen.push(...answer.json.data.map((d) => d.guid));
      next = answer.headers.link?.match(/<([^>]+)>; rel="next"/)?.[1];
    }
    assert.deepEqual(seen, guids);
  });

  test('what comes meanwhile does not shift the pages', async () => {
    const own = await receiver();
    const mine = await own.token('deliveries:read');
    const send = () => deliver(own, github(SECRET, { zen: 'x' }, { event: 'ping' }));
    for (let i = 0; i < 6; i++) await send();
    const first = (await own.ask(`${path}?limit=3`, { token: mine })).json;
    for (let i = 0; i < 5; i++) await send();
    const second = (await own.ask(`${path}?limit=3&cursor=${encodeURIComponent(first.page.next)}`, { token: mine })).json;
    assert.deepEqual([...first.data, ...second.data].map((d) => d.id), [6, 5, 4, 3, 2, 1].map((n) => n + first.data[0].id - 6));
    await own.stop();
  });

  test('an item has every field, with its kind', async () => {
    const { json } = await get('?limit=100');
    const keys = ['id', 'host', 'guid', 'event', 'ref', 'commit', 'repository', 'sender', 'client', 'received', 'finished', 'state', 'attempts', 'next_try', 'applied', 'merged_into', 'error', 'result'];
    for (const d of json.data) {
      for (const key of keys) assert.ok(key in d, key);
      assert.equal(typeof d.id, 'number');
      assert.match(d.received, TIME);
      assert.ok(Math.abs(Date.parse(d.received) - Date.now()) < 120_000 * SLOW);
      assert.ok(['pending', 'done', 'failed', 'ignored'].includes(d.state));
      assert.equal(d.client, '127.0.0.1');
      assert.equal(d.merged_into, null);
      assert.equal(d.result, null);
    }
    const ofPush = json.data.find((d) => d.event === 'push');
    assert.deepEqual([ofPush.host, ofPush.ref, ofPush.repository, ofPush.sender], ['gitea', 'refs/heads/main', 'author/blog', 'author']);
    assert.equal(ofPush.commit, sha1('45'));
    const ofPing = json.data.find((d) => d.event === 'ping');
    assert.deepEqual([ofPing.host, ofPing.ref, ofPing.commit, ofPing.state], ['github', null, null, 'ignored']);
  });

  test('by state', async () => {
    for (const state of ['pending', 'done', 'failed']) assert.deepEqual((await get(`?state=${state}`)).json.data, [], state);
    assert.equal((await get('?state=ignored&limit=100')).json.data.length, COUNT);
  });

  test('one by its id', async () => {
    const [first] = (await get('?limit=1')).json.data;
    const { status, json } = await get(`/${first.id}`);
    assert.equal(status, 200);
    assert.deepEqual(json, first);
  });

  test('one that is not there', async () => {
    for (const id of ['999999', '0', '-1', '01', 'x', '1x', '1.0', '9223372036854775807', '9223372036854775808', '9'.repeat(40)]) problem(await get(`/${id}`), 404);
  });

  const queries = {
    'limit=0': /limit/, 'limit=101': /limit/, 'limit=x': /limit/, 'limit=': /limit/, 'limit=-1': /limit/, 'limit=1e1': /limit/, 'limit=1.5': /limit/,
    'limit=99999999999999999999': /limit/, 'limit=%2010': /limit/, 'limit=10&limit=20': /limit/, limit: /limit/, 'limit=%zz': /limit/,
    'cursor=nonsense': /cursor/, 'cursor=': /cursor/, 'cursor=%00': /cursor/, 'cursor=ZDA': /cursor/, 'cursor=ZC0x': /cursor/, [`cursor=${'A'.repeat(3000)}`]: /cursor/,
    'state=pendin': /pending/, 'state=PENDING': /pending/, 'state=': /state/,
    'limt=5': /limt.*\blimit\b/s, 'curser=x': /curser.*\bcursor\b/s, 'stat=done': /stat.*\bstate\b/s, 'utterly=different': /utterly/, 'Limit=5': /\blimit\b/,
    [`${'n'.repeat(2000)}=1`]: /nnn/,
  };
  for (const [query, says] of Object.entries(queries))
    test(`?${query.slice(0, 40)}: 400`, async () => assert.match(JSON.stringify(problem(await get(`?${query}`), 400)).replaceAll('\\"', ''), says));

  test('bytes that are no UTF-8, or a character across a cut, are the asker\'s fault', async () => {
    for (const query of ['l\xffmit=1', 'limit=\xff', 'state=\xff', '\xff', `${'a'.repeat(63)}\xc3\xbc=1`, 'l%ffmit=1', 'cursor=%ff']) {
      const answer = await raw(server, `${path}?${query}`, token);
      assert.match(answer, /^HTTP\/1\.1 400 /, JSON.stringify(query));
    }
  });

  test('several faults are told at once', async () => {
    const { errors } = problem(await get('?limit=0&curser=x&stat=done'), 400);
    assert.equal(errors.length, 3);
    for (const name of ['limit', 'curser', 'stat']) assert.ok(errors.some((e) => JSON.stringify(e).includes(name)), name);
  });

  test('what was sent comes back as text, never as markup or broken JSON', async () => {
    const answer = await get('?%3Cscript%3E%22%5C=1');
    problem(answer, 400);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  });

  test('the oldest go when there are more than are kept', async () => {
    const args = ['--keep-deliveries', '100'];
    const own = await receiver(args);
    const mine = await own.token('deliveries:read');
    const all = Array.from({ length: 130 }, () => randomUUID());
    for (const id of all) await deliver(own, github(SECRET, { zen: 'x' }, { event: 'ping', id }));
    await own.stop();
    const again = await own.again();
    const kept = await poll(async () => {
      const { json } = await again.ask(`${path}?limit=100`, { token: mine });
      return json.page.next === null && json.data;
    });
    assert.deepEqual(kept.map((d) => d.guid), all.slice(30).reverse());
    await again.stop();
  });

  test('other methods: 405 with Allow', async () => {
    for (const [method, at, allow] of [['DELETE', '', 'GET'], ['POST', '', 'GET'], ['PUT', '/1', 'GET'], ['PATCH', '/1', 'GET'], ['DELETE', '/1', 'GET'], ['GET', '/1/replay', 'POST'], ['PUT', '/1/replay', 'POST']]) {
      const answer = await get(at, { method });
      problem(answer, 405);
      assert.match(answer.headers.allow, new RegExp(`\\b${allow}\\b`), `${method} ${at}`);
    }
  });

  test('HEAD is GET without its body', async () => {
    const answer = await get('', { method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '');
  });

  test('an address of the API that is none', async () => {
    for (const at of ['/api/v1', '/api/v1/', '/api/v1/nothing', '/api/v2/deliveries', '/api/v1/deliveries/1/nothing', '/api/v1/deliveries/1/replay/more'])
      problem(await server.ask(at, { token }), 404);
  });

  test('request ids differ', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, async () => problem(await get('/999999'), 404).request_id));
    assert.equal(new Set(ids).size, 5);
  });
});

describe('what became of them', () => {
  const git = (dir, ...args) =>
    execute('git', ['-C', dir, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } });
  let repo, server, token;
  const get = async (path) => (await server.ask(`/api/v1/deliveries${path}`, { token })).json;
  const settled = (id) => poll(async () => {
    const d = await get(`/${id}`);
    return d.state !== 'pending' && d;
  });

  async function commit(files) {
    write(repo, files);
    await git(repo, 'add', '-A');
    const made = await git(repo, 'commit', '-q', '--allow-empty', '-m', 'Words');
    assert.equal(made.status, 0, made.stderr);
    return (await git(repo, 'rev-parse', 'HEAD')).stdout.trim();
  }

  before(async () => {
    repo = folder({});
    assert.equal((await git(repo, 'init', '-q', '-b', 'main')).status, 0);
    await commit({ 'content/posts/a.md': words('First'), 'content/posts/b.md': words('Second') });
    server = await receiver(['--repo', `file://${repo}`]);
    token = await server.token('deliveries:read,deliveries:replay');
    await poll(async () => (await server.get('/posts/a/')).status === 200, { what: 'the first fetch' });
  });

  test('done: the commit, what it changed, how long each step took', async () => {
    const tip = await commit({ 'content/posts/a.md': words('First', 'New words.'), 'content/posts/c.md': words('Third') });
    const { status, json } = await deliver(server, github(SECRET, push({ after: tip })));
    assert.equal(status, 202);
    assert.equal(json.state, 'pending');
    const d = await settled(json.id);
    assert.equal(d.state, 'done', JSON.stringify(d));
    assert.equal(d.applied, tip);
    assert.equal(d.commit, tip);
    assert.equal(d.error, null);
    assert.equal(d.attempts, 1);
    assert.match(d.finished, TIME);
    assert.ok(d.finished >= d.received);
    const { added, changed, removed, refused, steps, pages, problems } = d.result;
    assert.deepEqual({ added, changed, removed, refused }, { added: 1, changed: 1, removed: 0, refused: 0 });
    for (const step of ['queued', 'fetch', 'list', 'render', 'publish']) assert.ok(steps[step] >= 0, step);
    assert.ok(pages.includes('/posts/a/') && pages.includes('/posts/c/'), pages.join());
    assert.deepEqual(problems, []);
    assert.deepEqual(d.result.notes, []);
    assert.match((await server.get('/posts/a/')).text, /New words\./);
  });

  test('a picture that is not there is a note', async () => {
    const tip = await commit({ 'content/posts/noted.md': words('Noted', 'See ![x](gone.png) and {{< nothing >}}.') });
    const { json } = await deliver(server, github(SECRET, push({ after: tip })));
    const d = await settled(json.id);
    assert.deepEqual(d.result.problems, []);
    assert.deepEqual(d.result.notes.map((n) => [n.path, n.column, n.text]), [
      ['content/posts/noted.md', 24, 'shortcode "nothing": it is unknown: it stays as text'],
      ['content/posts/noted.md', 10, 'links to gone.png, which is not there']]);
    const page = (await server.page(`/admin/deliveries/${json.id}/`, { password: token })).text;
    assert.match(page, /<h2>Notes<\/h2>[\s\S]*noted\.md:\d+:10<\/code> links to gone\.png/);
  });

  test('done: the rows that were written', async () => {
    const [d] = (await get('?limit=1&state=done')).data;
    assert.ok(d.result.rows > 0, JSON.stringify(d.result));
  });

  test('a broken file keeps its last good version, and its place is told', async () => {
    const tip = await commit({ 'content/posts/b.md': '---\ntitle: "Second\ndate: 2024-05-06\n---\n\nBroken.\n' });
    const { json } = await deliver(server, github(SECRET, push({ after: tip })));
    const d = await settled(json.id);
    assert.equal(d.applied, tip);
    assert.equal(d.result.refused, 1);
    const [fault] = d.result.problems;
    assert.equal(fault.path, 'content/posts/b.md');
    assert.ok(fault.line >= 2, JSON.stringify(fault));
    assert.ok(fault.text.length > 5);
    const page = await server.get('/posts/b/');
    assert.equal(page.status, 200);
    assert.ok(!page.text.includes('Broken.'));
    await commit({ 'content/posts/b.md': words('Second') });
  });

  test('a name in another encoding does not spoil the receipt', async () => {
    const name = Buffer.concat([Buffer.from(join(repo, 'content/posts/')), Buffer.from([0x64, 0xe9, 0x6a, 0xe0]), Buffer.from('.md')]);
    writeFileSync(name, '---\ntitle: "D\n---\n');
    const tip = await commit({ 'content/posts/f.md': words('Sixth') });
    const { json } = await deliver(server, github(SECRET, push({ after: tip })));
    const d = await settled(json.id);
    assert.equal(d.applied, tip, JSON.stringify(d));
    assert.equal((await server.get('/posts/f/')).status, 200);
    assert.ok((await get('?limit=1')).data[0].id >= json.id);
    rmSync(name);
    await commit({});
  });

  test('a push that says nothing true is a prompt all the same', async () => {
    const tip = await commit({ 'content/posts/d.md': words('Fourth') });
    const { json } = await deliver(server, bitbucket(SECRET, bitbucketPush([{ name: 'main', hash: '1'.repeat(40) }])));
    assert.equal((await settled(json.id)).applied, tip);
    assert.equal((await server.get('/posts/d/')).status, 200);
  });

  test('replay: a look of its own that says which one it repeats', async () => {
    const [before] = (await get('?limit=1')).data;
    const tip = await commit({ 'content/posts/e.md': words('Fifth') });
    const answer = await server.ask(`/api/v1/deliveries/${before.id}/replay`, { method: 'POST', token });
    assert.equal(answer.status, 202, answer.text);
    const d = await settled(answer.json.id);
    assert.equal(d.state, 'done');
    assert.equal(d.applied, tip);
    assert.equal((await server.get('/posts/e/')).status, 200);
    for (const id of ['999999', 'x', '0']) problem(await server.ask(`/api/v1/deliveries/${id}/replay`, { method: 'POST', token }), 404);
  });

  test('a repeat of one that is done is acknowledged and not done again', async () => {
    const once = github(SECRET, push());
    const { json } = await deliver(server, once);
    const first = await settled(json.id);
    const again = await deliver(server, once);
    assert.equal(again.status, 200);
    assert.deepEqual(await get(`/${json.id}`), first);
  });

  test('status tells of them, with and without a server', async () => {
    const tip = (await git(repo, 'rev-parse', 'HEAD')).stdout.trim();
    const check = async () => {
      const r = await platen(['status', '--db', server.db, '--json']);
      assert.equal(r.status, 0, r.stderr);
      const told = JSON.parse(r.stdout);
      assert.equal(told.applied_commit, tip);
      assert.equal(told.deliveries.pending, 0);
      assert.ok(told.deliveries.done >= 4);
      assert.match(told.version, /\d+\.\d+/);
    };
    await check();
    assert.match((await platen(['status', '--db', server.db])).stdout, new RegExp(tip.slice(0, 7)));
    await server.stop();
    await check();
  });

  test('a host that is away: pending, why, and when next; done when it is back', async () => {
    const gone = join(scratch(), 'not-yet');
    const own = await receiver(['--repo', `file://${gone}`, '--branch', 'main']);
    const mine = await own.token('admin');
    const { status, json } = await deliver(own, github(SECRET, push()));
    assert.equal(status, 202);
    const look = async () => (await own.ask(`/api/v1/deliveries/${json.id}`, { token: mine })).json;
    const d = await poll(async () => {
      const now = await look();
      return now.error !== null && now;
    });
    assert.equal(d.state, 'pending');
    assert.match(d.next_try, TIME);
    assert.ok(d.attempts >= 1);
    assert.equal((await own.ask('/api/v1/deliveries?state=pending', { token: mine })).json.data.some((x) => x.id === json.id), true);
    const told = JSON.parse((await platen(['status', '--db', own.db, '--json'])).stdout);
    assert.ok(told.deliveries.pending >= 1);
    assert.equal((await git(scratch(), 'clone', '-q', '--bare', repo, gone)).status, 0);
    const end = await poll(async () => {
      const now = await look();
      return now.state === 'done' && now;
    }, { timeout: 15_000 * SLOW, every: 100 });
    assert.ok(end.attempts >= 2);
    assert.equal(end.error, null);
    await own.stop();
  });
});

describe('the page for people', () => {
  let server, password, replayer;
  const at = '/admin/deliveries/';
  before(async () => {
    server = await receiver();
    password = await server.token('deliveries:read');
    replayer = await server.token('deliveries:read,deliveries:replay');
    for (let i = 0; i < 3; i++) await deliver(server, github(SECRET, push({ after: sha1(`p${i}`) })));
    await deliver(server, github(SECRET, push({ repository: { full_name: '<script>alert(1)</script>' }, pusher: { name: '"><img src=x onerror=alert(1)>' }, head_commit: { message: '</td><b>bold</b> & more' } })));
    await deliver(server, github(SECRET, { zen: 'x' }, { event: 'ping' }));
  });

  const walk = (node, fn) => {
    fn(node);
    for (const child of node.childNodes ?? []) walk(child, fn);
  };
  const elements = (html, name) => {
    const out = [];
    walk(parse(html), (n) => n.tagName === name && out.push(Object.fromEntries(n.attrs.map((a) => [a.name, a.value]))));
    return out;
  };
  const count = async () => (await server.ask('/api/v1/deliveries?limit=100', { token: password })).json.data.length;
  /** The form's own address, and what it sends. */
  async function form(id) {
    const { text } = await server.page(`${at}${id}/`, { password: replayer });
    const [found] = elements(text, 'form').filter((f) => f.method?.toLowerCase() === 'post');
    assert.ok(found, 'a form');
    const body = new URLSearchParams(elements(text, 'input').filter((i) => i.name).map((i) => [i.name, i.value ?? ''])).toString();
    return { path: new URL(found.action ?? '', `${server.base}${at}${id}/`).pathname, body };
  }

  test('asks for a password', async () => {
    for (const page of [at, `${at}1/`, `${at}999999/`]) {
      const answer = await server.page(page);
      assert.equal(answer.status, 401, page);
      assert.match(answer.headers['www-authenticate'], /^Basic realm="/);
      assert.ok(!answer.text.includes('author/blog'));
    }
    for (const wrong of ['', 'nonsense', `${password}x`, password.slice(1), password.toUpperCase()]) assert.equal((await server.page(at, { password: wrong })).status, 401);
    for (const Authorization of ['Basic', 'Basic !!!', `Basic ${Buffer.from(password).toString('base64')}`, 'Basic Og==', `Basic ${'A'.repeat(6000)}`])
      assert.equal((await server.ask(at, { headers: { Authorization } })).status, 401, Authorization);
    assert.equal((await server.page(at, { password: await server.token('posts:write') })).status, 403);
  });

  test('shows them', async () => {
    const answer = await server.page(at, { password });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers['content-type'], /^text\/html\b/);
    assert.match(answer.headers['cache-control'], /no-store|private/);
    for (const text of ['push', 'ping', 'github', 'ignored', sha1('p2').slice(0, 7)]) assert.ok(answer.text.includes(text), text);
    const links = elements(answer.text, 'a').map((a) => new URL(a.href ?? '', server.base + at).pathname);
    for (let id = 1; id <= 5; id++) assert.ok(links.includes(`${at}${id}/`), `a link to ${id}`);
    assert.ok([301, 308].includes((await server.page(at.slice(0, -1), { password })).status), 'its slash is added');
  });

  test('shows one', async () => {
    const answer = await server.page(`${at}1/`, { password });
    assert.equal(answer.status, 200);
    const d = (await server.ask('/api/v1/deliveries/1', { token: password })).json;
    for (const text of [d.guid, d.commit, d.event, d.ref, d.repository, d.sender, d.received]) assert.ok(answer.text.includes(text), text);
    for (const id of ['999999', '0', 'x', '-1']) assert.equal((await server.page(`${at}${id}/`, { password })).status, 404, id);
  });

  test('what a host sent is text there', async () => {
    for (const page of [at, `${at}4/`]) {
      const { text } = await server.page(page, { password });
      assert.ok(elements(text, 'script').every((e) => e.src?.startsWith('/static/')), page);
      assert.ok(!elements(text, 'img').some((i) => 'onerror' in i), page);
      assert.ok(!text.includes('<b>bold'), page);
      assert.ok(text.includes('&lt;b&gt;bold'), page);
    }
  });

  test('it is kept out of frames, search engines and other sites', async () => {
    const { headers, text } = await server.page(at, { password });
    assert.match(headers['content-security-policy'] ?? '', /frame-ancestors 'none'/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.ok(/noindex/.test(headers['x-robots-tag'] ?? '') || elements(text, 'meta').some((m) => m.name === 'robots' && /noindex/.test(m.content)));
    assert.ok(!/https?:\/\/(?!127\.0\.0\.1)/.test(text.replace(/xmlns="[^"]*"/g, '')), 'nothing from elsewhere');
  });

  test('the page is usable without color and without a pointer', async () => {
    const { text } = await server.page(at, { password });
    assert.match(text, /<html[^>]* lang=/);
    assert.ok(elements(text, 'title').length === 1 && elements(text, 'h1').length === 1);
    assert.ok(elements(text, 'th').length > 2 || elements(text, 'li').length > 2);
    assert.match(text, /ignored/, 'the state is a word');
  });

  test('no form for one who may not replay, or it is refused', async () => {
    const answer = await server.page(`${at}1/replay`, { method: 'POST', password, headers: { Origin: server.base, 'Sec-Fetch-Site': 'same-origin' } });
    assert.equal(answer.status, 403);
    assert.equal(await count(), 5);
  });

  test('another site cannot press the button', async () => {
    const { path, body } = await form(1);
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const forged = [
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { 'Sec-Fetch-Site': 'cross-site', Origin: server.base },
      { Origin: 'https://evil.example' }, { Origin: 'null' }, { Origin: `${server.base}.evil.example` }, { Origin: server.base.replace(/\d+$/, '1') }, { Origin: '' }, { Origin: `https://evil.example/${server.base}` },
    ];
    for (const headers of forged) {
      const answer = await server.page(path, { method: 'POST', password: replayer, headers: { ...type, ...headers }, body });
      assert.equal(answer.status, 403, JSON.stringify(headers));
    }
    assert.equal((await server.page(path, { password: replayer })).status, 405, 'a link does nothing');
    assert.equal((await server.page(path, { method: 'POST', headers: { ...type, 'Sec-Fetch-Site': 'same-origin' }, body })).status, 401);
    assert.equal(await count(), 5);
  });

  test('its own button does', async () => {
    const { path, body } = await form(1);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', Origin: server.base };
    const answer = await server.page(path, { method: 'POST', password: replayer, headers, body });
    assert.equal(answer.status, 303, answer.text);
    const next = new URL(answer.headers.location, server.base);
    assert.equal(next.host, new URL(server.base).host);
    assert.equal((await server.page(next.pathname, { password })).status, 200);
    assert.equal(await count(), 6);
    const older = await server.page(path, { method: 'POST', password: replayer, headers: { ...headers, 'Sec-Fetch-Site': null }, body });
    assert.equal(older.status, 303, 'a browser that knows Origin only');
    assert.equal((await server.page(`${at}999999/replay`, { method: 'POST', password: replayer, headers, body })).status, 404);
  });

  test('without a repository a replay has nothing to wait for', async () => {
    const { json } = await server.ask('/api/v1/deliveries?state=pending', { token: password });
    assert.deepEqual(json.data.map((d) => `${d.event} ${d.state}`), []);
  });
});
