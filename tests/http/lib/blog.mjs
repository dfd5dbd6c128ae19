// What the tests of importing share: folders of files that are written in a line, the command, and
// what a reader sees. Everything lives in a scratch folder that goes when the test file ends.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, mkdirSync, writeFileSync, symlinkSync, statSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import http from 'node:http';
import { after } from 'node:test';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const PLATEN = resolve(ROOT, process.env.PLATEN ?? 'build/platen');
export const FIXTURES = join(ROOT, 'tests/fixtures');
export const SAMPLE = join(ROOT, 'tests/sample');
// Sanitizers and a busy machine cost time: bounds of the tests are multiplied by this.
export const SLOW = Number(process.env.PLATEN_TEST_SLOW ?? 1);

const scratches = [];
const running = new Set();
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const dir of scratches) rmSync(dir, { recursive: true, force: true });
});

export function scratch() {
  const dir = mkdtempSync(join(tmpdir(), 'platen-test-'));
  scratches.push(dir);
  return dir;
}

export class Link {
  constructor(target) {
    this.target = target;
  }
}

/** Writes {'content/a.md': 'text' | Buffer | new Link(target) | null (a folder)} below dir. */
export function write(dir, files) {
  for (const [name, what] of Object.entries(files)) {
    const path = join(dir, name);
    mkdirSync(what === null ? path : dirname(path), { recursive: true });
    if (what instanceof Link) symlinkSync(what.target, path);
    else if (what !== null) writeFileSync(path, what);
  }
  return dir;
}

export const folder = (files) => write(scratch(), files);

/** A post's text. */
export function post(title, body = 'Some words.', more = {}) {
  const fields = { title: JSON.stringify(title), date: '2024-05-06', ...more };
  const head = Object.entries(fields).filter(([, v]) => v !== undefined).map(([k, v]) => `${k}: ${v}`);
  return `---\n${head.join('\n')}\n---\n\n${body}\n`;
}

function cleanEnv(env) {
  const base = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('PLATEN')));
  return { ...base, ...env };
}

export function start(command, args, { cwd, env, stdio, user } = {}) {
  const child = spawn(command, args, { ...user, cwd: cwd ?? scratch(), env: cleanEnv(env), stdio: stdio ?? ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

/** Runs a program to its end: {status, signal, stdout, stderr, ms}. Killed after `timeout` ms. */
export async function execute(command, args, { timeout = 60_000 * SLOW, ...options } = {}) {
  const began = performance.now();
  const child = start(command, args, options);
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name]?.setEncoding('utf8').on('data', (d) => (out[name] += d));
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  if (options.onStart) options.onStart(child);
  const [status, signal] = await new Promise((ok, bad) => {
    child.on('error', bad);
    child.on('close', (...end) => ok(end));
  });
  clearTimeout(timer);
  return { status, signal, ...out, ms: performance.now() - began };
}

export const platen = (args, options) => execute(PLATEN, args, options);

/** Fails unless every table of the database is sound. Table by table, since the command line knows our tokenizer
 * not and newer ones look into the index of words, too. */
export async function sound(db) {
  const ask = async (sql) => {
    const r = await execute('sqlite3', [db, sql]);
    if (r.status !== 0) throw new Error(r.stderr);
    return r.stdout.trim();
  };
  const tables = (await ask("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")).split('\n');
  const said = await ask(tables.map((t) => `PRAGMA integrity_check('${t}');`).join(' '));
  if (tables.length < 20 || !said.split('\n').every((line) => line === 'ok')) throw new Error(`${db}: ${said}`);
  const months = "SELECT strftime('%Y-%m', published, 'unixepoch') AS m, count(*) FROM post WHERE live = 1 AND kind = 0 AND has_date = 1 GROUP BY m ORDER BY m";
  const [kept, counted] = [await ask('SELECT month, count FROM month ORDER BY month'), await ask(months)];
  if (kept !== counted) throw new Error(`${db}: months are ${kept}, not ${counted}`);
  const link = (kind, post) => `coalesce('${kind}' || replace(replace(${post}.title, char(9), ' '), char(10), ' ') || char(9) || ${post}.permalink || char(9, 10), '')`;
  const beside = `SELECT permalink FROM (SELECT p.permalink, p.around, ${link('n', 'n')} || ${link('o', 'o')} AS links
    FROM (SELECT post_id, lag(post_id) OVER w AS before, lead(post_id) OVER w AS after FROM list_entry
      WHERE list_id = 1 WINDOW w AS (ORDER BY rank, age, tie, post_id)) e JOIN post p ON p.id = e.post_id
    LEFT JOIN post n ON n.id = e.before LEFT JOIN post o ON o.id = e.after)
    WHERE substr(around, 1, length(links)) <> links OR substr(around, length(links) + 1, 1) NOT IN ('', 'r')
    UNION ALL SELECT permalink FROM post WHERE (around IS NULL) <> NOT (live = 1 AND kind = 0)
    UNION ALL SELECT permalink FROM post p WHERE versions <> EXISTS (SELECT 1 FROM revision WHERE post = p.id AND html IS NOT NULL)`;
  const wrong = await ask(beside);
  if (wrong !== '') throw new Error(`${db}: what stands around these, or whether they have versions, is not what is kept: ${wrong}`);
}

/** A file changed within the file system's tick of a listing is looked at again: wait until it is older. */
export async function settle(dir) {
  const newest = (path) => {
    const s = statSync(path);
    if (!s.isDirectory()) return s.ctimeMs;
    return Math.max(s.ctimeMs, ...readdirSync(path).map((n) => newest(join(path, n))));
  };
  const ready = newest(dir) + 40;
  await poll(() => Date.now() > ready);
}

/** Asks until fn gives something true; fails at the deadline with what was awaited. */
export async function poll(fn, { timeout = 20_000 * SLOW, every = 20, what = String(fn) } = {}) {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await fn();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await new Promise((ok) => setTimeout(ok, every));
  }
}

/** One request, its target sent as it is: {status, headers, body, text}. Follows nothing. */
export function request(base, target, { method = 'GET', headers = {}, socketPath, timeout = 10_000 * SLOW } = {}) {
  const where = socketPath ? { socketPath } : { hostname: new URL(base).hostname.replace(/^\[|\]$/g, ''), port: new URL(base).port };
  return new Promise((ok, bad) => {
    const q = http.request({ ...where, path: target, method, headers, agent: false, timeout }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d));
      r.on('error', bad);
      r.on('end', () => {
        const body = Buffer.concat(parts);
        ok({ status: r.statusCode, headers: r.headers, body, text: body.toString() });
      });
    });
    q.on('timeout', () => q.destroy(new Error(`${target}: no answer within ${timeout} ms`)));
    q.on('error', bad);
    q.end();
  });
}

/** A running `platen serve`: base, get(target), log(), stop(). */
export async function serve(db, { args = [], env, cwd, listen = ['127.0.0.1:0'] } = {}) {
  const child = start(PLATEN, ['serve', '--db', db, ...listen.flatMap((a) => ['--listen', a]), ...args], { env, cwd });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (d) => (out[name] += d));
  const ended = new Promise((ok) => child.on('close', (status, signal) => ok({ status, signal, ...out })));
  let end = null;
  ended.then((e) => (end = e));
  const addresses = () => [...out.stderr.matchAll(/listening on ((?:http:|unix:)[^\s"]+)/g)].map((m) => m[1]);
  await poll(() => end !== null || addresses().length >= listen.length, { what: 'the server says where it listens' });
  if (end !== null) throw new Error(`platen serve ended with ${end.status ?? end.signal}: ${end.stderr}`);
  const base = addresses().find((a) => a.startsWith('http:'));
  return {
    child, base, addresses: addresses(), ended,
    get: (target, options) => request(base, target, options),
    stderr: () => out.stderr,
    stdout: () => out.stdout,
    signal: (name) => child.kill(name),
    stop: async (name = 'SIGTERM') => {
      if (end === null) child.kill(name);
      return ended;
    },
  };
}

/** A blog, its database and a server that shows it. */
export async function blog(files, { args = [], serveArgs = [] } = {}) {
  const dir = typeof files === 'string' ? files : folder(files);
  const db = join(scratch(), 'platen.db');
  const first = await platen(['import', '--db', db, ...args, dir]);
  if (first.status !== 0) throw new Error(`import ended with ${first.status ?? first.signal}: ${first.stderr}`);
  const server = await serve(db, { args: serveArgs });
  return {
    dir, db, first, server,
    get: server.get,
    import: (...more) => platen(['import', '--db', db, ...more, dir]),
    write: (more) => write(dir, more),
    remove: (name) => rmSync(join(dir, name), { recursive: true }),
  };
}

/** Numbers of import's summary line: {posts, media, added, changed, removed, refused, rendered, rows}. */
export function summary(result) {
  const line = result.stderr.split('\n').find((l) => l.startsWith('import: ')) ?? '';
  const out = { line };
  for (const [, n, what] of line.replace(/\(.*/, '').matchAll(/(\d+) (posts|media|added|changed|removed|refused|rendered|rows)/g)) out[what] = Number(n);
  return out;
}
