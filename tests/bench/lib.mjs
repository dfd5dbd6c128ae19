// What the measurements share: processes that are started and ended, what they cost, rows with their limits.
import { spawn, execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import http from 'node:http';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '../..'));
export const B = process.env.B ?? 'build';
export const PLATEN = resolve(B, 'platen');
export const ROOT = resolve('build/bench');
export const ROUNDS = 5;
export const quick = process.env.BENCH === 'quick';
mkdirSync(ROOT, { recursive: true });
export const running = new Set();
export const rows = [];
let missed = 0;
export const misses = () => missed;

export function row(what, figure, limit = '', good = true) {
  if (!good) missed++;
  rows.push([what, figure, limit, limit === '' ? '' : good ? 'ok' : 'MISS']);
  process.stderr.write(`  ${what}: ${figure}${limit === '' ? '' : `  (limit ${limit}: ${good ? 'ok' : 'MISS'})`}\n`);
}
export const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
export const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));

export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.add(child);
  child.out = '';
  for (const s of [child.stdout, child.stderr]) s.on('data', (d) => (child.out += d));
  child.ended = new Promise((ok) => child.on('close', (status) => { running.delete(child); ok(status); }));
  return child;
}

export function drop(db) {
  for (const end of ['', '-wal', '-shm']) rmSync(db + end, { force: true });
}

export async function serve(db, args = []) {
  const began = performance.now();
  const child = start(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--threads', '1', '--rate-limit', '0', ...args]);
  for (let i = 0; i < 2000 && !/listening on (\S+)/.test(child.out); i++) await sleep(2);
  child.base = /listening on (\S+)/.exec(child.out)?.[1];
  if (!child.base) throw new Error(child.out);
  await get(`${child.base}/`);
  child.first = performance.now() - began;
  return child;
}

export function get(url) {
  return new Promise((ok, bad) => {
    http.get(url, { agent: false }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d));
      r.on('end', () => (r.statusCode === 200 ? ok(Buffer.concat(parts)) : bad(new Error(`${url}: ${r.statusCode}`))));
    }).on('error', bad);
  });
}

export async function stop(child) {
  child.kill('SIGTERM');
  await child.ended;
}

/** CPU microseconds that the process and its children have used. */
export function cpu(pid) {
  let ns = 0;
  const pids = [pid, ...readdirSync('/proc').filter((d) => /^\d+$/.test(d)).filter((d) => {
    try { return Number(readFileSync(`/proc/${d}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === pid; } catch { return false; }
  })];
  for (const p of pids) {
    for (const t of readdirSync(`/proc/${p}/task`)) ns += Number(readFileSync(`/proc/${p}/task/${t}/schedstat`, 'utf8').split(' ')[0]);
  }
  return ns / 1000;
}

/** What wrk says of a load. */
export async function wrk(args) {
  const child = start('wrk', args);
  await child.ended;
  if (!/requests in/.test(child.out)) throw new Error(`wrk ${args.join(' ')}: ${child.out}`);
  return child.out;
}

/** A second of 16 connections that ask as fast as they can: CPU of the server a request (µs), requests a second. */
export async function load(pid, url, more = []) {
  const before = cpu(pid);
  const out = await wrk(['-t1', '-c16', '-d1', ...more, url]);
  const used = cpu(pid) - before;
  const n = Number(/(\d+) requests in/.exec(out)[1]);
  if (n === 0 || /Non-2xx/.test(out)) throw new Error(`${url}: ${out}`);
  return { cost: used / n, rps: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]) };
}

/** A second of 16 connections of our own, for what wrk does not understand (a 304 that says how long the page is). */
export async function ask(pid, url, headers) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const end = performance.now() + 1000;
  const before = cpu(pid);
  let n = 0;
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (; performance.now() < end; n++) await new Promise((ok, bad) => http.get(url, { agent, headers }, (r) => r.resume().on('end', ok)).on('error', bad));
  }));
  const used = cpu(pid) - before;
  agent.destroy();
  return { cost: used / n, rps: n };
}

/** Targets {name: [pid, url, wrk's arguments or our own client's headers]} in pairs: medians of cost (µs) and rps of each, and ratios to the first. */
export async function pairs(targets) {
  const names = Object.keys(targets);
  const seen = Object.fromEntries(names.map((n) => [n, []]));
  for (let i = 0; i < ROUNDS; i++) {
    for (const n of i % 2 ? [...names].reverse() : names) seen[n].push(typeof targets[n][2] === 'object' && !Array.isArray(targets[n][2]) ? await ask(...targets[n]) : await load(...targets[n]));
  }
  const first = seen[names[0]];
  return Object.fromEntries(names.map((n) => [n, {
    cost: median(seen[n].map((r) => r.cost)),
    rps: median(seen[n].map((r) => r.rps)),
    ratio: median(seen[n].map((r, i) => r.cost / first[i].cost)),
    speed: median(seen[n].map((r, i) => r.rps / first[i].rps)),
  }]));
}

export const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** nginx serving these bytes as a file, access log off. */
export async function nginx(files) {
  const dir = join(ROOT, 'nginx');
  mkdirSync(join(dir, 'www'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, 'www', name), bytes);
  const port = 18100 + (process.pid % 500);
  writeFileSync(join(dir, 'nginx.conf'), `worker_processes 1; daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 1024; }
http { access_log off; sendfile on; keepalive_requests 1000000; types { text/html html; }
  client_body_temp_path ${dir}/b; proxy_temp_path ${dir}/p; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  server { listen 127.0.0.1:${port}; root ${dir}/www; } }\n`);
  const child = start('/usr/sbin/nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')]);
  child.base = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 100; i++) {
    try { await get(`${child.base}/${Object.keys(files)[0]}`); return child; } catch { await sleep(30); }
  }
  throw new Error(child.out);
}

