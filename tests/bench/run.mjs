// make bench: what Platen costs on this machine, each row with its limit. Comparisons are pairs in one
// run, medians of five; BENCH=quick leaves out the 100,000 posts, BENCH=million adds a million.
import { execFileSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { B, PLATEN, ROOT, ROUNDS, drop, median, misses, pairs, quick, row, rows, running, serve, start, stop } from './lib.mjs';
import { growth } from './growth.mjs';
import { peers } from './peers.mjs';
import { blog } from './posts.mjs';

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
  await stop(server);
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
  await growth();
  await peers();
  for (const name of ['push', 'burst', 'search', 'events', 'api']) for (const r of JSON.parse(execFileSync(process.execPath, [`tests/bench/${name}.mjs`, '--rows'], { env: { ...process.env, B, ...(quick && { POSTS: '10000' }) }, stdio: ['ignore', 'pipe', 'inherit'] }).toString().split('\n').find((l) => l.startsWith('[[')))) row(...r);
  const width = [0, 1, 2].map((i) => Math.max(...rows.map((r) => r[i].length)));
  console.log(`\n| ${cpus()[0].model.trim()}, ${cpus().length} cores | | limit | |\n|---|---|---|---|`);
  for (const r of rows) console.log(`| ${r[0].padEnd(width[0])} | ${r[1].padEnd(width[1])} | ${r[2].padEnd(width[2])} | ${r[3]} |`);
  console.log(`\n${misses() === 0 ? 'every limit held' : `${misses()} limits missed`}`);
} finally {
  for (const child of running) child.kill('SIGKILL');
}
process.exit(misses() > 0 ? 1 : 0);
