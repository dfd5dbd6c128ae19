// make bench: what Platen costs on this machine, each row with its limit. Comparisons are pairs in one
// run, medians of five; BENCH=quick leaves out the 100,000 posts.
import { spawn, execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { existsSync, readFileSync, readdirSync, writeFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import http from 'node:http';
import { blog } from './posts.mjs';

process.chdir(resolve(dirname(fileURLToPath(import.meta.url)), '../..'));
const B = process.env.B ?? 'build';
const PLATEN = resolve(B, 'platen');
const ROOT = resolve('build/bench');
const ROUNDS = 5;
const quick = process.env.BENCH === 'quick';
mkdirSync(ROOT, { recursive: true });
const running = new Set();
const rows = [];
let missed = 0;

function row(what, figure, limit = '', good = true) {
  if (!good) missed++;
  rows.push([what, figure, limit, limit === '' ? '' : good ? 'ok' : 'MISS']);
  process.stderr.write(`  ${what}: ${figure}${limit === '' ? '' : `  (limit ${limit}: ${good ? 'ok' : 'MISS'})`}\n`);
}
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  running.add(child);
  child.out = '';
  for (const s of [child.stdout, child.stderr]) s.on('data', (d) => (child.out += d));
  child.ended = new Promise((ok) => child.on('close', (status) => { running.delete(child); ok(status); }));
  return child;
}

/** Runs an import: {ms, peak (MB of the parent), line}. */
async function importing(db, dir) {
  const began = performance.now();
  const child = start(PLATEN, ['import', '--db', db, dir]);
  let peak = 0;
  const look = setInterval(() => {
    try { peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0)); } catch { /* it ended */ }
  }, 20);
  const status = await child.ended;
  clearInterval(look);
  if (status !== 0) throw new Error(child.out);
  const line = child.out.trim().split('\n').pop();
  return { ms: performance.now() - began, peak: peak / 1024, line };
}

function drop(db) {
  for (const end of ['', '-wal', '-shm']) rmSync(db + end, { force: true });
}

async function serve(db, args = []) {
  const began = performance.now();
  const child = start(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--threads', '1', '--rate-limit', '0', ...args]);
  for (let i = 0; i < 2000 && !/listening on (\S+)/.test(child.out); i++) await sleep(2);
  child.base = /listening on (\S+)/.exec(child.out)?.[1];
  if (!child.base) throw new Error(child.out);
  await get(`${child.base}/`);
  child.first = performance.now() - began;
  return child;
}

function get(url) {
  return new Promise((ok, bad) => {
    http.get(url, { agent: false }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d));
      r.on('end', () => (r.statusCode === 200 ? ok(Buffer.concat(parts)) : bad(new Error(`${url}: ${r.statusCode}`))));
    }).on('error', bad);
  });
}

async function stop(child) {
  child.kill('SIGTERM');
  await child.ended;
}

/** CPU microseconds that the process and its children have used. */
function cpu(pid) {
  let ns = 0;
  const pids = [pid, ...readdirSync('/proc').filter((d) => /^\d+$/.test(d)).filter((d) => {
    try { return Number(readFileSync(`/proc/${d}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === pid; } catch { return false; }
  })];
  for (const p of pids) {
    for (const t of readdirSync(`/proc/${p}/task`)) ns += Number(readFileSync(`/proc/${p}/task/${t}/schedstat`, 'utf8').split(' ')[0]);
  }
  return ns / 1000;
}

async function load(pid, url, seconds = 1) {
  const before = cpu(pid);
  const wrk = start('wrk', ['-t1', '-c16', `-d${seconds}`, url]);
  await wrk.ended;
  const used = cpu(pid) - before;
  const n = Number(/(\d+) requests in/.exec(wrk.out)?.[1] ?? 0);
  if (n === 0 || /Non-2xx/.test(wrk.out)) throw new Error(`${url}: ${wrk.out}`);
  return { cost: used / n, rps: Number(/Requests\/sec:\s+([\d.]+)/.exec(wrk.out)[1]) };
}

/** Targets {name: [pid, url]} in pairs: medians of cost (µs) and rps of each, and ratios to the first. */
async function pairs(targets) {
  const names = Object.keys(targets);
  const seen = Object.fromEntries(names.map((n) => [n, []]));
  for (let i = 0; i < ROUNDS; i++) {
    for (const n of i % 2 ? [...names].reverse() : names) seen[n].push(await load(...targets[n]));
  }
  const first = seen[names[0]];
  return Object.fromEntries(names.map((n) => [n, {
    cost: median(seen[n].map((r) => r.cost)),
    rps: median(seen[n].map((r) => r.rps)),
    ratio: median(seen[n].map((r, i) => r.cost / first[i].cost)),
    speed: median(seen[n].map((r, i) => r.rps / first[i].rps)),
  }]));
}

const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function imports() {
  const sizes = quick ? [1000, 10000] : [1000, 10000, 100000];
  const each = {};
  for (const n of sizes) {
    const dir = blog(ROOT, n);
    const db = join(ROOT, `posts-${n}.db`);
    drop(db);
    const first = await importing(db, dir);
    each[n] = first.ms / n;
    const limit = n === 10000;
    row(`import of ${n} posts`, `${Math.round(n / first.ms * 1000)} posts/s`, limit ? '2,000' : '', !limit || n / first.ms * 1000 >= 2000);
    row(`  peak memory of the parent`, `${first.peak.toFixed(0)} MB`, '64 MB', first.peak < 64);
    row(`  database`, `${(statSync(db).size / 1e6).toFixed(0)} MB`);
    const second = await importing(db, dir);
    const share = second.ms / first.ms * 100;
    row(`  again, unchanged`, `${second.ms.toFixed(0)} ms, ${share.toFixed(1)} %`, n === 1000 ? '' : '5 %', n === 1000 || share < 5);
    row(`  renders and rows written`, / 0 rendered, 0 rows written/.test(second.line) ? '0, 0' : second.line, '0, 0', / 0 rendered, 0 rows written/.test(second.line));
  }
  const [small, large] = [each[sizes[0]], each[sizes.at(-1)]];
  row(`time a post, ${sizes.at(-1)} against ${sizes[0]}`, `${(large / small).toFixed(2)} x`, '1.3 x', large / small <= 1.3);
}

async function depth(n) {
  const server = await serve(join(ROOT, `posts-${n}.db`), ['--cache-size', '0']);
  const deep = Math.floor(n / 20 * 0.9);
  const r = await pairs({ shallow: [server.pid, `${server.base}/page/2/`], deep: [server.pid, `${server.base}/page/${deep}/`] });
  row(`/page/${deep}/ against /page/2/ in ${n} posts, CPU`, `${r.deep.ratio.toFixed(2)} x (${r.shallow.cost.toFixed(0)} µs)`, '1.1 x', r.deep.ratio <= 1.1);
  const t = await pairs({ shallow: [server.pid, `${server.base}/tags/tag-7/page/2/`], deep: [server.pid, `${server.base}/tags/tag-7/page/${Math.floor(n / 20 * 0.04)}/`] });
  row(`  the same in a tag's list`, `${t.deep.ratio.toFixed(2)} x`, '1.1 x', t.deep.ratio <= 1.1);
  const s = await pairs({ common: [server.pid, `${server.base}/search/?q=press`], rare: [server.pid, `${server.base}/search/?q=nothing`] });
  row(`search for a common word in ${n} posts, CPU`, `${(s.common.cost / 1000).toFixed(1)} ms`);
  row(`start to first answer at ${n} posts`, `${server.first.toFixed(0)} ms`);
  row(`memory of the server after that load`, `${rss(server.pid).toFixed(0)} MB`);
  await stop(server);
}

/** nginx serving these bytes as a file, access log off. */
async function nginx(files) {
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

async function peers() {
  const server = await serve(join(ROOT, 'posts-1000.db'));
  const bare = await serve(join(ROOT, 'posts-1000.db'), ['--cache-size', '0']);
  const list = await get(`${server.base}/`);
  const link = /href="(\/posts\/p000\/[^"]+)"/.exec(list.toString())[1];
  const page = await get(`${server.base}${link}`);
  const file = await nginx({ 'post.html': page, 'list.html': list });
  for (const [name, path, bytes] of [['post', link, page], ['list', '/', list]]) {
    const r = await pairs({ nginx: [file.pid, `${file.base}/${name}.html`], kept: [server.pid, `${server.base}${path}`], made: [bare.pid, `${bare.base}${path}`] });
    const share = r.made.speed / r.kept.speed, least = name === 'post' ? 0.35 : 0.2;
    row(`${name} page of ${(bytes.length / 1024).toFixed(0)} KB, kept ready: CPU against nginx with a file`, `${r.kept.ratio.toFixed(2)} x (${r.kept.cost.toFixed(1)} µs, ${r.nginx.cost.toFixed(1)} µs)`, '0.85 x', r.kept.ratio <= 0.85);
    row(`  requests a second, one thread`, `${r.kept.rps.toFixed(0)} = ${r.kept.speed.toFixed(2)} x nginx`);
    row(`  made for each request: CPU`, `${r.made.cost.toFixed(0)} µs`);
    row(`  its rate against the kept one's`, `${share.toFixed(2)} x`, `${least} x`, share >= least);
  }
  row(`memory of the server, 1,000 posts, after load`, `${rss(server.pid).toFixed(0)} MB`);
  await stop(server);
  await stop(bare);
  file.kill('SIGTERM');
  await file.ended;
}

/** A blog of 754 posts and 174 pictures, when it is at hand. */
async function real() {
  const dir = process.env.BLOG ?? join('..', 'shared', 'corpus', 'rust-blog');
  if (!existsSync(dir)) return;
  const db = join(ROOT, 'real.db'), first = [], again = [];
  for (let i = 0; i < ROUNDS; i++) {
    drop(db);
    first.push((await importing(db, dir)).ms);
    again.push((await importing(db, dir)).ms);
  }
  row(`import of a real blog (${dir.split('/').pop()}), code in colours`, `${(median(first) / 1000).toFixed(2)} s`, '3 s', median(first) < 3000);
  row(`  again, unchanged`, `${median(again).toFixed(0)} ms`, '200 ms', median(again) < 200);
}

try {
  process.stderr.write(`${cpus()[0].model.trim()}, ${cpus().length} cores, Linux ${release()}; platen ${execFileSync(PLATEN, ['--version']).toString().trim().split(' ')[1]}\n`);
  await real();
  await imports();
  await depth(quick ? 10000 : 100000);
  await peers();
  for (const name of ['push', 'burst', 'search', 'events']) for (const r of JSON.parse(execFileSync(process.execPath, [`tests/bench/${name}.mjs`, '--rows'], { env: { ...process.env, B, ...(quick && { POSTS: '10000' }) }, stdio: ['ignore', 'pipe', 'inherit'] }).toString().split('\n').find((l) => l.startsWith('[[')))) row(...r);
  const width = [0, 1, 2].map((i) => Math.max(...rows.map((r) => r[i].length)));
  console.log(`\n| ${cpus()[0].model.trim()}, ${cpus().length} cores | | limit | |\n|---|---|---|---|`);
  for (const r of rows) console.log(`| ${r[0].padEnd(width[0])} | ${r[1].padEnd(width[1])} | ${r[2].padEnd(width[2])} | ${r[3]} |`);
  console.log(`\n${missed === 0 ? 'every limit held' : `${missed} limits missed`}`);
} finally {
  for (const child of running) child.kill('SIGKILL');
}
process.exit(missed > 0 ? 1 : 0);
