// From a push to the page: a real `git push` of one changed post among 500, then a signed delivery; timed
// from the delivery's first byte until a reader who asks every millisecond has the new words. Over
// git http-backend and over git daemon. Runs by itself, or with --rows for run.mjs.
import { execFileSync, fork, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import http from 'node:http';
import { blog } from './posts.mjs';

const SELF = fileURLToPath(import.meta.url);
const TOP = resolve(dirname(SELF), '../..');
const PLATEN = resolve(TOP, process.env.B ?? 'build', 'platen');
const SECRET = 'of the bench';
const POSTS = 500;
const WARM = 3;
const RUNS = Number(process.env.RUNS ?? 30);
const LIMIT = { http: 100, daemon: 120 };
const STEPS = ['queued', 'fetch', 'list', 'render', 'publish'];
const rows = [];

function row(what, figure, limit = '', good = true) {
  rows.push([what, figure, limit, good]);
  if (!process.argv.includes('--rows')) console.log(`  ${what}: ${figure}${limit === '' ? '' : `  (limit ${limit}: ${good ? 'ok' : 'MISS'})`}`);
}
const ranked = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));
const ms = (n) => `${n.toFixed(n < 10 ? 1 : 0)} ms`;

/** One request over a connection that stays: {status, text}. */
function ask(agent, base, path, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((ok, bad) => {
    const q = http.request(`${base}${path}`, { agent, method, headers, timeout: 20_000 }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d));
      r.on('end', () => ok({ status: r.statusCode, text: Buffer.concat(parts).toString() }));
    });
    q.on('timeout', () => q.destroy(new Error(`${path}: no answer`)));
    q.on('error', bad);
    q.end(body);
  });
}

async function until(what, fn, every = 1) {
  for (const end = performance.now() + 20_000; performance.now() < end; await sleep(every)) {
    const value = await fn();
    if (value) return value;
  }
  throw new Error(`${what}: not within 20 s`);
}

function signed(after) {
  const body = JSON.stringify({ ref: 'refs/heads/main', before: '0'.repeat(40), after, repository: { full_name: 'author/blog' }, pusher: { name: 'author' }, commits: [] });
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  return {
    method: 'POST', body,
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'X-GitHub-Event': 'push', 'X-GitHub-Delivery': randomUUID(), 'X-Hub-Signature-256': `sha256=${signature}` },
  };
}

const git = (dir, ...args) => execFileSync('git', ['-C', dir, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();

/** The git host has a process of its own: it shall not wait for the reader who asks all the time. */
async function beHost(kind) {
  const { gitHost } = await import('../http/lib/githost.mjs');
  const host = await gitHost({ kind });
  process.on('message', async (what) => {
    if (what === 'push') await host.push();
    else await host.down();
    process.send('done');
    if (what !== 'push') process.disconnect();
  });
  process.send({ url: host.url, work: host.work });
}

async function startHost(kind) {
  const child = fork(SELF, ['--host', kind], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = new Promise((ok, bad) => child.once('exit', (code) => (code === 0 ? ok() : bad(new Error('the git host ended')))));
  const said = () => Promise.race([new Promise((ok) => child.once('message', ok)), ended]);
  const host = await said();
  const ask = (what) => {
    const answer = said();
    child.send(what);
    return answer;
  };
  return { ...host, push: () => ask('push'), down: () => ask('down') };
}

async function pushes(kind) {
  const scratch = mkdtempSync(join(tmpdir(), 'platen-bench-'));
  const host = await startHost(kind);
  let child;
  try {
    cpSync(blog(resolve(TOP, 'build/bench'), POSTS), host.work, { recursive: true });
    git(host.work, 'add', '-A');
    git(host.work, 'commit', '-q', '-m', 'all');
    await host.push();
    const db = join(scratch, 'platen.db');
    writeFileSync(join(scratch, 'secret'), SECRET);
    const token = execFileSync(PLATEN, ['token', 'create', '--db', db, '--name', 'bench', '--scope', 'deliveries:read'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
    child = spawn(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--repo', host.url, '--webhook-secret-file', join(scratch, 'secret'), '--sweep', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (d) => (said += d));
    const base = (await until('the server listens', () => /listening on (http:\S+)/.exec(said)))[1];
    const reader = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const sender = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const authorization = { Authorization: `Bearer ${token}` };
    const files = readdirSync(join(host.work, 'content/posts/p000')).sort();
    const pageOf = (name) => `/posts/p000/${name.replace(/\.md$/, '')}/`;
    await until('the first look', async () => (await ask(reader, base, pageOf(files.at(-1)))).status === 200, 20);

    const times = [];
    const accepted = [];
    const steps = Object.fromEntries(STEPS.map((s) => [s, []]));
    for (let n = -WARM; n < RUNS; n++) {
      const name = files[(n + WARM) * 13 % files.length];
      const words = `Newly set ${randomUUID()}.`;
      const path = join(host.work, 'content/posts/p000', name);
      writeFileSync(path, `${readFileSync(path, 'utf8')}\n${words}\n`);
      git(host.work, 'commit', '-q', '-a', '-m', words);
      await host.push();
      const delivery = signed(git(host.work, 'rev-parse', 'HEAD'));
      await ask(sender, base, '/healthz');
      await sleep(20);
      const began = performance.now();
      const answer = ask(sender, base, '/hooks/github', delivery).then((a) => ({ ...a, took: performance.now() - began }));
      await until(words, async () => (await ask(reader, base, pageOf(name))).text.includes(words));
      const took = performance.now() - began;
      const { status, text, took: after } = await answer;
      if (status !== 202) throw new Error(`delivery: ${status} ${text}`);
      const record = await until('the record', async () => {
        const r = JSON.parse((await ask(sender, base, `/api/v1/deliveries/${JSON.parse(text).id}`, { headers: authorization })).text);
        return r.state !== 'pending' && r;
      });
      if (record.state !== 'done') throw new Error(JSON.stringify(record));
      if (n < 0) continue;
      times.push(took);
      accepted.push(after);
      for (const s of STEPS) if (record.result?.steps?.[s] !== undefined) steps[s].push(record.result.steps[s]);
    }
    const over = kind === 'http' ? 'git http-backend' : 'git daemon';
    const middle = ranked(times, 0.5);
    row(`push of one post of ${POSTS} to page, ${over}: median of ${RUNS}`, ms(middle), `${LIMIT[kind]} ms`, middle < LIMIT[kind]);
    row('  p90, p99', `${ms(ranked(times, 0.9))}, ${ms(ranked(times, 0.99))}`, 'p99 300 ms', ranked(times, 0.99) < 300);
    row('  acknowledged after', ms(ranked(accepted, 0.5)));
    row(`  ${STEPS.join(', ')}`, STEPS.map((s) => (steps[s].length > 0 ? ranked(steps[s], 0.5).toFixed(1) : '-')).join(', ') + ' ms');
    reader.destroy();
    sender.destroy();
  } finally {
    const ended = child && new Promise((ok) => child.on('close', ok));
    child?.kill('SIGTERM');
    await ended;
    await host.down();
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.argv.includes('--host')) await beHost(process.argv.at(-1));
else {
  for (const kind of ['http', 'daemon']) await pushes(kind);
  if (process.argv.includes('--rows')) console.log(JSON.stringify(rows));
  else process.exitCode = rows.every((r) => r[3]) ? 0 : 1;
}
