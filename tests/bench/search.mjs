// Search: how long one answer takes at a time, over words of every kind, against a server with the
// generator's posts. Runs by itself (POSTS=100000), or with --rows for run.mjs; the database is the one that
// run.mjs has made, or is made here.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import http from 'node:http';
import { blog } from './posts.mjs';

const TOP = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PLATEN = resolve(TOP, process.env.B ?? 'build', 'platen');
const POSTS = Number(process.env.POSTS ?? 100000);
const ROOT = join(TOP, 'build/bench');
const ROUNDS = Number(process.env.ROUNDS ?? 20);
const rows = [];

function row(what, figure, limit = '', good = true) {
  rows.push([what, figure, limit, good]);
  if (!process.argv.includes('--rows')) console.log(`  ${what}: ${figure}${limit === '' ? '' : `  (limit ${limit}: ${good ? 'ok' : 'MISS'})`}`);
}
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));
const ranked = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];

// What a reader types, key by key; common and rare words, several, none, another script.
const QUERIES = ['pr', 'pre', 'pres', 'press', 'p', 'type paper', 'type paper ink letter roller', 'garden river sto', 'ta', 'tag-7', 'tag 7 press',
  'python', 'galle', 'nothing', 'zz', 'press nothing', 'Press 4711', '99999', '月', '東京', 'the', 'quick server cache index query me', 'compos', 'winter morn', 'morning', 'morni', 'press mornings'];

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
function ask(url) {
  return new Promise((ok, bad) => {
    const began = performance.now();
    http.get(url, { agent }, (r) => {
      r.resume();
      r.on('end', () => (r.statusCode === 200 ? ok(performance.now() - began) : bad(new Error(`${url}: ${r.statusCode}`))));
    }).on('error', bad);
  });
}

mkdirSync(ROOT, { recursive: true });
const db = process.env.DB ?? join(ROOT, `posts-${POSTS}.db`);
if (!existsSync(db)) execFileSync(PLATEN, ['import', '--db', db, blog(ROOT, POSTS)]);
const server = spawn(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--threads', '1', '--rate-limit', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
try {
  let out = '';
  for (const s of [server.stdout, server.stderr]) s.on('data', (d) => (out += d));
  while (!/listening on (\S+)/.test(out)) await sleep(10);
  const base = /listening on (\S+)/.exec(out)[1];
  const each = new Map(QUERIES.map((q) => [q, []]));
  const all = [];
  for (let i = -1; i < ROUNDS; i++) {
    for (const q of QUERIES) {
      const ms = await ask(`${base}/search/?q=${encodeURIComponent(q)}`);
      if (i < 0) continue; // warm
      each.get(q).push(ms);
      all.push(ms);
    }
  }
  if (process.argv.includes('--each')) for (const [q, list] of each) console.log(`    ${ranked(list, 0.5).toFixed(1).padStart(6)} ms median ${ranked(list, 0.99).toFixed(1).padStart(6)} worst  ${q}`);
  const p99 = ranked(all, 0.99);
  row(`search at ${POSTS} posts, one answer: median`, `${ranked(all, 0.5).toFixed(1)} ms`);
  row('  p99', `${p99.toFixed(1)} ms`, '10 ms', p99 < 10);
} finally {
  server.kill('SIGTERM');
  agent.destroy();
}
if (process.argv.includes('--rows')) console.log(JSON.stringify(rows));
