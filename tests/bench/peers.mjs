// Pages against servers that are known to be fast, with the same bytes: nginx and h2o with a file, and a bare epoll
// loop with a canned answer, which is the limit. One thread each, 16 connections kept alive, access logs off.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, get, nginx, pairs, row, rss, serve, sleep, start, stop, wrk } from './lib.mjs';
import { blog } from './posts.mjs';

const LOADED = 'make it with BENCH= first';

/** h2o with these bytes as files; null where it is not to be had. */
async function h2o(files) {
  if (!existsSync('/usr/bin/h2o')) return null;
  const dir = join(ROOT, 'h2o');
  mkdirSync(join(dir, 'www'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, 'www', name), bytes);
  const port = 18700 + (process.pid % 250);
  writeFileSync(join(dir, 'h2o.conf'), `num-threads: 1\nlisten:\n  host: 127.0.0.1\n  port: ${port}\nhosts:\n  default:\n    paths:\n      /:\n        file.dir: ${join(dir, 'www')}\n`);
  const child = start('/usr/bin/h2o', ['-m', 'worker', '-c', join(dir, 'h2o.conf')]);
  child.base = `http://127.0.0.1:${port}`;
  return await answers(child, Object.keys(files)[0]);
}

/** The bare loop with one answer, with the head that we send. */
async function epoll(name, head, body, port) {
  const program = join(ROOT, 'epoll');
  execFileSync('cc', ['-O2', '-o', program, 'tests/bench/epoll.c']);
  writeFileSync(join(ROOT, `${name}.head`), head);
  writeFileSync(join(ROOT, `${name}.body`), body);
  const child = start(program, [String(port), join(ROOT, `${name}.head`), join(ROOT, `${name}.body`)]);
  child.base = `http://127.0.0.1:${port}`;
  return await answers(child, '');
}

async function answers(child, name) {
  for (let i = 0; i < 100; i++) {
    try { await get(`${child.base}/${name}`); return child; } catch { await sleep(30); }
  }
  throw new Error(child.out);
}

/** The head of an answer as it came, with its length named. */
async function headOf(url) {
  const r = await fetch(url, { headers: { 'Accept-Encoding': 'identity' } });
  await r.arrayBuffer();
  return `HTTP/1.1 200 OK\r\n${[...r.headers].map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`;
}

const kb = (bytes) => `${(bytes.length / 1024).toFixed(0)} KB`;

async function against(server, bare, others, name, path, bytes, port) {
  const { file, fast } = others;
  const loop = await epoll(name, await headOf(server.base + path), bytes, port);
  const r = await pairs({
    nginx: [file.pid, `${file.base}/${name}.html`], kept: [server.pid, server.base + path], made: [bare.pid, bare.base + path], loop: [loop.pid, `${loop.base}/`],
    ...(fast && { h2o: [fast.pid, `${fast.base}/${name}.html`] }),
  });
  const share = r.made.speed / r.kept.speed, least = name === 'post' ? 0.35 : 0.2, limit = r.kept.ratio / r.loop.ratio;
  row(`${name} page of ${kb(bytes)}, kept ready: CPU against nginx with a file`, `${r.kept.ratio.toFixed(2)} x (${r.kept.cost.toFixed(1)} µs, ${r.nginx.cost.toFixed(1)} µs)`, '0.85 x', r.kept.ratio <= 0.85);
  row('  CPU against a bare epoll loop', `${limit.toFixed(2)} x (${r.loop.cost.toFixed(1)} µs)`, '1.3 x', limit <= 1.3);
  row('  requests a second, one thread', `${r.kept.rps.toFixed(0)} = ${r.kept.speed.toFixed(2)} x nginx${fast ? `, ${(r.kept.speed / r.h2o.speed).toFixed(2)} x h2o` : ''}`, fast ? '1 x h2o' : '', !fast || r.kept.speed >= r.h2o.speed);
  row('  made for each request: CPU', `${r.made.cost.toFixed(0)} µs`);
  row(`  its rate against the kept one's`, `${share.toFixed(2)} x`, `${least} x`, share >= least);
  if (name === 'post') row(`  its rate against nginx's with a file`, `${r.made.speed.toFixed(2)} x`, '0.3 x', r.made.speed >= 0.3);
  loop.kill('SIGTERM');
  await loop.ended;
}

/** What a page costs in its other forms, against itself. */
async function forms(server, path, what) {
  const url = server.base + path;
  const etag = (await fetch(url, { headers: { 'Accept-Encoding': 'identity' } })).headers.get('etag');
  const asked = { plain: [], gzip: ['-H', 'Accept-Encoding: gzip'], brotli: ['-H', 'Accept-Encoding: br'] };
  const r = await pairs(Object.fromEntries(Object.entries(asked).map(([n, args]) => [n, [server.pid, url, args]])));
  row(`${what}: gzip against plain, CPU`, `${r.gzip.ratio.toFixed(2)} x`, '1 x', r.gzip.ratio <= 1);
  row('  brotli', `${r.brotli.ratio.toFixed(2)} x`, '1 x', r.brotli.ratio <= 1);
  const own = await pairs({ plain: [server.pid, url, {}], same: [server.pid, url, { 'If-None-Match': etag }] });
  row('  304', `${own.same.ratio.toFixed(2)} x`, '1 x', own.same.ratio < 1);
}

/** Half of the most it does over as many connections: each waits its turn before it asks again. */
async function patience(server, url, connections, most, more = []) {
  const script = join(ROOT, 'patience.lua');
  writeFileSync(script, 'local mean\nfunction init(args) mean = tonumber(args[1]); math.randomseed(os.time()) end\nfunction delay() return math.floor(mean * (0.5 + math.random())) end\n');
  const ran = await wrk(['-t1', `-c${connections}`, '-d8', '--latency', '-s', script, ...more, url, '--', String(Math.round((connections / (most / 2)) * 1000))]);
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(ran);
  const ms = Number(p99[1]) * { us: 0.001, ms: 1, s: 1000 }[p99[2]];
  return { ms, rps: Number(/Requests\/sec:\s+([\d.]+)/.exec(ran)[1]), failed: /Socket errors: (.*)/.exec(ran)?.[1] ?? '' };
}

async function connections(db, path) {
  const server = await serve(db, ['--max-connections', '12000']);
  const ran = await wrk(['-t1', '-c5000', '-d4', server.base + path]);
  const most = Number(/Requests\/sec:\s+([\d.]+)/.exec(ran)[1]);
  const many = await patience(server, server.base + path, 5000, most);
  row(`5,000 connections kept alive, ${Math.round(many.rps)} requests a second of ${Math.round(most)} at most`, `p99 ${many.ms.toFixed(1)} ms${many.failed && ` (${many.failed})`}`, '10 ms', many.ms < 10 && !many.failed);
  row('  memory of the server meanwhile', `${rss(server.pid).toFixed(0)} MB`);
  const fresh = await patience(server, server.base + path, 50, 1000, ['-H', 'Connection: close']);
  row(`${Math.round(fresh.rps)} new connections a second`, `p99 ${fresh.ms.toFixed(1)} ms`, '10 ms', fresh.ms < 10);
  await stop(server);
}

/** Server and renderers, 200 posts, nothing asked for a while. */
async function idle() {
  const db = join(ROOT, 'posts-200.db');
  if (!existsSync(db)) execFileSync(process.env.PLATEN_BIN ?? join(process.env.B ?? 'build', 'platen'), ['import', '--db', db, blog(ROOT, 200)], { stdio: 'ignore' });
  const server = await serve(db);
  await sleep(1500);
  const children = execFileSync('sh', ['-c', `cat /proc/${server.pid}/task/*/children`]).toString().trim().split(/\s+/).filter(Boolean).map(Number);
  const all = [server.pid, ...children].map(rss).reduce((a, b) => a + b, 0);
  row(`memory idle with 200 posts, server and ${children.length} renderers`, `${all.toFixed(1)} MB`, '20 MB', all < 20);
  await stop(server);
}

export async function peers() {
  const db = join(ROOT, 'posts-1000.db');
  if (!existsSync(db)) throw new Error(LOADED);
  const server = await serve(db);
  const bare = await serve(db, ['--cache-size', '0']);
  const list = await get(`${server.base}/`);
  const link = /href="(\/posts\/p000\/[^"]+)"/.exec(list.toString())[1];
  const page = await get(server.base + link);
  const files = { 'post.html': page, 'list.html': list };
  const others = { file: await nginx(files), fast: await h2o(files) };
  await against(server, bare, others, 'post', link, page, 18950);
  await against(server, bare, others, 'list', '/', list, 18951);
  const json = await get(`${server.base}/api/v1/posts?limit=20`);
  const r = await pairs({ page: [server.pid, `${server.base}/`], json: [server.pid, `${server.base}/api/v1/posts?limit=20`] });
  row(`JSON list of 20 posts, ${kb(json)}, kept: CPU against the listing of ${kb(list)}`, `${r.json.ratio.toFixed(2)} x (${r.json.cost.toFixed(1)} µs)`, '1.2 x', r.json.ratio <= 1.2);
  await forms(server, '/', `the listing of ${kb(list)}`);
  row(`memory of the server, 1,000 posts, after load`, `${rss(server.pid).toFixed(0)} MB`);
  await stop(server);
  await stop(bare);
  for (const other of [others.file, others.fast]) {
    other?.kill('SIGTERM');
    await other?.ended;
  }
  await connections(db, link);
  await idle();
}

if (process.argv[1].endsWith('peers.mjs')) await peers();
