// Lists of the API: how long one answer takes, deep in every order and under every filter, with 1,000 posts
// and with 100,000; none is kept, so each is made. Each round asks both servers, so that what else the machine does is
// shared. Runs by itself, too; databases that are there are used, others are made.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import http from 'node:http';
import { blog } from './posts.mjs';

const TOP = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PLATEN = resolve(TOP, process.env.B ?? 'build', 'platen');
const ROOT = join(TOP, 'build/bench');
const SIZES = [1000, Number(process.env.POSTS ?? 100000)];
const ROUNDS = Number(process.env.ROUNDS ?? 1000);
const LIMIT = 1.5;
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));
const rows = [];
function row(what, figure, limit = '', good = true) {
  rows.push([what, figure, limit, good]);
  if (!process.argv.includes('--rows')) console.log(`  ${what}: ${figure}${limit === '' ? '' : `  (limit ${limit}: ${good ? 'ok' : 'MISS'})`}`);
}

// FROM and TO are the dates a quarter of the posts are before and after.
const LISTS = {
  'newest first': 'order=-published', 'oldest first': 'order=published', updated: 'order=-updated', title: 'order=title', 'title, last first': 'order=-title',
  'a tag': 'tag=tag-7', 'a tag by title': 'tag=tag-7&order=title', 'a section by change': 'section=posts&order=updated', 'tag and section': 'tag=tag-7&section=posts',
  'tag and times': 'tag=tag-7&since=FROM&until=TO', times: 'since=FROM&until=TO', 'times by title': 'order=title&since=FROM', 'all of it': 'include=body,tags,toc', 'with total': 'include=total',
};
const OTHERS = { tags: '/api/v1/tags?order=-count', sections: '/api/v1/sections' };

function ask(server, target) {
  return new Promise((ok, bad) => {
    const began = performance.now();
    http.get(server.base + target, { agent: server.agent }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d)).on('end', () => {
        const ms = performance.now() - began;
        if (r.statusCode === 200) ok({ ms, json: JSON.parse(Buffer.concat(parts)) });
        else bad(new Error(`${target}: ${r.statusCode} ${Buffer.concat(parts)}`));
      });
    }).on('error', bad);
  });
}

async function start(posts) {
  mkdirSync(ROOT, { recursive: true });
  const db = join(ROOT, `posts-${posts}.db`);
  if (!existsSync(db)) execFileSync(PLATEN, ['import', '--db', db, blog(ROOT, posts)], { stdio: 'ignore' });
  execFileSync('cat', [db], { stdio: 'ignore' }); // once: what is compared is the work, not what of it the system happens to have in memory
  const child = spawn(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--threads', '1', '--rate-limit', '0', '--cache-size', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const s of [child.stdout, child.stderr]) s.on('data', (d) => (out += d));
  while (!/listening on (\S+)/.test(out)) await sleep(10);
  const server = { posts, child, base: /listening on (http\S+)/.exec(out)[1], agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) };
  const day = async (part) => (await ask(server, `/api/v1/posts?order=published&limit=1&page=${Math.max(1, Math.floor(posts * part))}`)).json.data[0].published;
  server.dates = { FROM: await day(0.25), TO: await day(0.75) };
  return server;
}

const ranked = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)];

/** Rounds of one request to each server; `on` gives the next target from the last answer. */
async function compare(name, servers, first, on = (server, target) => target, listed = true) {
  const times = servers.map(() => []);
  const targets = servers.map(first);
  for (let i = -20; i < ROUNDS; i++) {
    for (const [k, server] of servers.entries()) {
      const { ms, json } = await ask(server, targets[k]);
      if (i >= 0) times[k].push(ms);
      targets[k] = on(server, targets[k], json);
    }
  }
  const [few, many] = times.map((t) => ranked(t, 0.99)), ratio = many / few;
  row(`API, ${name}: p99 at ${SIZES[1]} posts against ${SIZES[0]}`, `${ratio.toFixed(2)} x (${many.toFixed(2)} ms; medians ${times.map((t) => ranked(t, 0.5).toFixed(2)).join(', ')})`, listed ? `${LIMIT} x` : '', !listed || ratio <= LIMIT);
}

const servers = [];
try {
  for (const posts of SIZES) servers.push(await start(posts));
  for (const [name, asked] of Object.entries(LISTS)) {
    const query = (s) => `/api/v1/posts?${asked.replace(/FROM|TO/g, (d) => encodeURIComponent(s.dates[d]))}`;
    await compare(name, servers, query, (s, target, json) => (json.page.next ? `${query(s)}&cursor=${json.page.next}` : query(s)));
  }
  for (const [name, target] of Object.entries(OTHERS)) await compare(name, servers, () => target);
  // Longer as time goes on, so it has no limit.
  const years = await Promise.all(servers.map(async (s) => (await ask(s, '/api/v1/archive')).json.data.length));
  await compare(`archive of ${years[1]} years, ${years[0]}`, servers, () => '/api/v1/archive', undefined, false);
  await compare('by number, in the middle', servers, (s) => `/api/v1/posts?page=${Math.floor(s.posts / 40)}`, undefined, false);
} finally {
  for (const s of servers) {
    s.agent.destroy();
    s.child.kill('SIGTERM');
  }
}
if (process.argv.includes('--rows')) console.log(JSON.stringify(rows));
