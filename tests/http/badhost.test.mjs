// Git hosts as they are on bad days, and servers that die: the worker gives up in time and says so,
// readers notice nothing, and all is well again by itself. Nothing that was acknowledged is lost.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { execute, platen, poll, post, SLOW, sound } from './lib/blog.mjs';
import { gitHost, pushedBlog } from './lib/githost.mjs';

const TIMEOUT = 2; // seconds, --fetch-timeout
const range = (n) => Array.from({ length: n }, (_, i) => i);
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));
const site = { 'hugo.yaml': 'title: Pressroom\n', 'content/posts/a.md': post('A', 'The letter a.'), 'content/posts/b.md': post('B', 'The letter b.') };
const take = (words) => ({ 'content/posts/a.md': post('A', words) });

const servers = [];
after(() => servers.forEach((server) => server.close()));

/** A raw server: `talk(socket)`; counts its connections. */
async function raw(talk, port = 0) {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    it.connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    talk(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const it = {
    connections: 0,
    port: server.address().port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return it;
}

/** Somebody who reads all the time: stop() tells how that went. */
function reader(s) {
  let over = false;
  const seen = { answers: 0, worst: 0, bad: [] };
  const reading = (async () => {
    while (!over) {
      const began = performance.now();
      const answer = await s.get('/posts/a/');
      seen.answers++;
      seen.worst = Math.max(seen.worst, performance.now() - began);
      if (answer.status !== 200) seen.bad.push(answer.status);
      await pause(20);
    }
  })();
  return async () => {
    over = true;
    await reading;
    assert.deepEqual(seen.bad, []);
    assert.ok(seen.answers > 10, `${seen.answers} answers`);
    assert.ok(seen.worst < 1000 * SLOW, `a reader waited ${seen.worst} ms`);
  };
}

/** Programs of git that talk to this host. */
const gitOf = (s) =>
  readdirSync('/proc').filter((n) => {
    try {
      return /^\d+$/.test(n) && /\bgit/.test(readFileSync(`/proc/${n}/cmdline`, 'latin1').split('\0')[0]) && readFileSync(`/proc/${n}/cmdline`, 'latin1').includes(s.host.url);
    } catch {
      return false;
    }
  });

/** A blog that is live, its host well so far. */
async function wellBlog({ kind, args = [], files = site } = {}) {
  const s = await pushedBlog({ kind, files, args: ['--fetch-timeout', String(TIMEOUT), ...args] });
  await s.shows('/posts/a/', 'The letter a.');
  await s.own('start');
  return s;
}

const told = (s, id) =>
  poll(async () => {
    const d = await s.receipt(id);
    return d.error && d;
  }, { what: `delivery ${id} tells of the trouble; log: ${s.log().slice(-500)}`, timeout: 10_000 * SLOW });

/** The host turns bad, a push is told of, the host turns good: what must be true of every trouble. */
async function troubled(s, worsen, mend, { change = take('After the trouble.'), meanwhile = () => {}, error, within = (2 * TIMEOUT + 6) * 1000 } = {}) {
  await s.host.commit({ files: change });
  const push = await s.host.push();
  await worsen();
  const stop = reader(s);
  const began = performance.now();
  const { status, body } = await s.deliver(push);
  assert.equal(status, 202);
  const d = await told(s, body.id);
  const took = performance.now() - began; // a fetch, and one of the tip alone
  assert.ok(took < within * SLOW, `given up after ${took} ms`);
  assert.equal(d.state, 'pending');
  assert.ok(d.attempts >= 1);
  assert.ok(Date.parse(d.next_try) > Date.parse(d.received), d.next_try);
  assert.match(d.error, error);
  await s.says(error);
  await s.says(/127\.0\.0\.1/, 'which host');
  assert.match(await s.text('/posts/a/'), /The letter a\./, 'the last good state');
  await poll(() => gitOf(s).length === 0, { every: 5, what: 'no git is left behind' });
  await meanwhile();
  await mend();
  await s.shows('/posts/a/', 'After the trouble', { timeout: 15_000 * SLOW });
  await stop();
  const over = await s.done(body.id);
  assert.equal(over.state, 'done');
  assert.equal(over.applied, s.host.tip);
  assert.ok(over.attempts >= 2);
  assert.equal((await s.publish({ files: take('As ever.') })).state, 'done');
  assert.match(await s.text('/posts/a/'), /As ever/);
}

describe('hosts on bad days', { concurrency: 4 }, () => {
  test('silent after the request', async () => {
    const s = await wellBlog();
    await troubled(s, () => (s.host.behave = () => {}), () => (s.host.behave = null), { error: /2 s/ });
    await s.server.stop();
  });

  for (const kind of ['http', 'daemon'])
    test(`accepts and says nothing: ${kind}`, async () => {
      const s = await wellBlog({ kind });
      let mute;
      const worsen = async () => {
        await s.host.down();
        mute = await raw(() => {}, Number(new URL(s.host.url).port));
      };
      const mend = async () => {
        await mute.close();
        await s.host.up();
      };
      await troubled(s, worsen, mend, { error: /2 s/ });
      assert.ok(mute.connections >= 1);
      await s.server.stop();
    });

  test('drips its head', async () => {
    const s = await wellBlog();
    const drip = (req, res) => {
      const text = `HTTP/1.1 200 OK\r\nX-Slow: ${'z'.repeat(1000)}`;
      let n = 0;
      const timer = setInterval(() => (res.socket?.destroyed === false ? res.socket.write(text[n++ % text.length]) : clearInterval(timer)), 200);
      res.on('close', () => clearInterval(timer));
    };
    await troubled(s, () => (s.host.behave = drip), () => (s.host.behave = null), { error: /2 s/ });
    await s.server.stop();
  });

  test('drips its answer', async () => {
    const s = await wellBlog();
    const drip = (req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/x-git-upload-pack-advertisement' });
      res.write('001e# service=git-upload-pack\n0000');
      const timer = setInterval(() => res.write('0'), 200);
      res.on('close', () => clearInterval(timer));
    };
    await troubled(s, () => (s.host.behave = drip), () => (s.host.behave = null), { error: /2 s|fatal|git/ });
    await s.server.stop();
  });

  for (const status of [301, 302, 307, 308])
    test(`redirects to another address (${status}): nobody goes there`, async () => {
      const s = await wellBlog();
      const trap = await raw((socket) => socket.end('HTTP/1.1 500 No\r\n\r\n'));
      const send = (req, res) => void res.writeHead(status, { Location: `http://127.0.0.1:${trap.port}${req.url}` }).end();
      await troubled(s, () => (s.host.behave = send), () => (s.host.behave = null), { error: /redirect|another address|30[1278]/ });
      assert.equal(trap.connections, 0);
      await trap.close();
      await s.server.stop();
    });

  test('redirects only what is posted', async () => {
    const s = await wellBlog();
    const trap = await raw((socket) => socket.end());
    const send = (req, res) => (req.method === 'POST' ? void res.writeHead(307, { Location: `http://127.0.0.1:${trap.port}${req.url}` }).end() : false);
    await troubled(s, () => (s.host.behave = send), () => (s.host.behave = null), { error: /307|redirect|another address/ });
    assert.equal(trap.connections, 0);
    await trap.close();
    await s.server.stop();
  });

  test('names alternates at another address: nobody goes there', async () => {
    const s = await wellBlog();
    const trap = await raw((socket) => socket.end());
    const dumb = (req, res) => {
      const name = req.url.replace(/\?.*/, '').replace('/blog.git/', '');
      const files = {
        'info/refs': `${s.host.tip}\trefs/heads/main\n`,
        HEAD: 'ref: refs/heads/main\n',
        'objects/info/http-alternates': `http://127.0.0.1:${trap.port}/blog.git/objects\n`,
        'objects/info/alternates': `http://127.0.0.1:${trap.port}/blog.git/objects\n`,
      };
      if (name in files) res.writeHead(200, { 'Content-Type': 'text/plain' }).end(files[name]);
      else res.writeHead(404).end();
    };
    await troubled(s, () => (s.host.behave = dumb), () => (s.host.behave = null), { error: /\w/ });
    assert.equal(trap.connections, 0);
    await trap.close();
    await s.server.stop();
  });

  test('is down', async () => {
    const s = await wellBlog();
    await troubled(s, () => s.host.down(), () => s.host.up(), { error: /onnect|refused/ });
    await s.server.stop();
  });

  test('answers with errors', async () => {
    const s = await wellBlog();
    await troubled(s, () => (s.host.behave = (req, res) => void res.writeHead(503, { 'Retry-After': '1' }).end('busy')), () => (s.host.behave = null), { error: /503/ });
    await s.server.stop();
  });

  test('answers with a page', async () => {
    const s = await wellBlog();
    const page = (req, res) => void res.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Under maintenance</h1>'.repeat(50));
    await troubled(s, () => (s.host.behave = page), () => (s.host.behave = null), { error: /\w/ });
    await s.server.stop();
  });

  test('speaks in odd bytes', async () => {
    const s = await wellBlog();
    const odd = (req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/x-git-upload-pack-advertisement' });
      res.end(Buffer.concat([Buffer.from('001e# service=git-upload-pack\n0000'), Buffer.from([0xb5, 0xeb, 0xf7, 0xb1, 0x1b, 0x07, 0xff])]));
    };
    await troubled(s, () => (s.host.behave = odd), () => (s.host.behave = null), {
      error: /protocol error|line length/,
      meanwhile: async () => {
        assert.ok((await s.list()).length >= 2);
        const status = await platen(['status', '--db', s.db, '--json']);
        assert.match(JSON.parse(status.stdout).repository.error, /protocol error|line length/);
        assert.doesNotMatch(s.log(), /\x1b|\x07/);
      },
    });
    await s.server.stop();
  });

  // Less than the listing of the branches, the beginning of the pack, the middle of it.
  for (const cut of [40, 700, 60_000])
    test(`vanishes after ${cut} bytes`, async () => {
      const s = await wellBlog();
      const change = { ...take('After the trouble.'), 'content/posts/pic/index.md': post('Pic'), 'content/posts/pic/noise.png': randomBytes(200_000) };
      await troubled(s, () => (s.host.cut = cut), () => (s.host.cut = null), { change, error: /\w/ });
      assert.equal((await s.get('/posts/pic/')).status, 200);
      await s.server.stop();
    });

  test('stands still in the middle of a pack', async () => {
    const s = await wellBlog();
    const change = { ...take('After the trouble.'), 'content/posts/noise.png': randomBytes(200_000) };
    const still = (req, res) => {
      const write = res.write.bind(res);
      let sent = 0;
      res.write = (bytes, ...more) => {
        if (req.method !== 'POST' || (sent += bytes.length) < 1000) return write(bytes, ...more);
        res.end = () => {};
        res.write = () => true;
        return write(bytes.subarray(0, 500));
      };
      return false;
    };
    await troubled(s, () => (s.host.behave = still), () => (s.host.behave = null), { change, error: /2 s/ });
    await s.server.stop();
  });

  test('is bad from the start: readers are served what was there, or an empty blog', async () => {
    const host = await gitHost({ files: site });
    host.behave = () => {};
    const s = await pushedBlog({ host, args: ['--fetch-timeout', String(TIMEOUT)] });
    assert.ok((await s.get('/')).status < 500);
    assert.equal((await s.get('/posts/a/')).status, 404);
    await poll(() => /2 s/.test(s.log()), { what: 'the log says that the host is silent' });
    host.behave = null;
    await s.shows('/posts/a/', 'The letter a.');
    await s.server.stop();
  });

  test('a server that is told to stop does not wait for a silent host', async () => {
    const host = await gitHost({ files: site });
    host.behave = () => {};
    const s = await pushedBlog({ host });
    await poll(() => gitOf(s).length > 0, { what: 'a fetch is running' });
    const began = performance.now();
    const end = await s.server.stop();
    assert.equal(end.status, 0, end.stderr);
    assert.ok(performance.now() - began < 3000 * SLOW, 'at once');
    assert.deepEqual(gitOf(s), []);
  });
});

describe('repositories beyond the limits', { concurrency: 3 }, () => {
  /** The change goes too far: told and final. It is taken back without a word: found by the sweep. */
  async function beyond(args, change, error, sweeps = true) {
    const s = await wellBlog({ args: ['--sweep', '1', '--fetch-timeout', '20', ...args] });
    const good = s.host.tip;
    const stop = reader(s);
    await s.host.commit({ files: { ...change, ...take('Too much of it.') } });
    const { body } = await s.deliver(await s.host.push());
    const d = await s.done(body.id);
    assert.equal(d.state, 'failed', `${JSON.stringify(d)}\n${s.log()}`);
    assert.match(d.error, error);
    await s.says(error);
    assert.equal(d.applied, null);
    assert.match(await s.text('/posts/a/'), /The letter a\./);
    // Sweeps go on asking, and do not fetch again what is too much; a host may deliver again what failed.
    const asked = s.host.requests.length;
    await poll(() => s.host.requests.length >= asked + 4, { what: 'two sweeps' });
    if (sweeps) assert.deepEqual(s.host.requests.slice(asked).filter((q) => q.body.includes('want ')), []);
    assert.equal((await s.deliver({ id: d.guid })).status, 202);
    assert.equal((await s.done(body.id)).state, 'failed');
    await s.host.git('reset', '-q', '--hard', good);
    await s.host.commit({ files: take('Slimmer.') });
    await s.host.push({ force: true });
    return { s, stop };
  }
  const recovers = async ({ s, stop }) => {
    await s.shows('/posts/a/', 'Slimmer');
    await stop();
    await s.server.stop();
  };

  test('a huge pack of one file', async () => {
    await recovers(await beyond(['--max-pack-size', '1M'], { 'content/posts/noise.png': randomBytes(5 << 20) }, /max-pack-size/));
  });

  test('a huge pack of many files', async () => {
    const change = Object.fromEntries(range(30).map((i) => [`content/posts/noise-${i}.png`, randomBytes(200_000)]));
    await recovers(await beyond(['--max-pack-size', '1M'], change, /max-pack-size/));
  });

  test('folders deeper than 64 levels', async () => {
    await recovers(await beyond([], { [`content/posts/${'d/'.repeat(70)}deep.md`]: post('Deep') }, /deep/));
  });

  test('a limit met at the start', async () => {
    const host = await gitHost({ files: { ...site, 'content/posts/noise.png': randomBytes(3 << 20) } });
    const s = await pushedBlog({ host, args: ['--max-pack-size', '1M', '--sweep', '1'] });
    await poll(() => /max-pack-size/.test(s.log()), { what: 'the log says so' });
    await host.git('rm', '-q', 'content/posts/noise.png');
    await host.git('commit', '-q', '--amend', '-m', 'Less');
    await host.push({ force: true });
    await s.shows('/posts/a/', 'The letter a.');
    await s.server.stop();
  });

  test('back to an earlier commit of a long history, over a slow line: the commit, not the history', async () => {
    const host = await gitHost({ files: site });
    const ids = [];
    for (const i of range(12)) ids.push(await host.commit({ files: { ...take(`Edition ${i}.`), 'content/posts/noise.png': randomBytes(400_000) } }));
    await host.push();
    const s = await pushedBlog({ host, args: ['--fetch-timeout', String(TIMEOUT)] });
    await s.shows('/posts/a/', 'Edition 11');
    host.behave = (req, res) => {
      const [write, end] = [res.write.bind(res), res.end.bind(res)];
      let turn = Promise.resolve();
      const later = (fn, bytes) => {
        turn = turn.then(() => pause(bytes / 800)).then(fn); // 800 kB a second
        return true;
      };
      res.write = (bytes) => later(() => write(bytes), bytes.length);
      res.end = (bytes) => later(() => end(bytes), 1);
      return false;
    };
    await host.git('reset', '-q', '--hard', ids[9]);
    const { body } = await s.deliver(await host.push({ force: true }));
    assert.equal((await s.done(body.id, { timeout: 10_000 * SLOW })).applied, ids[9]);
    assert.match(await s.text('/posts/a/'), /Edition 9/);
    await s.server.stop();
  });

  test('a post over --max-post-size keeps its last version, the rest is live', async () => {
    const s = await wellBlog({ args: ['--max-post-size', '8K'] });
    const d = await s.publish({ files: { ...take('Long. '.repeat(2000)), 'content/posts/b.md': post('B', 'Beside it.'), 'content/posts/big.md': post('Big', 'Big. '.repeat(3000)) } });
    assert.equal(d.state, 'done');
    assert.match(await s.text('/posts/a/'), /The letter a\./);
    assert.match(await s.text('/posts/b/'), /Beside it/);
    assert.equal((await s.get('/posts/big/')).status, 404);
    assert.deepEqual(d.result.problems.map((p) => p.path).sort(), ['content/posts/a.md', 'content/posts/big.md']);
    for (const p of d.result.problems) assert.match(p.text, /\S/);
    await s.publish({ files: take('Short again.') });
    assert.match(await s.text('/posts/a/'), /Short again/);
    await s.server.stop();
  });

  test('media over --max-media-size are left out, the rest is live', async () => {
    const s = await wellBlog({ args: ['--max-media-size', '1M'] });
    const change = { 'content/posts/pic/index.md': post('Pic'), 'content/posts/pic/zeros.png': Buffer.alloc(6 << 20), 'content/posts/pic/noise.png': randomBytes(2 << 20), 'content/posts/pic/small.png': randomBytes(2000) };
    const d = await s.publish({ files: change });
    assert.equal(d.state, 'done', d.error);
    assert.equal((await s.get('/posts/pic/')).status, 200);
    assert.equal((await s.get('/posts/pic/small.png')).status, 200);
    for (const name of ['zeros.png', 'noise.png']) {
      assert.equal((await s.get(`/posts/pic/${name}`)).status, 404);
      assert.ok(d.result.problems.some((p) => p.path.endsWith(name)), JSON.stringify(d.result.problems));
    }
    await s.server.stop();
  });

  test('a damaged cache is made anew; a deleted one, too', async () => {
    const s = await wellBlog();
    const objects = `${s.db}.git/objects`;
    for (const [words, harm] of [['One.', () => rmSync(`${s.db}.git`, { recursive: true })], ['Two.', () => rmSync(objects, { recursive: true })]]) {
      harm();
      const d = await s.publish({ files: take(words) });
      assert.equal(d.state, 'done', d.error);
      assert.match(await s.text('/posts/a/'), new RegExp(words));
    }
    await s.server.stop();
  });
});

describe('kill -9', () => {
  const COUNT = process.env.PLATEN_TEST_LONG ? 500 : 60;

  /** Sends `count` deliveries, each until it is acknowledged, while the server is killed at random moments. */
  async function storm(s, count, acknowledged, more) {
    let left = count;
    let over = false;
    const sender = async () => {
      while (left-- > 0) {
        const id = randomUUID();
        if (left % 6 === 0) await more();
        for (;;) {
          const answer = await s.deliver({ id, timeout: 5000 * SLOW }).catch(() => null);
          if (answer !== null && answer.status >= 200 && answer.status < 300) {
            acknowledged.set(id, answer.body.id);
            break;
          }
          assert.ok(answer === null || answer.status === 503, `status ${answer?.status}`);
          await pause(10);
        }
        await pause(50);
      }
    };
    let kills = 0;
    const killer = (async () => {
      while (!over) {
        await pause(30 + Math.random() * 250);
        s.server.signal('SIGKILL');
        await s.server.ended;
        kills++;
        await s.again();
      }
    })();
    await Promise.all([sender(), sender(), sender()]);
    over = true;
    await killer;
    assert.ok(kills >= 2, `${kills} kills`);
  }

  const everything = async (s) => {
    const all = [];
    for (let cursor = ''; cursor !== null; ) {
      const page = await s.api(`/api/v1/deliveries?limit=50${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      all.push(...page.data);
      cursor = page.page.next;
    }
    return all;
  };

  test(`${COUNT} acknowledged deliveries, none lost`, { timeout: (process.env.PLATEN_TEST_LONG ? 300_000 : 60_000) * SLOW }, async () => {
    const s = await wellBlog();
    let n = 0;
    let turn = Promise.resolve();
    const next = () => (turn = turn.then(async () => {
      n++;
      await s.host.commit({ files: { ...take(`Edition ${n}.`), [`content/posts/n${n}.md`]: post(`N${n}`, `Number ${n}.`) } });
      await s.host.push();
    }));

    const first = new Map();
    await storm(s, COUNT / 2, first, next);
    await s.host.down();
    const second = new Map();
    await storm(s, COUNT / 2, second, next);
    s.server.signal('SIGKILL');
    await s.server.ended;
    await s.again();

    const listed = new Map((await everything(s)).map((d) => [d.guid, d]));
    for (const [guid, id] of [...first, ...second]) assert.equal(listed.get(guid)?.id, id, `${guid} is listed`);
    for (const guid of first.keys()) assert.ok(['pending', 'done'].includes(listed.get(guid).state));
    for (const guid of second.keys()) assert.equal(listed.get(guid).state, 'pending');
    assert.equal(listed.size - (await everything(s)).filter((d) => d.host === 'platen').length, COUNT, 'no delivery twice');

    await s.host.up();
    await s.shows('/posts/a/', `Edition ${n}.`, { timeout: 30_000 * SLOW });
    for (const i of range(n)) assert.equal((await s.get(`/posts/n${i + 1}/`)).status, 200);
    const rest = await poll(async () => {
      const all = await everything(s);
      return all.every((d) => d.state === 'done') && all;
    }, { what: 'every delivery is done' });
    for (const guid of second.keys()) assert.equal(rest.find((d) => d.guid === guid).applied, s.host.tip);
    await s.server.stop();
    await sound(s.db);
    const ran = await execute('sqlite3', [s.db, 'PRAGMA foreign_key_check']);
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal(ran.stdout.trim(), '');
  });
});
