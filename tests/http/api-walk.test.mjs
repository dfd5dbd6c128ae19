// Ten thousand posts, walked by cursor in every order while others come, change their place and go.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { blog, platen, post, SLOW } from './lib/blog.mjs';

const POSTS = 10_000;
let b, token;
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

function ask(method, path, { body, headers = {} } = {}) {
  const url = new URL(path, b.server.base);
  return new Promise((ok, bad) => {
    const q = http.request(url, { method, agent, timeout: 30_000 * SLOW, headers: { ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers } }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d)).on('error', bad).on('end', () => {
        const text = Buffer.concat(parts).toString();
        ok({ status: r.statusCode, headers: r.headers, text, json: text ? JSON.parse(text) : null });
      });
    });
    q.on('timeout', () => q.destroy(new Error(`${path}: no answer`))).on('error', bad);
    q.end(body ? JSON.stringify(body) : undefined);
  });
}

const as = () => ({ Authorization: `Bearer ${token}` });
// Many share a title, a time of publication or of change.
const day = (n) => new Date(Date.UTC(2010, 0, 1 + (n % 3000), n % 2 ? 5 : 17)).toISOString().replace('.000', '');
const fields = (n) => ({ title: `Title ${n % 1500}`, published: day(n * 7), updated: day(n * 11) });

before(async () => {
  const files = { 'hugo.yaml': 'title: Many\n' };
  for (let i = 0; i < POSTS; i++) {
    const f = fields(i);
    files[`content/posts/s${i % 100}/p${i}.md`] = post(f.title, `Words ${i}.`, { date: f.published, lastmod: f.updated, tags: i % 2 ? '[odd]' : '[even]' });
  }
  b = await blog(files);
  token = (await platen(['token', 'create', '--db', b.db, '--name', 'w', '--scope', 'posts:write'])).stdout.trim();
});
after(async () => {
  agent.destroy();
  await b.server.stop();
});

/** Publishes, moves and removes posts of its own until told to stop; how many of each. */
async function disturb(until, seed) {
  const mine = [], done = { made: 0, moved: 0, gone: 0 };
  for (let n = seed; !until.over; n += 13) {
    if (mine.length < 20) {
      const r = await ask('POST', '/api/v1/posts', { body: { ...fields(n), slug: `own-${n}`, tags: ['odd', 'even'], body: 'More.' }, headers: as() });
      if (r.status === 503) continue;
      assert.equal(r.status, 201, r.text);
      mine.push(r.json.id);
      done.made++;
    } else if (n % 3 === 0) {
      const r = await ask('DELETE', `/api/v1/posts/${mine.shift()}`, { headers: { ...as(), 'If-Match': '*' } });
      assert.ok([204, 503].includes(r.status), r.text);
      done.gone++;
    } else {
      const r = await ask('PATCH', `/api/v1/posts/${mine[n % mine.length]}`, { body: fields(n * 17), headers: { ...as(), 'If-Match': '*' } });
      assert.ok([200, 503].includes(r.status), r.text);
      done.moved++;
    }
  }
  return done;
}

async function walk(query) {
  const seen = new Map();
  let cursor = '', pages = 0, last = null;
  do {
    const r = await ask('GET', `/api/v1/posts?limit=100&fields=id,title,published,updated,slug&${query}${cursor && `&cursor=${cursor}`}`);
    assert.equal(r.status, 200, r.text);
    for (const p of r.json.data) seen.set(p.id, { ...p, times: (seen.get(p.id)?.times ?? 0) + 1 });
    last = r.json.data.at(-1) ?? last;
    cursor = r.json.page.next;
    assert.ok(++pages < 400, 'it ends');
  } while (cursor);
  return seen;
}

test('every order: each post that nobody touches is seen exactly once', async () => {
  const until = { over: false };
  const disturbers = [1, 2].map((seed) => disturb(until, seed));
  try {
    for (const query of ['order=published', 'order=-published', 'order=updated', 'order=-updated', 'order=title', 'order=-title', 'order=-title&tag=odd', 'order=updated&section=posts&tag=even']) {
      const seen = await walk(query);
      const untouched = [...seen.values()].filter((p) => /^p\d+$/.test(p.slug));
      const want = query.includes('tag') ? POSTS / 2 : POSTS;
      assert.deepEqual(untouched.filter((p) => p.times !== 1), [], query);
      assert.equal(untouched.length, want, query);
    }
  } finally {
    until.over = true;
  }
  const done = await Promise.all(disturbers);
  assert.ok(done.every((d) => d.made > 0), JSON.stringify(done));
  assert.ok(done.reduce((n, d) => n + d.moved + d.gone, 0) > 0, JSON.stringify(done));
});
