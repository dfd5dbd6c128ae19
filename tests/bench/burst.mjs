// A burst of deliveries: 2,000 signed ones a second for 10 s over 50 connections that stay, while a
// reader asks for a page 50 times a second and the server fetches from git daemon. Every acknowledged one
// must be in the store afterwards. Runs by itself, or with --rows for run.mjs.
//
// The generator is frugal, for the server has the same cores: bodies are signed beforehand, only the
// delivery's id differs, answers are read with a search for their end. A delivery is due at its time
// whether or not a connection is free, and its latency counts from there. The reader has its own thread.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import http from 'node:http';
import net from 'node:net';

const SELF = fileURLToPath(import.meta.url);
const TOP = resolve(dirname(SELF), '../..');
const PLATEN = resolve(TOP, process.env.B ?? 'build', 'platen');
const SECRET = 'of the bench';
const RATE = Number(process.env.RATE ?? 2000);
const SECONDS = Number(process.env.SECONDS ?? 10);
const CONNECTIONS = 50;
const READS = 50; // a second
const EXAMPLE = join(TOP, 'tests/node_modules/@octokit/webhooks-examples/api.github.com/push/payload.json');
const rows = [];

function row(what, figure, limit = '', good = true) {
  rows.push([what, figure, limit, good]);
  if (!process.argv.includes('--rows')) console.log(`  ${what}: ${figure}${limit === '' ? '' : `  (limit ${limit}: ${good ? 'ok' : 'MISS'})`}`);
}
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));
const ranked = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0;
const ms = (n) => `${n.toFixed(n < 10 ? 1 : 0)} ms`;

/** Reads whole answers from a socket: done(head, body length is left to it). */
function answers(socket, done) {
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = rest.toString('latin1', 0, end);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (rest.length < end + 4 + length) return;
      const body = rest.toString('utf8', end + 4, end + 4 + length);
      rest = rest.subarray(end + 4 + length);
      done(Number(head.slice(9, 12)), head, body);
    }
  });
}

/* ---- the reader: one connection, a question every 20 ms, each timed from when it is due ---- */

function reader() {
  const { port, path } = workerData;
  const question = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  const took = [];
  const due = [];
  let wrong = 0;
  let asking = false;
  let socket;
  const ask = () => {
    if (asking || due.length === 0) return;
    asking = true;
    socket.write(question);
  };
  const open = () => {
    socket = net.connect(port, '127.0.0.1').setNoDelay(true);
    answers(socket, (status) => {
      took.push(performance.now() - due.shift());
      if (status !== 200) wrong++;
      asking = false;
      ask();
    });
    socket.on('error', () => wrong++);
    socket.on('close', () => {
      asking = false;
      if (ended) return;
      open();
      ask();
    });
  };
  let ended = false;
  open();
  const began = performance.now();
  let n = 0;
  const timer = setInterval(() => {
    while (began + (n * 1000) / READS <= performance.now()) due.push(began + (n++ * 1000) / READS);
    ask();
  }, 1);
  parentPort.on('message', () => {
    clearInterval(timer);
    ended = true;
    socket.destroy();
    parentPort.postMessage({ took, wrong, waiting: due.map((d) => performance.now() - d) });
    parentPort.close();
  });
}

async function read(base, path, meanwhile) {
  const worker = new Worker(SELF, { workerData: { port: Number(new URL(base).port), path } });
  await meanwhile();
  const told = new Promise((ok) => worker.once('message', ok));
  worker.postMessage('end');
  const { took, wrong, waiting } = await told;
  await worker.terminate();
  return { took: [...took, ...waiting], wrong };
}

/* ---- the burst ---- */

/** Signed bodies as the git host makes them, of the example that GitHub gives (7 KB), each with its own commit. */
function deliveries(count) {
  const example = existsSync(EXAMPLE) ? JSON.parse(readFileSync(EXAMPLE, 'utf8')) : { repository: { full_name: 'author/blog' }, pusher: { name: 'author' }, commits: [], filler: 'x'.repeat(6500) };
  return Array.from({ length: count }, (_, i) => {
    const body = Buffer.from(JSON.stringify({ ...example, ref: 'refs/heads/main', before: '0'.repeat(40), after: String(i).padStart(40, 'a'), created: false, deleted: false, forced: false }));
    return { body, signature: createHmac('sha256', SECRET).update(body).digest('hex') };
  });
}

const idOf = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

async function burst(port) {
  const bodies = deliveries(64);
  const total = RATE * SECONDS;
  const out = { accepted: new Map(), refused: 0, hasty: 0, odd: new Map(), broken: 0, took: [], late: 0 };
  const waiting = []; // numbers of deliveries that are due and have no connection
  const free = [];
  let open = 0;
  let closing = false;
  const due = (n) => began + (n * 1000) / RATE;

  const send = (c, n) => {
    const { body, signature } = bodies[n % bodies.length];
    c.n = n;
    c.socket.cork();
    c.socket.write(`POST /hooks/github HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nUser-Agent: GitHub-Hookshot/044aadd\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: ${idOf(n)}\r\nX-Hub-Signature-256: sha256=${signature}\r\nContent-Length: ${body.length}\r\n\r\n`, 'latin1');
    c.socket.write(body);
    c.socket.uncork();
  };
  const next = (c) => {
    c.n = -1;
    if (waiting.length > 0) send(c, waiting.shift());
    else free.push(c);
  };
  const connect = () => {
    const c = { n: -1, socket: net.connect(port, '127.0.0.1').setNoDelay(true) };
    open++;
    c.socket.on('connect', () => next(c));
    answers(c.socket, (status, head, body) => {
      out.took.push(performance.now() - due(c.n));
      if (status === 202) out.accepted.set(c.n, JSON.parse(body).id);
      else if (status === 503) {
        out.refused++;
        if (!/\r\nretry-after:/i.test(head)) out.hasty++;
      } else out.odd.set(status, (out.odd.get(status) ?? 0) + 1);
      if (/\r\nconnection: *close/i.test(head)) c.n = -1;
      else next(c);
    });
    c.socket.on('error', () => {});
    c.socket.on('close', () => {
      open--;
      if (c.n >= 0) out.broken++;
      const at = free.indexOf(c);
      if (at >= 0) free.splice(at, 1);
      if (!closing) connect();
    });
  };
  for (let i = 0; i < CONNECTIONS; i++) connect();
  while (free.length < CONNECTIONS) await sleep(5);

  const began = performance.now();
  for (let n = 0; n < total;) {
    await sleep(2);
    for (; n < total && due(n) <= performance.now(); n++) {
      if (free.length > 0) send(free.shift(), n);
      else waiting.push(n);
    }
  }
  const counted = () => out.accepted.size + out.refused + out.broken + [...out.odd.values()].reduce((a, b) => a + b, 0);
  for (const end = performance.now() + 20_000; counted() < total && performance.now() < end;) await sleep(5);
  out.ms = performance.now() - began;
  out.unanswered = total - counted();
  out.total = total;
  closing = true;
  for (const c of free) c.socket.destroy();
  return out;
}

/* ---- the server ---- */

function memory(pid, what = 'VmRSS') {
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

function fetchJson(base, path, token) {
  return new Promise((ok, bad) => {
    http.get(`${base}${path}`, { headers: { Authorization: `Bearer ${token}` }, timeout: 20_000 }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d));
      r.on('end', () => (r.statusCode === 200 ? ok(JSON.parse(Buffer.concat(parts))) : bad(new Error(`${path}: ${r.statusCode}`))));
    }).on('error', bad);
  });
}

/** Ids of every delivery that the API lists. */
async function recorded(base, token) {
  const ids = new Set();
  let cursor = '';
  do {
    const { data, page } = await fetchJson(base, `/api/v1/deliveries?limit=100${cursor}`, token);
    for (const d of data) ids.add(d.id);
    cursor = page.next ? `&cursor=${encodeURIComponent(page.next)}` : null;
  } while (cursor !== null);
  return ids;
}

const status = (db) => JSON.parse(execFileSync(PLATEN, ['status', '--db', db, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] }));

async function main() {
  const { gitHost } = await import('../http/lib/githost.mjs');
  const { blog } = await import('./posts.mjs');
  const scratch = mkdtempSync(join(tmpdir(), 'platen-bench-'));
  const host = await gitHost({ kind: 'daemon' });
  let child;
  try {
    cpSync(blog(resolve(TOP, 'build/bench'), 500), host.work, { recursive: true });
    await host.commit({ message: 'all' });
    await host.push();
    const db = join(scratch, 'platen.db');
    writeFileSync(join(scratch, 'secret'), SECRET);
    const token = execFileSync(PLATEN, ['token', 'create', '--db', db, '--name', 'bench', '--scope', 'deliveries:read'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();
    child = spawn(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--repo', host.url, '--webhook-secret-file', join(scratch, 'secret'), '--sweep', '0', '--keep-deliveries', '1000000'], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (d) => (said = (said + d).slice(-100_000)));
    for (let i = 0; i < 2000 && !/listening on (http:\S+)/.test(said); i++) await sleep(5);
    const base = /listening on (http:\S+)/.exec(said)[1];
    for (let i = 0; i < 1000 && status(db).applied_commit !== host.tip; i++) await sleep(20);
    const page = '/posts/p000/post-000007/';

    const quiet = await read(base, page, () => sleep(2000));
    const before = memory(child.pid);
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, memory(child.pid))), 25);
    let b;
    const loud = await read(base, page, async () => (b = await burst(Number(new URL(base).port))));
    const ended = performance.now();
    let now = status(db);
    for (; now.deliveries.pending > 0 && performance.now() - ended < 60_000; now = status(db)) await sleep(50);
    const drained = performance.now() - ended;
    clearInterval(watch);
    await sleep(2000);
    const after = memory(child.pid);
    const ids = await recorded(base, token);
    const lost = [...b.accepted.values()].filter((id) => !ids.has(id)).length;
    const share = (n) => `${((n / b.total) * 100).toFixed(2)} %`;
    const accepted = b.accepted.size;

    row(`burst of ${RATE} deliveries a second for ${SECONDS} s, ${CONNECTIONS} connections: acknowledged`, `${share(accepted)} (${Math.round(accepted / b.ms * 1000)} a second)`, '95 %', accepted / b.total >= 0.95);
    row('  503 with Retry-After', share(b.refused - b.hasty));
    const odd = [...b.odd].map(([code, n]) => `${n} x ${code}`);
    const bad = b.hasty + b.broken + b.unanswered + odd.length;
    row('  anything else', bad === 0 ? '0' : [`${b.hasty} x 503 without it`, `${b.broken} broken off`, `${b.unanswered} unanswered`, ...odd].join(', '), '0', bad === 0);
    row('  acknowledged and not in the store', String(lost), '0', lost === 0 && new Set(b.accepted.values()).size === accepted);
    row('  time to acknowledge: p50, p99', `${ms(ranked(b.took, 0.5))}, ${ms(ranked(b.took, 0.99))}`);
    row('  all done after the last of them', now.deliveries.pending === 0 ? ms(drained) : `${now.deliveries.pending} still pending`, '', now.deliveries.pending === 0);
    row('  memory of the server: before, peak, after', `${before.toFixed(0)}, ${peak.toFixed(0)}, ${after.toFixed(0)} MB`, 'after: 32 MB more', after - before < 32);
    row('  a reader meanwhile: p50, p99', `${ms(ranked(loud.took, 0.5))}, ${ms(ranked(loud.took, 0.99))} (quiet: ${ms(ranked(quiet.took, 0.5))}, ${ms(ranked(quiet.took, 0.99))})`, 'p99 20 ms', ranked(loud.took, 0.99) < 20 && loud.wrong === 0);
  } finally {
    const gone = child && new Promise((ok) => child.on('close', ok));
    child?.kill('SIGTERM');
    await gone;
    await host.down();
    rmSync(scratch, { recursive: true, force: true });
  }
  if (process.argv.includes('--rows')) console.log(JSON.stringify(rows));
  else process.exitCode = rows.every((r) => r[3]) ? 0 : 1;
}

if (isMainThread) await main();
else reader();
