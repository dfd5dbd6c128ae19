// A real git host on loopback: a bare repository behind `git http-backend`, `git daemon` or its path,
// an author's clone of it, and the pushes that the host tells a blog of. Ends with the test file.
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { execute, platen, poll, request, scratch, serve, start, write, SLOW } from './blog.mjs';

export const ZERO = '0'.repeat(40);

const hosts = new Set();
after(async () => {
  for (const host of hosts) if (host.kind !== 'file') await host.down();
});

// Nothing of the machine's or the user's settings.
const ENV = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Author',
  GIT_AUTHOR_EMAIL: 'author@example.org',
  GIT_COMMITTER_NAME: 'Author',
  GIT_COMMITTER_EMAIL: 'author@example.org',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'gc.auto',
  GIT_CONFIG_VALUE_0: '0',
};

/** Runs git to its end: what it printed. */
export async function git(cwd, args, env = {}) {
  const ran = await execute('git', args, { cwd, env: { ...ENV, ...env }, timeout: 20_000 * SLOW });
  if (ran.status !== 0) throw new Error(`git ${args.join(' ')} ended with ${ran.status ?? ran.signal}: ${ran.stderr}`);
  return ran.stdout.trim();
}

let execPath;

/* ---- the three ways to a repository; each has url, up() and down() ---- */

/** Bytes as a CGI program prints them: head, then body. `cut`: the connection breaks after so many bytes of body. */
function relay(child, res, cut) {
  let head = Buffer.alloc(0);
  let sent = 0;
  const body = (bytes) => {
    if (cut !== null && sent + bytes.length > cut) {
      res.write(bytes.subarray(0, cut - sent), () => res.destroy());
      child.kill('SIGKILL');
      return;
    }
    sent += bytes.length;
    if (!res.write(bytes)) {
      child.stdout.pause();
      res.once('drain', () => child.stdout.resume());
    }
  };
  child.stdout.on('data', (bytes) => {
    if (res.destroyed) return;
    if (head === null) return body(bytes);
    head = Buffer.concat([head, bytes]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const rest = head.subarray(end + 4);
    let status = 200;
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const [, name, value] = line.match(/^([^:]+):\s*(.*)$/) ?? [];
      if (/^status$/i.test(name)) status = Number.parseInt(value, 10);
      else if (name) res.setHeader(name, value);
    }
    res.writeHead(status);
    head = null;
    if (rest.length > 0) body(rest);
  });
  child.on('close', () => {
    if (head !== null && !res.destroyed) res.writeHead(500);
    if (!res.destroyed) res.end();
  });
}

function backend(root, host) {
  const children = new Set();
  let port = 0;
  const answer = async (req, res) => {
    const { pathname: path, search } = new URL(req.url, 'http://host');
    const pathname = path.replace(/^\/author\//, '/'); // it has an owner, for whoever asks by that address
    const asked = { method: req.method, url: req.url, authorization: req.headers.authorization ?? null, body: '' };
    host.requests.push(asked);
    if (host.behave !== null && (await host.behave(req, res)) !== false) return;
    if (res.destroyed) return;
    if (host.auth !== null && req.headers.authorization !== `Basic ${Buffer.from(host.auth).toString('base64')}`) {
      req.resume();
      res.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const env = {
      ...ENV,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: req.method,
      REMOTE_ADDR: '127.0.0.1',
      CONTENT_TYPE: req.headers['content-type'] ?? '',
      ...(req.headers['content-length'] && { CONTENT_LENGTH: req.headers['content-length'] }),
      ...(req.headers['content-encoding'] && { HTTP_CONTENT_ENCODING: req.headers['content-encoding'] }),
      ...(req.headers['git-protocol'] && { GIT_PROTOCOL: req.headers['git-protocol'] }),
    };
    const child = start('git', ['http-backend'], { cwd: root, env, stdio: ['pipe', 'pipe', 'ignore'] });
    children.add(child);
    child.on('close', () => children.delete(child));
    child.stdin.on('error', () => {});
    req.pipe(child.stdin);
    req.on('data', (bytes) => (asked.body += bytes.toString('latin1')));
    res.on('close', () => child.kill('SIGKILL'));
    relay(child, res, req.method === 'POST' ? host.cut : null);
  };
  let server = null;
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    async up() {
      server = http.createServer(answer);
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      port = server.address().port;
    },
    async down() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const child of children) child.kill('SIGKILL');
      await closed;
      server = null;
    },
  };
}

/** A port that nobody has now. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const answers = (port) =>
  new Promise((ok) => {
    const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), ok(true)));
    socket.on('error', () => ok(false));
  });

function daemon(root) {
  let port = 0;
  let child = null;
  return {
    url: (name) => `git://127.0.0.1:${port}/${name}`,
    async up() {
      execPath ??= await git(root, ['--exec-path']);
      if (port === 0) port = await freePort();
      const args = [`--base-path=${root}`, '--export-all', '--listen=127.0.0.1', `--port=${port}`, '--reuseaddr', '--informative-errors'];
      // The program itself, not `git daemon`, whose child would outlive it.
      child = start(join(execPath, 'git-daemon'), args, { cwd: root, env: ENV, stdio: 'ignore', user: { detached: true } });
      await poll(() => answers(port), { what: 'git daemon listens' });
    },
    async down() {
      const gone = child.exitCode !== null || child.signalCode !== null ? null : once(child, 'exit');
      try {
        process.kill(-child.pid, 'SIGKILL'); // with those that serve a connection
      } catch {
        // none is left
      }
      await gone;
      child = null;
    },
  };
}

function path(root) {
  const away = `${root}.away`;
  let first = true;
  return {
    url: (name) => join(root, name),
    async up() {
      if (!first) renameSync(away, root);
      first = false;
    },
    async down() {
      renameSync(root, away);
    },
  };
}

const KINDS = { http: backend, daemon, file: path };

/* ---- the host ---- */

/**
 * kind: 'http' | 'daemon' | 'file'; files: the first commit's, pushed.
 * For http: `auth` ("user:password") asks for Basic; `behave(req, res)` answers in the host's place
 * unless it gives (a promise of) false; `cut` breaks answers to POST after so many bytes. All may be set at any time.
 * `requests` is what was asked for; a body with "want " in it asks for objects.
 */
export async function gitHost({ kind = 'http', files = null, auth = null } = {}) {
  const base = scratch();
  const root = join(base, 'host');
  const host = {
    kind, auth, behave: null, cut: null, requests: [],
    repo: join(root, 'blog.git'),
    work: join(base, 'work'),
    tip: ZERO, // of main, as it was pushed last
    isUp: false,
  };
  mkdirSync(root);
  const way = KINDS[kind](root, host);
  await git(base, ['init', '-q', '--bare', '-b', 'main', host.repo]);
  // As the great hosts have it: a commit may be asked for by its id.
  await git(host.repo, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  await git(base, ['init', '-q', '-b', 'main', host.work]);
  host.git = (...args) => git(host.work, args);
  await host.git('remote', 'add', 'origin', host.repo);

  let commits = 0;
  /** Changes the author's files, new ones in `files`, moved ones in `rename` {from: to}: the commit's id. */
  host.commit = async ({ files: more = {}, remove = [], rename = {}, message = 'Words' } = {}) => {
    for (const [from, to] of Object.entries(rename)) {
      mkdirSync(join(host.work, to, '..'), { recursive: true });
      renameSync(join(host.work, from), join(host.work, to));
    }
    for (const name of [remove].flat()) rmSync(join(host.work, name), { recursive: true });
    write(host.work, more);
    await host.git('add', '-A');
    const date = `${1_700_000_000 + 60 * commits++} +0000`;
    await git(host.work, ['commit', '-q', '--allow-empty', '-m', message], { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
    return host.git('rev-parse', 'HEAD');
  };
  /** Pushes what is checked out as `ref`: {before, after, forced, ref}, as `deliver` wants it. */
  host.push = async ({ force = false, ref = 'refs/heads/main' } = {}) => {
    const after = await host.git('rev-parse', 'HEAD');
    const isMain = ref === 'refs/heads/main';
    await host.git('push', '-q', ...(force ? ['--force'] : []), host.isUp || kind !== 'file' ? 'origin' : `${root}.away/blog.git`, `HEAD:${ref}`);
    const told = { before: isMain ? host.tip : ZERO, after, forced: force, ref };
    if (isMain) host.tip = after;
    return told;
  };

  /** Tells a blog of a push as GitHub does, whatever is true of it: {status, body, id}. */
  host.deliver = async (server, { secret, event = 'push', ref = 'refs/heads/main', before = ZERO, after = host.tip, id = randomUUID(), forced = false, deleted = false, timeout = 10_000 * SLOW }) => {
    const person = { name: 'author', login: 'author', email: 'author@example.org' };
    const repository = { full_name: 'author/blog', name: 'blog', default_branch: 'main', clone_url: host.url, owner: person };
    const created = before === ZERO;
    const payload = event === 'push'
      ? { ref, before, after: deleted ? ZERO : after, created, deleted, forced, base_ref: null, commits: [], head_commit: null, repository, pusher: person, sender: person }
      : { zen: 'Keep it logically awesome.', hook_id: 1, repository, sender: person };
    const bytes = Buffer.from(JSON.stringify(payload));
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': bytes.length,
      'User-Agent': 'GitHub-Hookshot/044aadd',
      'X-GitHub-Event': event,
      'X-GitHub-Delivery': id,
      'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`,
    };
    return new Promise((ok, bad) => {
      const q = http.request(`${server.base}/hooks/github`, { method: 'POST', headers, agent: false, timeout }, (r) => {
        const parts = [];
        r.on('data', (d) => parts.push(d));
        r.on('error', bad);
        r.on('end', () => {
          const text = Buffer.concat(parts).toString();
          let body = text;
          if (/json/.test(r.headers['content-type'] ?? '')) body = JSON.parse(text);
          ok({ status: r.statusCode, body, id });
        });
      });
      q.on('timeout', () => q.destroy(new Error(`no answer to the delivery within ${timeout} ms`)));
      q.on('error', bad);
      q.end(bytes);
    });
  };
  /** commit, push and deliver: {commit, status, body, id}. */
  host.publish = async (server, secret, change, { force, ...more } = {}) => {
    const commit = await host.commit(change);
    const told = await host.push({ force });
    return { commit, ...(await host.deliver(server, { secret, ...told, ...more })) };
  };

  host.up = async () => {
    if (host.isUp) return;
    await way.up();
    host.isUp = true;
  };
  host.down = async () => {
    if (!host.isUp) return;
    host.isUp = false;
    await way.down();
  };
  await host.up();
  host.url = way.url('blog.git');
  hosts.add(host);
  if (files !== null) {
    host.first = await host.commit({ files, message: 'First words' });
    await host.push();
  }
  return host;
}

/* ---- a blog that is published from such a host ---- */

const SECRET = 'the secret of a hook';

/**
 * A host and a server that publishes from it. `args` are the server's; sweep is off unless they ask for it.
 * again(): a new server on the same database. done(id): the receipt, once it is neither pending nor being worked on.
 */
export async function pushedBlog({ kind = 'http', files = null, host = null, args = [], env } = {}) {
  const dir = scratch();
  const secret = join(dir, 'secret');
  const db = join(dir, 'platen.db');
  writeFileSync(secret, SECRET, { mode: 0o600 });
  const s = { dir, db, secret: SECRET, host: host ?? (await gitHost({ kind, files })) };
  const stderr = [];
  s.again = async (more = []) => {
    s.server = await serve(db, { args: ['--repo', s.host.url, '--webhook-secret-file', secret, '--sweep', '0', '--history-delay', '86400', ...args, ...more], env, cwd: dir });
    const { stop } = s.server;
    s.server.stop = async () => {
      const end = await stop();
      if (end.status !== 0) throw new Error(`the server ended with ${end.status ?? end.signal}: ${end.stderr.slice(-3000)}`);
      return end;
    };
    stderr.push(s.server.stderr);
    s.base = s.server.base;
  };
  /** What every server of this blog has said. */
  s.log = () => stderr.map((text) => text()).join('');
  /** Waits until it has said so: its words come by another way than its answers. */
  s.says = (words, what = String(words)) => poll(() => words.test(s.log()), { what: `the log says ${what}` });
  s.get = (target, options) => request(s.server.base, target, options);
  s.text = async (target) => (await s.get(target)).text;
  s.has = async (target, words) => {
    const answer = await s.get(target);
    return answer.status === 200 && answer.text.includes(words);
  };
  const awaited = (fn, options) =>
    poll(fn, options).catch((e) => {
      throw new Error(`${e.message}\nThe log ends so:\n${s.log().slice(-1200)}`);
    });
  s.shows = (target, words, options) => awaited(() => s.has(target, words), { what: `${target} shows ${words}`, ...options });

  s.api = async (path, options = {}) => {
    if (s.token === undefined) {
      const made = await platen(['token', 'create', '--db', db, '--name', 't', '--scope', 'deliveries:read'], { cwd: dir });
      if (made.status !== 0) throw new Error(`platen token create: ${made.stderr}`);
      s.token = made.stdout.trim();
    }
    const answer = await s.get(path, { ...options, headers: { Authorization: `Bearer ${s.token}` } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  };
  s.list = async (query = 'limit=100') => (await s.api(`/api/v1/deliveries?${query}`)).data;
  s.receipt = (id) => s.api(`/api/v1/deliveries/${id}`);
  s.done = (id, options) =>
    awaited(async () => {
      const d = await s.receipt(id);
      return d.state === 'pending' ? null : d;
    }, { what: `delivery ${id} is done`, ...options });
  /** The newest record of a look that the server made by itself. */
  s.own = (event) => poll(async () => (await s.list()).find((d) => d.host === 'platen' && d.event === event), { what: `a record of ${event}` });

  s.deliver = (told) => s.host.deliver(s.server, { secret: SECRET, ...told });
  /** commit, push, deliver, wait: the receipt. */
  s.publish = async (change, options) => {
    const sent = await s.host.publish(s.server, SECRET, change, options);
    if (sent.status !== 202) throw new Error(`the delivery was answered with ${sent.status}: ${JSON.stringify(sent.body)}`);
    return s.done(sent.body.id);
  };
  await s.again();
  return s;
}
