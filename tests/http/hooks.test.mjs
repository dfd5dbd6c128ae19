// What git hosts send: taken when it is theirs, refused and forgotten when it is not. The server has
// no repository here, so nothing is fetched; what happens after is tested elsewhere.
import { test, describe, before } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { platen, poll, request, scratch, serve, SLOW, start, PLATEN } from './lib/blog.mjs';
import {
  bitbucket, bitbucketPush, deliver, forgejo, formOf, FORM_TYPE, gitea, github, gitlab, hmac, JSON_TYPE, push, sha1, standard, standardSignature,
} from './lib/sign.mjs';

const SECRET = "It's a Secret to Everybody";
const NEXT = `whsec_${randomBytes(24).toString('base64')}`;
const MIB = 1024 * 1024;

function secretFile(text) {
  const path = join(scratch(), 'secret');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** A server that knows these secrets, with stored(): every delivery it has on record, newest first. */
async function hooks(secrets = [SECRET], args = []) {
  const db = join(scratch(), 'platen.db');
  const files = secrets.flatMap((s) => ['--webhook-secret-file', secretFile(s)]);
  const server = await serve(db, { args: [...files, ...args] });
  const made = await platen(['token', 'create', '--db', db, '--name', 'tests', '--scope', 'deliveries:read']);
  assert.equal(made.status, 0, made.stderr);
  const Authorization = `Bearer ${made.stdout.trim()}`;
  server.db = db;
  server.stored = async () => {
    const all = [];
    for (let cursor = ''; cursor !== null; ) {
      const answer = await server.get(`/api/v1/deliveries?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, { headers: { Authorization } });
      assert.equal(answer.status, 200, answer.text);
      const { data, page } = JSON.parse(answer.text);
      all.push(...data);
      cursor = page.next;
    }
    return all;
  };
  return server;
}

/** Runs fn over a list, a few at a time. */
async function several(list, fn, width = 6) {
  const rest = list.entries();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const [i, item] of rest) await fn(item, i);
  }));
}

async function examples() {
  const folder = dirname(createRequire(import.meta.url).resolve('@octokit/webhooks-examples'));
  const hosts = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];
  return hosts.flatMap((host) =>
    JSON.parse(readFileSync(join(folder, '..', host, 'index.json'), 'utf8')).flatMap(({ name, examples: all }) =>
      all.map((payload, i) => ({ title: `${host} ${name} ${i}`, event: name, payload }))));
}

const isBranchPush = ({ event, payload }) => event === 'push' && payload.ref.startsWith('refs/heads/');

describe('what GitHub sends', () => {
  let server, all;
  before(async () => {
    server = await hooks([NEXT, SECRET]);
    all = await examples();
  });

  test('the vector of its documentation', async () => {
    const body = 'Hello, World!';
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    assert.equal(await sign(SECRET, body), signature);
    const headers = { 'Content-Type': JSON_TYPE, 'X-GitHub-Event': 'ping', 'X-GitHub-Delivery': randomUUID(), 'X-Hub-Signature-256': signature };
    const answer = await deliver(server, { headers, body });
    assert.equal(answer.status, 400, 'the signature is right, the body is no JSON');
    assert.equal((await deliver(server, { headers, body: `${body} ` })).status, 401);
    assert.deepEqual(await server.stored(), []);
  });

  for (const form of [false, true])
    test(`every example payload, ${form ? 'as a form' : 'as JSON'}, signed with GitHub's own package`, async () => {
      assert.ok(all.length > 700, `${all.length} examples`);
      const sent = new Map();
      const earlier = new Set((await server.stored()).map((d) => d.guid));
      await several(all, async ({ title, event, payload }, i) => {
        const json = JSON.stringify(payload);
        const body = form ? formOf(json) : json;
        const id = randomUUID();
        const headers = {
          'Content-Type': form ? FORM_TYPE : JSON_TYPE, 'User-Agent': 'GitHub-Hookshot/044aadd',
          'X-GitHub-Event': event, 'X-GitHub-Delivery': id, 'X-Hub-Signature-256': await sign(i % 2 ? SECRET : NEXT, body),
        };
        const { status, text } = await deliver(server, { headers, body });
        if (isBranchPush({ event, payload })) assert.equal(status, 202, `${title}: ${text}`);
        else if (event === 'ping') assert.equal(status, 200, `${title}: ${text}`);
        else assert.ok([200, 202].includes(status), `${title}: ${status} ${text}`);
        sent.set(id, { event, payload });
      });
      const stored = (await server.stored()).filter((d) => !earlier.has(d.guid));
      assert.equal(stored.length, all.length);
      for (const row of stored) {
        const { event, payload } = sent.get(row.guid);
        assert.equal(row.host, 'github');
        assert.equal(row.event, event);
        assert.equal(row.client, '127.0.0.1');
        if (event !== 'push') continue;
        assert.equal(row.ref, payload.ref);
        assert.equal(row.commit, payload.after);
        assert.equal(row.repository, payload.repository.full_name);
      }
    });

  test('a push: created, deleted, forced, of a branch with a slash, of a tag', async () => {
    const zero = '0'.repeat(40);
    for (const more of [{ created: true, before: zero }, { deleted: true, after: zero, head_commit: null }, { forced: true }, { ref: 'refs/heads/a/b/ü' }]) {
      const { status, json } = await deliver(server, github(SECRET, push(more)));
      assert.equal(status, 202, JSON.stringify(more));
      assert.equal(typeof json.id, 'number');
      assert.equal(typeof json.state, 'string');
    }
    assert.equal((await deliver(server, github(SECRET, push({ ref: 'refs/tags/v1' })))).status, 200);
    assert.equal((await deliver(server, github(SECRET, push({ ref: 'refs/notes/commits' })))).status, 200);
  });

  test('an event that GitHub may have one day', async () => {
    for (const event of ['never_heard_of', 'a'.repeat(64)]) assert.equal((await deliver(server, github(SECRET, { any: 'thing' }, { event }))).status, 200);
  });

  test('bytes count, not what they mean: odd spacing, escapes, a byte order of keys', async () => {
    const body = ' {\n "zen" : "\\u00fc \\/ ü 😀",\t"hook_id":1e2 }\r\n';
    assert.equal((await deliver(server, github(SECRET, body, { event: 'ping' }))).status, 200);
    assert.equal((await deliver(server, github(SECRET, body, { event: 'ping', form: true }))).status, 200);
  });

  test('a verified event is not refused for what JSON allows in it', async () => {
    const bodies = {
      'a NUL': '{"zen":"a\\u0000b"}',
      'a number beyond 64 bits': '{"id":123456789012345678901234567890}',
      'a long fraction': '{"id":0.1234567890123456789012345678901234567890,"x":-0.0,"y":1E-400}',
      'an empty name': '{"":1}',
      'the same name twice': '{"a":1,"a":2}',
      'deep nesting': `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
    };
    const refused = [];
    for (const [name, body] of Object.entries(bodies)) {
      JSON.parse(body);
      const { status, text } = await deliver(server, github(SECRET, body, { event: 'issues' }));
      if (status !== 200) refused.push(`${name}: ${status} ${text}`);
    }
    assert.deepEqual(refused, []);
  });

  test('words of any length and script are kept as text', async () => {
    for (const words of ['ü'.repeat(1000), `x${'ü'.repeat(1000)}`, `xx${'😀'.repeat(1000)}`, `${'€'.repeat(85)}ü`, 'a\tb\u007fc\u0001d', '\u202eevil', '\n', ' ']) {
      const { status, text } = await deliver(server, github(SECRET, push({ ref: `refs/heads/${words}`, after: words, repository: { full_name: words }, pusher: { name: words }, head_commit: { message: words } })));
      assert.equal(status, 202, text);
    }
    for (const row of (await server.stored()).slice(0, 8)) for (const value of Object.values(row)) assert.ok(!/\ufffd/.test(value) && !/[\u0000-\u001f]/.test(value), JSON.stringify(row));
  });

  test('headers with bytes that are no UTF-8 do not spoil the list', async () => {
    const own = await hooks();
    for (const bytes of ['\xff\xfe', 'd\xe9livr\xe9', '\xc3', 'x'.repeat(4000)])
      for (const name of ['X-GitHub-Delivery', 'X-GitHub-Event']) {
        const { headers, body } = github(SECRET, push());
        const { status } = await deliver(own, { headers: { ...headers, [name]: bytes }, body });
        assert.ok([200, 202, 400].includes(status), `${name}: ${status}`);
        assert.ok((await own.stored()).length > 0, `${name} ${bytes}: the list`);
      }
    await own.stop();
  });

  test('25 MiB are taken, in pieces of unknown number too; a byte more is not', async () => {
    const sized = (n) => `{"zen":"${'x'.repeat(n - 10)}"}`;
    assert.equal(sized(1000).length, 1000);
    const most = github(SECRET, sized(25 * MIB), { event: 'ping' });
    assert.equal((await deliver(server, most)).status, 200);
    assert.equal((await deliver(server, { ...github(SECRET, sized(25 * MIB), { event: 'ping' }), chunked: true })).status, 200);
    const count = (await server.stored()).length;
    for (const chunked of [false, true]) {
      const { status } = await deliver(server, { ...github(SECRET, sized(25 * MIB + 1), { event: 'ping' }), chunked });
      assert.equal(status, 413, chunked ? 'chunked' : 'with its length');
    }
    assert.equal((await server.stored()).length, count);
    assert.equal((await deliver(server, github(SECRET, push()))).status, 202, 'it serves on');
  });

  test('a body in small pieces, and one whose client waits to be asked for it', async () => {
    const { headers, body } = github(SECRET, push({ padding: 'ü'.repeat(20_000) }));
    assert.equal((await deliver(server, { headers: { ...headers, Expect: '100-continue' }, body })).status, 202);
    assert.equal((await deliver(server, { ...github(SECRET, push({ padding: 'ü'.repeat(20_000) })), chunked: true })).status, 202);
  });

  test('a repeat is acknowledged and stored once, also when many come at once', async () => {
    const count = (await server.stored()).length;
    const once = github(SECRET, push());
    const id = once.headers['X-GitHub-Delivery'];
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(server, once)));
    for (const { status, text } of answers) assert.ok([200, 202].includes(status), `${status} ${text}`);
    assert.ok(answers.some(({ status }) => status === 202));
    const again = await deliver(server, once);
    assert.equal(again.status, 200);
    const rows = (await server.stored()).filter((d) => d.guid === id);
    assert.equal(rows.length, 1);
    assert.equal(again.json?.id ?? rows[0].id, rows[0].id);
    assert.equal((await server.stored()).length, count + 1);
  });

  test('the same id from another host is another delivery', async () => {
    const id = randomUUID();
    assert.equal((await deliver(server, github(SECRET, push(), { id }))).status, 202);
    assert.equal((await deliver(server, gitea(SECRET, push(), { id }))).status, 202);
    assert.deepEqual((await server.stored()).filter((d) => d.guid === id).map((d) => d.host).sort(), ['gitea', 'github']);
  });

  test('only POST', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const { status, headers } = await request(server.base, '/hooks/github', { method });
      assert.equal(status, 405, method);
      assert.match(headers.allow, /\bPOST\b/);
    }
  });

  test('while the database cannot be written: 503 and when to come again, nothing lost, readers unharmed', async () => {
    const own = await hooks();
    const other = start('sqlite3', [own.db], { stdio: ['pipe', 'pipe', 'inherit'] });
    const closed = new Promise((ok) => other.on('close', ok));
    other.stdin.write("BEGIN IMMEDIATE;\nSELECT 'held';\n");
    await new Promise((ok) => other.stdout.once('data', ok));
    const sent = Array.from({ length: 5 }, () => github(SECRET, push()));
    const began = performance.now();
    const waiting = Promise.all(sent.map((one) => deliver(own, one)));
    assert.equal((await own.get('/healthz')).status, 200);
    assert.deepEqual(await own.stored(), []);
    assert.ok(performance.now() - began < 1000 * SLOW, 'readers do not wait');
    for (const { status, headers } of await waiting) {
      assert.equal(status, 503);
      assert.match(headers['retry-after'], /^[1-9][0-9]*$/);
    }
    assert.ok(performance.now() - began < 9000 * SLOW, 'before GitHub hangs up');
    other.stdin.end('ROLLBACK;\n');
    await closed;
    for (const one of sent) assert.equal((await deliver(own, one)).status, 202, 'the next try');
    assert.equal((await own.stored()).length, sent.length);
    await own.stop();
  });

  test('what is on record survives a restart', async () => {
    const own = await hooks();
    const once = github(SECRET, push());
    assert.equal((await deliver(own, once)).status, 202);
    const [row] = await own.stored();
    await own.stop('SIGKILL');
    const again = await serve(own.db, { args: ['--webhook-secret-file', secretFile(SECRET)] });
    assert.equal((await deliver(again, once)).status, 200);
    assert.equal(row.guid, once.headers['X-GitHub-Delivery']);
    await again.stop();
  });
});

describe('what other hosts send', () => {
  let server;
  before(async () => (server = await hooks([SECRET, NEXT])));

  async function taken(sent, host, event, more = {}) {
    const { status, text, json } = await deliver(server, sent);
    assert.equal(status, 202, text);
    const row = (await server.stored()).find((d) => d.id === json.id);
    const want = { host, event, ref: 'refs/heads/main', repository: 'author/blog', ...more };
    assert.deepEqual(Object.fromEntries(Object.keys(want).map((k) => [k, row[k]])), want);
    return row;
  }

  for (const [name, from] of Object.entries({ gitea, forgejo })) {
    for (const form of [false, true])
      test(`${name}, ${form ? 'a form, of which it signs the JSON' : 'JSON'}`, async () => {
        const id = randomUUID();
        const row = await taken(from(SECRET, push({ padding: 'a b+c&d=ü%' }), { id, form }), name, 'push', { commit: sha1('after'), guid: id });
        assert.equal(row.sender, 'author');
        assert.equal((await deliver(server, from(NEXT, push(), { form }))).status, 202);
        assert.equal((await deliver(server, from(SECRET, push({ ref: 'refs/tags/v1' }), { form }))).status, 200);
        assert.equal((await deliver(server, from(SECRET, { action: 'created' }, { form, event: 'issue_comment' }))).status, 200);
      });

    test(`${name} with its own signature alone`, async () => {
      const { headers, body } = from(SECRET, push());
      for (const other of ['X-Hub-Signature', 'X-Hub-Signature-256', 'X-Gogs-Signature', ...(name === 'forgejo' ? ['X-Gitea-Signature'] : [])]) headers[other] = null;
      assert.equal((await deliver(server, { headers, body })).status, 202);
    });
  }

  test('GitLab with a token', async () => {
    const payload = {
      object_kind: 'push', event_name: 'push', ref: 'refs/heads/main', after: sha1('after'), checkout_sha: sha1('after'), user_username: 'author',
      project: { path_with_namespace: 'author/blog', default_branch: 'main' }, commits: [],
    };
    await taken(gitlab(SECRET, payload), 'gitlab', 'Push Hook', { commit: sha1('after'), sender: 'author' });
    assert.equal((await deliver(server, gitlab(SECRET, { ...payload, object_kind: 'tag_push', ref: 'refs/tags/v1' }, { event: 'Tag Push Hook' }))).status, 200);
    assert.equal((await deliver(server, gitlab(SECRET, { object_kind: 'note' }, { event: 'Note Hook' }))).status, 200);
  });

  const own = { object_kind: 'push', ref: 'refs/heads/main', after: sha1('after'), project: { path_with_namespace: 'author/blog' } };

  test('GitLab signing as Standard Webhooks', async () => {
    const id = `msg_${randomUUID()}`;
    await taken(standard(NEXT, own, { id }), 'gitlab', 'Push Hook');
    await taken(standard(SECRET, own), 'gitlab', 'Push Hook');
    const stranger = `whsec_${randomBytes(24).toString('base64')}`;
    await taken(standard([stranger, NEXT], own), 'gitlab', 'Push Hook');
    await taken(standard([NEXT, stranger, stranger], own), 'gitlab', 'Push Hook');
    const { headers, body } = standard(NEXT, own);
    headers['webhook-signature'] = `v1a,AAAA v2,${'A'.repeat(43)}= ${headers['webhook-signature']}`;
    await taken({ headers, body }, 'gitlab', 'Push Hook');
  });

  test('the vector of Standard Webhooks', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    assert.equal(standardSignature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}'), 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('five minutes to either side, and not more', async () => {
    for (const age of [-295, -60, 60, 295]) assert.equal((await deliver(server, standard(NEXT, own, { age }))).status, 202, `${age} s`);
    for (const age of [-3600, -305, 305, 3600, 1e9]) assert.equal((await deliver(server, standard(NEXT, own, { age }))).status, 401, `${age} s`);
  });

  test('Bitbucket', async () => {
    await taken(bitbucket(SECRET, bitbucketPush()), 'bitbucket', 'repo:push', { commit: sha1('main'), sender: 'author' });
    assert.equal((await deliver(server, bitbucket(SECRET, { issue: {} }, { event: 'issue:created' }))).status, 200);
    assert.equal((await deliver(server, bitbucket(SECRET, bitbucketPush([{ name: 'v1', type: 'tag' }])))).status, 200);
    assert.equal((await deliver(server, bitbucket(SECRET, bitbucketPush([{ name: 'old', hash: null }])))).status, 202);
  });

  test('Bitbucket tells of a tag and a branch at once: the branch counts', async () => {
    for (const changes of [[{ name: 'v1', type: 'tag' }, { name: 'main' }], [{ name: 'main' }, { name: 'v1', type: 'tag' }]])
      await taken(bitbucket(SECRET, bitbucketPush(changes)), 'bitbucket', 'repo:push');
  });

  test('where a branch is named, a push to another one is acknowledged and changes nothing', async () => {
    const named = await hooks([SECRET], ['--branch', 'live']);
    assert.equal((await deliver(named, github(SECRET, push()))).status, 200);
    assert.equal((await deliver(named, github(SECRET, push({ ref: 'refs/heads/alive' })))).status, 200);
    assert.equal((await deliver(named, github(SECRET, push({ ref: 'refs/heads/live' })))).status, 202);
    assert.equal((await deliver(named, bitbucket(SECRET, bitbucketPush([{ name: 'main' }, { name: 'live' }])))).status, 202);
    assert.equal((await deliver(named, bitbucket(SECRET, bitbucketPush([{ name: 'main' }, { name: 'a' }])))).status, 200);
    await named.stop();
  });
});

describe('refused, and nothing of it is kept', () => {
  let server;
  before(async () => (server = await hooks([SECRET, NEXT])));

  const changed = (sent, headers) => ({ ...sent, headers: { ...sent.headers, ...headers } });
  const fresh = (more) => github(SECRET, push(more), { weak: false });
  const strong = fresh().headers['X-Hub-Signature-256'];
  const hex = strong.slice(7);
  const hub = (value) => () => changed(fresh(), { 'X-Hub-Signature-256': value });
  const flip = (text, at) => text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
  const cases = {
    'no signature': hub(null),
    'an empty one': hub(''),
    'only its prefix': hub('sha256='),
    'a forged one': hub(`sha256=${'0'.repeat(64)}`),
    'one with its first digit changed': hub(flip(strong, 7)),
    'one with its last digit changed': hub(flip(strong, strong.length - 1)),
    'one cut by a digit': hub(strong.slice(0, -1)),
    'one cut to half': hub(strong.slice(0, 39)),
    'one that is longer': hub(`${strong}0`),
    'one twice': hub(`${strong},${strong}`),
    'one in capitals': hub(`sha256=${hex.toUpperCase()}`),
    'a prefix in capitals': hub(`SHA256=${hex}`),
    'a prefix in mixed case': hub(`Sha256=${hex}`),
    'no prefix': hub(hex),
    'another prefix': hub(`sha512=${hex}`),
    'a space behind the prefix': hub(`sha256= ${hex}`),
    'in base64': () => {
      const sent = fresh();
      return changed(sent, { 'X-Hub-Signature-256': `sha256=${hmac(SECRET, sent.body, 'sha256', 'base64')}` });
    },
    'that of another body': hub(github(SECRET, push({ forced: true })).headers['X-Hub-Signature-256']),
    'that of another secret': () => github(`${SECRET}!`, push()),
    'that of an empty secret': () => github('', push()),
    'that of a secret with its line end': () => github(`${SECRET}\n`, push()),
    'a hash without a secret': () => {
      const sent = fresh();
      return changed(sent, { 'X-Hub-Signature-256': `sha256=${createHash('sha256').update(sent.body).digest('hex')}` });
    },
    'SHA-1 only': () => changed(github(SECRET, push()), { 'X-Hub-Signature-256': null }),
    'SHA-1 beside a wrong SHA-256': () => changed(github(SECRET, push()), { 'X-Hub-Signature-256': flip(strong, 20) }),
    'SHA-1 where SHA-256 belongs': () => {
      const sent = github(SECRET, push());
      return changed(sent, { 'X-Hub-Signature-256': sent.headers['X-Hub-Signature'] });
    },
    'a body changed on its way': () => ({ ...fresh(), body: fresh().body.replace('author', 'auth0r') }),
    'a body cut': () => ({ ...fresh(), body: fresh().body.slice(0, -1) }),
    'no body': () => ({ ...fresh(), body: '' }),
    'no body and no signature': () => ({ headers: {}, body: '' }),
    'a form whose JSON is signed, as GitHub does not': () => {
      const sent = github(SECRET, push(), { form: true });
      return changed(sent, { 'X-Hub-Signature-256': strong });
    },
    'two headers, one of them right': () => changed(fresh(), { 'X-Hub-Signature-256': [flip(strong, 20), strong] }),
    'a right one beside a wrong one of Gitea': () => changed(fresh(), { 'X-Gitea-Signature': '0'.repeat(64) }),
    'a right one beside a wrong token of GitLab': () => changed(fresh(), { 'X-Gitlab-Token': 'guess' }),
    'no JSON, unsigned': () => ({ headers: { 'X-GitHub-Event': 'push' }, body: '{' }),
    'Gitea without a secret': () => gitea('', push()),
    'Gitea without a secret, a form': () => gitea('', push(), { form: true }),
    'Gitea with an empty signature alone': () => changed(fresh(), { 'X-Hub-Signature-256': null, 'X-Gitea-Signature': '' }),
    'Gitea with the signature of an empty secret': () => changed(fresh(), { 'X-Hub-Signature-256': null, 'X-Gitea-Signature': hmac('', fresh().body) }),
    'Gitea in capitals': () => changed(fresh(), { 'X-Hub-Signature-256': null, 'X-Gitea-Signature': hex.toUpperCase() }),
    'Gitea with a prefix': () => changed(fresh(), { 'X-Hub-Signature-256': null, 'X-Gitea-Signature': strong }),
    'Gitea cut': () => changed(fresh(), { 'X-Hub-Signature-256': null, 'X-Gitea-Signature': hex.slice(1) }),
    'Gitea of another secret': () => gitea('guess', push()),
    'Forgejo without a secret': () => forgejo('', push()),
    'Forgejo with an empty signature beside a right one': () => changed(forgejo(SECRET, push()), { 'X-Forgejo-Signature': '' }),
    'Forgejo of another secret': () => forgejo('guess', push()),
    'GitLab with a wrong token': () => gitlab('guess', push()),
    'GitLab with an empty token': () => gitlab('', push()),
    'GitLab with a token cut by one': () => gitlab(SECRET.slice(0, -1), push()),
    'GitLab with a token in another case': () => gitlab(SECRET.toUpperCase(), push()),
    'GitLab with a token and more': () => gitlab(`${SECRET}x`, push()),
    'Standard Webhooks of another secret': () => standard(`whsec_${randomBytes(24).toString('base64')}`, push()),
    'Standard Webhooks without a signature': () => changed(standard(NEXT, push()), { 'webhook-signature': '' }),
    'Standard Webhooks without a version': () => {
      const sent = standard(NEXT, push());
      return changed(sent, { 'webhook-signature': sent.headers['webhook-signature'].slice(3) });
    },
    'Standard Webhooks with another version': () => {
      const sent = standard(NEXT, push());
      return changed(sent, { 'webhook-signature': sent.headers['webhook-signature'].replace('v1', 'v2') });
    },
    'Standard Webhooks with another id': () => changed(standard(NEXT, push()), { 'webhook-id': 'msg_other' }),
    'Standard Webhooks without an id': () => changed(standard(NEXT, push()), { 'webhook-id': null }),
    'Standard Webhooks without a time': () => changed(standard(NEXT, push()), { 'webhook-timestamp': null }),
    'Standard Webhooks with another time': () => changed(standard(NEXT, push()), { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 1) }),
    'Standard Webhooks of yesterday': () => standard(NEXT, push(), { age: 86_400 }),
    'Standard Webhooks of tomorrow': () => standard(NEXT, push(), { age: -86_400 }),
    'Standard Webhooks, wrong, beside the right token': () => changed(standard('whsec_AAAA', push()), { 'X-Gitlab-Token': SECRET }),
    'Bitbucket of another secret': () => bitbucket('guess', bitbucketPush()),
    'Bitbucket in capitals': () => {
      const sent = bitbucket(SECRET, bitbucketPush());
      return changed(sent, { 'X-Hub-Signature': sent.headers['X-Hub-Signature'].toUpperCase() });
    },
    'Bitbucket with an empty signature': () => changed(bitbucket(SECRET, bitbucketPush()), { 'X-Hub-Signature': 'sha256=' }),
    'Bitbucket without a signature': () => changed(bitbucket(SECRET, bitbucketPush()), { 'X-Hub-Signature': null }),
  };
  // Everything above that starts from `fresh` differs from a right delivery in the one thing it names.
  test('the right one, to compare with', async () => {
    const other = await hooks([SECRET, NEXT]);
    assert.equal((await deliver(other, changed(fresh(), { 'X-Hub-Signature-256': strong }))).status, 202);
    assert.equal((await other.stored()).length, 1);
    await other.stop();
  });
  for (const [name, make] of Object.entries(cases))
    test(name, async () => {
      const { status, text, headers } = await deliver(server, make());
      assert.equal(status, 401, text);
      assert.ok(!text.includes(SECRET) && !text.includes(NEXT));
      assert.ok(!/[0-9a-f]{64}/.test(text), 'it does not say what would have been right');
      assert.match(headers['cache-control'] ?? 'no-store', /no-store|private|no-cache/);
    });

  test('nothing of all these was stored', async () => {
    assert.deepEqual(await server.stored(), []);
    const status = await platen(['status', '--db', server.db, '--json']);
    assert.equal(status.status, 0, status.stderr);
    const { pending, failed, done } = JSON.parse(status.stdout).deliveries;
    assert.deepEqual({ pending, failed, done }, { pending: 0, failed: 0, done: 0 });
  });

  test('neither a secret nor a signature is in the log', () => {
    for (const secret of [SECRET, NEXT, hex, hmac(SECRET, fresh().body, 'sha1')]) assert.ok(!server.stderr().includes(secret));
  });

  test('a server without a secret takes nothing', async () => {
    const none = await hooks([]);
    const all = [github(SECRET, push()), github('', push()), gitea('', push()), forgejo('', push()), gitlab('', push()), gitlab(SECRET, push()), bitbucket('', bitbucketPush()), standard('', push()), standard('whsec_', push()), { headers: { 'X-GitHub-Event': 'ping' }, body: '{}' }];
    for (const sent of all) assert.equal((await deliver(none, sent)).status, 401);
    assert.deepEqual(await none.stored(), []);
    await none.stop();
  });

  test('an empty secret is no secret: the server does not start with one', async () => {
    for (const text of ['', '\n']) {
      const path = secretFile(text);
      const child = start(PLATEN, ['serve', '--db', join(scratch(), 'p.db'), '--listen', '127.0.0.1:0', '--webhook-secret-file', path]);
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (d) => (said += d));
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000 * SLOW);
      const status = await new Promise((ok) => child.on('close', ok));
      clearTimeout(timer);
      assert.ok(status > 0, `${JSON.stringify(text)}: status ${status}: ${said}`);
      assert.ok(said.includes(path), said);
    }
  });

  test('secrets are read again at SIGHUP; a file that is gone changes nothing', async () => {
    const path = secretFile('first');
    const own = await serve(join(scratch(), 'p.db'), { args: ['--webhook-secret-file', path] });
    const status = async (secret) => (await deliver(own, github(secret, push()))).status;
    assert.equal(await status('first'), 202);
    writeFileSync(path, 'second\n');
    assert.equal(await status('second'), 401, 'not before');
    own.signal('SIGHUP');
    await poll(async () => (await status('second')) === 202);
    assert.equal(await status('first'), 401);
    rmSync(path);
    own.signal('SIGHUP');
    await poll(() => own.stderr().includes(path));
    assert.equal(await status('second'), 202);
    assert.equal(await status(''), 401);
    await own.stop();
  });

  test('a secret file that is not there is named', async () => {
    const r = await platen(['serve', '--db', join(scratch(), 'p.db'), '--listen', '127.0.0.1:0', '--webhook-secret-file', '/nowhere/secret'], { timeout: 5000 * SLOW });
    assert.ok(r.status > 0, `status ${r.status}`);
    assert.match(r.stderr, /\/nowhere\/secret/);
  });

  test('one line end of the file is not part of the secret', async () => {
    const own = await hooks([`${SECRET}\n`]);
    assert.equal((await deliver(own, github(SECRET, push()))).status, 202);
    assert.equal((await deliver(own, github(`${SECRET}\n`, push()))).status, 401);
    await own.stop();
  });
});

describe('SHA-1, where it is allowed', () => {
  let server;
  before(async () => (server = await hooks([SECRET], ['--webhook-allow-sha1'])));
  const without = (sent, ...names) => ({ ...sent, headers: { ...sent.headers, ...Object.fromEntries(names.map((n) => [n, null])) } });

  test('counts when nothing better is there', async () => {
    assert.equal((await deliver(server, without(github(SECRET, push()), 'X-Hub-Signature-256'))).status, 202);
    assert.equal((await deliver(server, without(github(SECRET, push(), { form: true }), 'X-Hub-Signature-256'))).status, 202);
  });

  test('must be right', async () => {
    const sent = without(github(SECRET, push()), 'X-Hub-Signature-256');
    const right = sent.headers['X-Hub-Signature'];
    for (const value of ['', 'sha1=', right.slice(0, -1), right.toUpperCase(), `sha1=${right.slice(5).toUpperCase()}`, right.slice(5), `sha1=${'0'.repeat(40)}`])
      assert.equal((await deliver(server, { ...sent, headers: { ...sent.headers, 'X-Hub-Signature': value } })).status, 401, value);
    assert.equal((await deliver(server, without(github('guess', push()), 'X-Hub-Signature-256'))).status, 401);
  });

  test('never counts where the stronger one is there and wrong', async () => {
    for (const value of ['', 'sha256=', `sha256=${'0'.repeat(64)}`, 'nonsense']) {
      const sent = github(SECRET, push());
      sent.headers['X-Hub-Signature-256'] = value;
      assert.equal((await deliver(server, sent)).status, 401, JSON.stringify(value));
    }
    const sent = gitea(SECRET, push());
    sent.headers['X-Hub-Signature-256'] = null;
    sent.headers['X-Gitea-Signature'] = '';
    sent.headers['X-Gogs-Signature'] = null;
    assert.equal((await deliver(server, sent)).status, 401);
  });
});

describe('signed, and yet not what it should be', () => {
  let server;
  before(async () => (server = await hooks()));
  const wrong = {
    'an empty body': ['', 400],
    'no JSON': ['Hello, World!', 400],
    'JSON that is cut': ['{"ref":"refs/heads/main"', 400],
    'JSON and more': ['{"ref":"refs/heads/main"}{}', 400],
    'JSON of a former century': ["{'ref': 'refs/heads/main'}", 400],
    'bytes that are no UTF-8': [Buffer.from([0x7b, 0x22, 0x72, 0x65, 0x66, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400],
    'too deep a nesting': [`{"ref":${'['.repeat(1_000_000)}`, 400],
    'a list': ['[]', 422],
    'a text': ['"refs/heads/main"', 422],
    'nothing at all': ['null', 422],
    'a push without ref': ['{"after":"x"}', 422],
    'a push whose ref is a number': ['{"ref":5}', 422],
    'a push whose ref is null': ['{"ref":null}', 422],
    'a push whose ref is empty': ['{"ref":""}', 422],
  };
  for (const [name, [body, status]] of Object.entries(wrong))
    test(name, async () => {
      const answer = await deliver(server, github(SECRET, body));
      assert.ok([400, 422].includes(answer.status), `${answer.status} ${answer.text}`);
      assert.equal(answer.status, status, answer.text);
      assert.ok(answer.text.length > 10 && answer.text.length < 2000, 'says why');
    });

  test('forms without a payload, or with one that is no JSON', async () => {
    for (const body of ['', 'a=b', 'payload', 'payload=', 'payload=%zz', 'payload={', 'Payload={}', 'payload=%00']) {
      const { headers } = github(SECRET, body, { event: 'push' });
      headers['Content-Type'] = FORM_TYPE;
      const { status, text } = await deliver(server, { headers, body });
      assert.ok([400, 422].includes(status), `${body}: ${status} ${text}`);
    }
  });

  test('nothing of it was stored, and the server lives', async () => {
    assert.deepEqual(await server.stored(), []);
    assert.equal((await deliver(server, github(SECRET, push()))).status, 202);
  });
});
