// Lists of the API: how long one answer takes, deep in every order and under every filter, with 1,000 posts
// and with 100,000. Runs by itself; databases that are there are used, others are made.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import http from 'node:http';
import { blog } from './posts.mjs';

const TOP = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PLATEN = resolve(TOP, process.env.B ?? 'build', 'platen');
const ROOT = join(TOP, 'build/bench');
const SIZES = (process.env.POSTS ?? '1000,100000').split(',').map(Number);
const ROUNDS = Number(process.env.ROUNDS ?? 300);
const LIMIT = 1.5;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));

const LISTS = {
  'newest first': 'order=-published', 'oldest first': 'order=published', updated: 'order=-updated', title: 'order=title', 'title, last first': 'order=-title',
  'a tag': 'tag=tag-7', 'a tag by title': 'tag=tag-7&order=title', 'a section by change': 'section=posts&order=updated', 'tag and section': 'tag=tag-7&section=posts',
  'tag and times': 'tag=tag-7&since=2005-01-01&until=2015-01-01', times: 'since=2005-01-01&until=2015-01-01', 'times by title': 'order=title&since=2005-01-01',
  'a word': 'q=galley&order=title', 'all of it': 'include=body,tags,toc', 'with total': 'include=total',
};

function ask(base, target) {
  return new Promise((ok, bad) => {
    const began = performance.now();
    http.get(base + target, { agent }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d)).on('end', () => {
        const ms = performance.now() - began;
        if (r.statusCode === 200) ok({ ms, json: JSON.parse(Buffer.concat(parts)) });
        else bad(new Error(`${target}: ${r.statusCode} ${Buffer.concat(parts)}`));
      });
    }).on('error', bad);
  });
}

async function measure(posts) {
  mkdirSync(ROOT, { recursive: true });
  const db = process.env[`DB_${posts}`] ?? join(ROOT, `api-${posts}.db`);
  if (!existsSync(db)) execFileSync(PLATEN, ['import', '--db', db, blog(ROOT, posts)], { stdio: 'ignore' });
  const server = spawn(PLATEN, ['serve', '--db', db, '--listen', '127.0.0.1:0', '--rate-limit', '0', '--cache-size', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  for (const s of [server.stdout, server.stderr]) s.on('data', (d) => (out += d));
  while (!/listening on (\S+)/.test(out)) await sleep(10);
  const base = /listening on (http\S+)/.exec(out)[1];
  const times = {};
  for (const [name, query] of Object.entries(LISTS)) {
    // a cursor from the middle of the list, then on from there
    const total = (await ask(base, `/api/v1/posts?limit=1&${query.replace('include=', 'include=total,')}${query.includes('include') ? '' : '&include=total'}`)).json.page.total;
    const middle = await ask(base, `/api/v1/posts?${query}&page=${Math.max(1, Math.floor(total / 40))}`);
    let cursor = middle.json.page.next;
    const list = [];
    for (let i = 0; i < ROUNDS; i++) {
      const { ms, json } = await ask(base, `/api/v1/posts?${query}${cursor ? `&cursor=${cursor}` : ''}`);
      list.push(ms);
      cursor = json.page.next;
    }
    list.sort((a, b) => a - b);
    times[name] = { p50: list[Math.floor(ROUNDS / 2)], p99: list[Math.floor(ROUNDS * 0.99)] };
  }
  for (const [name, target] of [['archive', '/api/v1/archive'], ['tags', '/api/v1/tags?order=-count'], ['search', '/api/v1/search?q=galley'], ['page in the middle', `/api/v1/posts?page=${Math.floor(posts / 40)}`]]) {
    const list = [];
    for (let i = 0; i < ROUNDS / 3; i++) list.push((await ask(base, target)).ms);
    list.sort((a, b) => a - b);
    times[name] = { p50: list[Math.floor(list.length / 2)], p99: list[Math.floor(list.length * 0.99)] };
  }
  server.kill('SIGTERM');
  return times;
}

const all = [];
for (const posts of SIZES) all.push(await measure(posts));
let missed = 0;
for (const name of Object.keys(all[0])) {
  const [few, many] = [all[0][name], all.at(-1)[name]];
  const ratio = many.p99 / few.p99, listed = name in LISTS && !/^(with total|a word)$/.test(name);
  if (listed && ratio > LIMIT) missed++;
  console.log(`  API, ${name}: p50 ${all.map((t) => t[name].p50.toFixed(2)).join(' / ')} ms, p99 ${all.map((t) => t[name].p99.toFixed(2)).join(' / ')} ms, ${ratio.toFixed(2)} x${listed ? `  (limit ${LIMIT}: ${ratio <= LIMIT ? 'ok' : 'MISS'})` : ''}`);
}
process.exitCode = missed > 0 ? 1 : 0;
