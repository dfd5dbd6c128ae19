// The same pages of small and large blogs: kept and made anew, the start, the memory. BENCH=million adds a blog of a
// million posts (twenty minutes and 20 GB for its import, once).
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PLATEN, ROOT, pairs, quick, row, rss, serve, sleep, stop } from './lib.mjs';
import { blog } from './posts.mjs';

const POST = '/posts/p000/post-000007/';
const sizes = quick ? [1000, 10000] : process.env.BENCH === 'million' ? [1000, 100000, 1000000] : [1000, 100000];
const named = (n) => n.toLocaleString('en');

function database(n) {
  const db = join(ROOT, `posts-${n}.db`);
  if (!existsSync(db)) execFileSync(PLATEN, ['import', '--db', db, blog(ROOT, n)], { stdio: 'ignore', maxBuffer: 1 << 30 });
  return db;
}

function memory(pid) {
  const children = execFileSync('sh', ['-c', `cat /proc/${pid}/task/*/children`]).toString().trim().split(/\s+/).filter(Boolean);
  return [pid, ...children].map(rss).reduce((a, b) => a + b, 0);
}

/** One page on every server, against the first. */
async function compare(what, servers, path, limit) {
  const r = await pairs(Object.fromEntries(sizes.map((n) => [n, [servers[n].pid, servers[n].base + path]])));
  for (const n of sizes.slice(1))
    row(`${what}, ${named(n)} posts against ${named(sizes[0])}: CPU`, `${r[n].ratio.toFixed(2)} x (${r[n].cost.toFixed(1)} µs)`, limit, r[n].ratio <= Number.parseFloat(limit));
}

async function each(args) {
  const servers = {};
  for (const n of sizes) servers[n] = await serve(database(n), args);
  return servers;
}

export async function growth() {
  const kept = await each([]);
  await compare('post page, kept', kept, POST, '1.1 x');
  await compare('listing, kept', kept, '/', '1.1 x');
  for (const n of sizes) await stop(kept[n]);
  const made = await each(['--cache-size', '0']);
  await compare('post page, made for each request', made, POST, '1.3 x');
  await compare('listing, made for each request', made, '/', '1.3 x');
  await compare('listing of a tag, made for each request', made, '/tags/tag-7/', '1.3 x');
  for (const n of sizes) {
    row(`start to first answer, ${named(n)} posts`, `${made[n].first.toFixed(0)} ms`, '50 ms', made[n].first < 50);
    await sleep(200);
    row('  memory after that load, server and renderers', `${memory(made[n].pid).toFixed(0)} MB`, '60 MB', memory(made[n].pid) < 60);
    await stop(made[n]);
  }
}

if (process.argv[1].endsWith('growth.mjs')) await growth();
