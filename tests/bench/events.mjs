// Open pages: memory of 10,000 idle readers of /events, and how soon one event is with all of them. Runs by
// itself (READERS=10000), or with --rows for run.mjs. The event is written by another process; the clock runs
// from before that until the last reader has it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const TOP = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PLATEN = resolve(TOP, process.env.B ?? 'build', 'platen');
const READERS = Number(process.env.READERS ?? 10000);
const ROUNDS = 7;
const rows = [];

function row(what, figure, limit = '', good = true) {
  rows.push([what, figure, limit, good]);
  if (!process.argv.includes('--rows')) console.log(`  ${what}: ${figure}${limit === '' ? '' : `  (limit ${limit}: ${good ? 'ok' : 'MISS'})`}`);
}
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const dir = mkdtempSync(join(tmpdir(), 'platen-events-'));
const db = join(dir, 'platen.db');
execFileSync(PLATEN, ['import', '--db', db, join(TOP, 'tests/sample')], { stdio: 'ignore' });
const server = spawn(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--max-connections', String(READERS + 200), '--max-readers', String(READERS)], { stdio: ['ignore', 'pipe', 'pipe'] });
const sockets = [];
let mark = null; // what is waited for
let heard = 0;
let allHeard = null;
try {
  let out = '';
  for (const s of [server.stdout, server.stderr]) s.on('data', (d) => (out += d));
  while (!/listening on (\S+)/.test(out)) await sleep(10);
  const port = Number(new URL(/listening on (\S+)/.exec(out)[1]).port);
  const before = rss(server.pid);

  // A browser's request, cookies and all.
  const ask = `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\r\n`
    + 'Accept: text/event-stream\r\nCache-Control: no-cache\r\nAccept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n'
    + `Referer: http://127.0.0.1:${port}/\r\nCookie: session=${'x'.repeat(300)}\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Dest: empty\r\n\r\n`;
  let open = 0;
  let lost = 0;
  const connect = () => new Promise((ok, bad) => {
    const s = net.connect(port, '127.0.0.1', () => s.write(ask));
    let first = true;
    s.on('data', (bytes) => {
      if (first && bytes.includes('id: ')) {
        first = false;
        open++;
        ok();
      } else if (mark !== null && bytes.includes(mark)) {
        if (++heard === READERS) allHeard(performance.now());
      }
    });
    s.on('error', bad);
    s.on('close', () => { lost++; });
    sockets.push(s);
  });
  for (let i = 0; i < READERS; i += 200) await Promise.all(Array.from({ length: Math.min(200, READERS - i) }, connect));
  await sleep(1000);
  const after = rss(server.pid);
  row(`${READERS} idle readers of /events: memory of the server`, `${after.toFixed(0)} MB (${before.toFixed(0)} without)`, '150 MB', after < 150);

  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    heard = 0;
    mark = `bench-${i}-end`;
    const done = new Promise((ok) => { allHeard = ok; });
    const began = performance.now();
    execFileSync('sqlite3', [db, `INSERT INTO event (rev, at, kind, post, path, title) VALUES (1, unixepoch(), 'updated', 1, '/posts/x/', '${mark}')`]);
    const end = await Promise.race([done, sleep(10_000)]);
    if (end === undefined) throw new Error(`${heard} of ${READERS} heard of it, ${lost} were lost`);
    times.push(end - began);
    await sleep(300);
  }
  row('  one event with all of them', `${median(times).toFixed(0)} ms, worst of ${ROUNDS} ${Math.max(...times).toFixed(0)}`, '300 ms', median(times) < 300);
  row('  memory after that', `${rss(server.pid).toFixed(0)} MB`, '150 MB', rss(server.pid) < 150);
  const ended = new Promise((ok) => server.on('close', ok));
  const began = performance.now();
  server.kill('SIGTERM');
  await ended;
  row('  the server goes with all of them open', `${(performance.now() - began).toFixed(0)} ms`, '3000 ms', performance.now() - began < 3000);
} finally {
  for (const s of sockets) s.destroy();
  server.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
}
if (process.argv.includes('--rows')) console.log(JSON.stringify(rows));
