// Random histories of a blog's repository: whatever was pushed, delivered, lost, repeated or reordered,
// readers see what a fresh import of the tip shows, byte for byte, and every address that was ever live
// answers 200, one 301 that ends in 200, or 410.
//
// The tree of a history is a Map of path and text; what an author does to it is one of DEEDS, how it
// reaches the server one of WAYS. Two things may differ from a fresh import, and the tree that is
// imported for comparison says how: a broken file, and one that asks for another's permalink, keep their
// last good version.
//
// PLATEN_SEED=7 replays a seed (several: 7,8), PLATEN_TEST_LONG=1 runs many, PLATEN_STEPS bounds one.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { folder, platen, poll, post, scratch, serve, SLOW } from './lib/blog.mjs';
import { deliver, github, push as pushed, sha1 } from './lib/sign.mjs';
import { gitHost } from './lib/githost.mjs';

const LONG = Boolean(process.env.PLATEN_TEST_LONG);
const STEPS = Number(process.env.PLATEN_STEPS ?? (LONG ? 40 : 12));
const SITE = 'https://blog.example.org';
const SECRET = 'a secret of the histories';
const EPOCH = 1_500_000_000; // of commits, so that ids are the same for the same seed

// ---- chance ----

function chance(seed) {
  let x = seed >>> 0;
  const roll = (n) => {
    x = (x + 0x6d2b79f5) >>> 0;
    let t = Math.imul(x ^ (x >>> 15), x | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
  roll.of = (list) => list[roll(list.length)];
  roll.some = (list, n) => Array.from({ length: n }, () => roll.of(list));
  return roll;
}

// ---- posts ----

const WORDS = 'press type paper ink letter roller platen frame galley forme lead serif margin proof sheet hand'.split(' ');
const TAGS = ['Ink', 'Paper', 'Hand Press', 'C++', 'ink', 'Über', 'Sorts'];
const BREAKS = ['publishDate: 2024-02-30', 'cover: [', 'title: Twice', '- : -'];
const PICTURE = (n) => `<svg xmlns="http://www.w3.org/2000/svg" width="${n}" height="${n}"/>`;

const isPost = (path) => path.startsWith('content/') && path.endsWith('.md') && !path.endsWith('/_index.md');
const isBundle = (path) => path.endsWith('/index.md');
const isBroken = (text) => BREAKS.some((line) => text.includes(`\n${line}\n`));
const listed = (value) => (value ?? '[]').slice(1, -1).split(', ').filter((v) => v !== '');

/** {head: {key: text of the value}, body} of a post that `post` wrote. */
function read(text) {
  const [, head, body] = /^---\n([^]*?)\n---\n\n([^]*)\n$/.exec(text);
  const pairs = head.split('\n').filter((l) => !BREAKS.includes(l)).map((l) => [l.slice(0, l.indexOf(': ')), l.slice(l.indexOf(': ') + 2)]);
  return { head: Object.fromEntries(pairs), body };
}

function wrote({ head, body }) {
  const { title, ...more } = head;
  return post(JSON.parse(title), body, more);
}

const dated = (head) => /^\d{4}/.exec(head.date)[0];
const isLive = (head) => head.draft !== 'true' && !head.expiryDate?.startsWith('2020');
const isMoving = (site) => /permalinks/.test(site);

/** The permalink by path, front matter and the site's settings. */
function permalink(path, head, site) {
  if (head.url) return head.url;
  const parts = path.slice('content/'.length).replace(/(\/index)?\.md$/, '').split('/');
  const name = head.slug ?? parts.at(-1);
  if (isMoving(site) && parts[0] === 'posts') return `/${dated(head)}/${name}/`;
  return `/${[...parts.slice(0, -1), name].join('/')}/`;
}

// ---- what readers shall see of a tree ----

/** The posts of a tree that can be read: Map(path → {text, head, link, live}). */
function posts(tree) {
  const out = new Map();
  for (const [path, text] of tree) {
    if (!isPost(path) || isBroken(text)) continue;
    const { head } = read(text);
    out.set(path, { text, head, link: permalink(path, head, tree.get('platen.yaml')), live: isLive(head) });
  }
  return out;
}

/** What of a tree decides where its posts stand. */
const shape = (tree) => [isMoving(tree.get('platen.yaml')), ...[...tree.keys()].filter((p) => p.endsWith('_index.md')).sort()].join();

/** The tree as it shall be shown, or null where that would depend on more than `shown`, the one before.
 * `held`: paths that keep their last good version, or none. */
function effective(tree, shown) {
  const now = posts(tree);
  const held = new Set([...tree.keys()].filter((p) => isPost(p) && !now.has(p)));
  const before = shown ? posts(shown) : new Map();
  const claims = new Map();
  for (const [path, p] of now) if (p.live) claims.set(p.link, [...(claims.get(p.link) ?? []), path]);
  for (const [link, paths] of claims) {
    const had = (path) => before.get(path)?.live && before.get(path).link === link;
    const rank = (path) => (!had(path) ? 2 : before.get(path).text === now.get(path).text ? 0 : 1);
    paths.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
    if (paths.length > 1 && rank(paths[0]) === 2 && [...before.values()].some((b) => b.live && b.link === link)) return null;
    for (const path of paths.slice(1)) held.add(path);
  }
  const out = new Map(tree);
  for (const path of held) {
    const last = shown?.get(path);
    if (last === undefined) out.delete(path);
    else out.set(path, last);
    // What is beside a post that is not there, and what was rendered under other settings, are their own stories.
    if (last === undefined && isBundle(path)) return null;
    if (last !== undefined && shape(shown) !== shape(tree)) return null;
    if (last !== undefined && before.get(path).live && claims.get(before.get(path).link)?.some((p) => !held.has(p))) return null;
  }
  for (const path of shown?.keys() ?? []) if (isPost(path) && !tree.has(path) && held.size > 0 && !before.has(path)) return null;
  return { tree: out, held };
}

/** Media: Map(address → path). */
function media(tree) {
  const out = new Map();
  const all = posts(tree);
  for (const path of tree.keys()) {
    if (path.startsWith('static/')) out.set(path.slice('static'.length), path);
    const owner = all.get(join(dirname(path), 'index.md'));
    if (owner && !path.endsWith('.md') && owner.live) out.set(owner.link + path.slice(dirname(path).length + 1), path);
  }
  return out;
}

// ---- deeds ----

class Author {
  constructor(roll) {
    this.roll = roll;
    this.serial = 0;
    this.tree = new Map();
    this.links = new Set(); // every permalink there ever was
  }

  body() {
    const sentence = () => `${this.roll.some(WORDS, 8 + this.roll(8)).join(' ')}.`;
    return `Number ${++this.serial}. ${sentence()}\n\n## ${this.roll.of(WORDS)}\n\n${sentence()}`;
  }

  name() {
    return `${this.roll.of(WORDS)}-${++this.serial}`;
  }

  path(name = this.name()) {
    const place = this.roll.of(['posts', 'posts', 'posts', 'notes', 'posts/deep', '']);
    return `content/${place}/${name}${this.roll(4) === 0 ? '/index' : ''}.md`.replace('//', '/');
  }

  /** No two posts are of one moment: their order would be that of their first letters, then of their arrival. */
  date() {
    const seconds = ++this.serial % 3600;
    const two = (n) => String(n).padStart(2, '0');
    return `${2018 + this.roll(6)}-0${1 + this.roll(9)}-${10 + this.roll(18)}T12:${two(Math.floor(seconds / 60))}:${two(seconds % 60)}Z`;
  }

  fresh() {
    const date = this.date();
    const tags = this.roll(5) === 0 ? undefined : `[${[...new Set(this.roll.some(TAGS, 1 + this.roll(3)))].join(', ')}]`;
    return post(`${this.roll.of(WORDS)} ${++this.serial}`, this.body(), { date, tags });
  }

  start() {
    this.tree.set('platen.yaml', 'title: Beginning\npage_size: 4\n');
    this.tree.set('content/posts/_index.md', '---\ntitle: All posts\n---\n');
    this.tree.set('static/mark.svg', PICTURE(1));
    for (let i = 0; i < 11; i++) this.tree.set(this.path(), this.fresh());
    this.tree.set('content/posts/first/index.md', this.fresh());
    this.tree.set('content/posts/first/plate.svg', PICTURE(2));
    return this.note();
  }

  note() {
    for (const p of posts(this.tree).values()) this.links.add(p.link);
    return this;
  }

  posts(test = () => true) {
    return [...posts(this.tree).keys()].filter((path) => test(path));
  }

  change(path, how) {
    const p = read(this.tree.get(path));
    how(p.head, p);
    for (const [key, value] of Object.entries(p.head)) if (value === undefined) delete p.head[key];
    this.tree.set(path, wrote(p));
    return path;
  }

  move(from, to) {
    const moved = (path) => (isBundle(from) && path.startsWith(dirname(from) + '/') ? dirname(to) + path.slice(dirname(from).length) : path === from ? to : null);
    for (const [path, text] of [...this.tree]) {
      const target = moved(path);
      if (target === null) continue;
      this.tree.delete(path);
      this.tree.set(target, text);
    }
    return `${from} → ${to}`;
  }

  remove(path) {
    for (const other of [...this.tree.keys()]) if (other === path || (isBundle(path) && other.startsWith(dirname(path) + '/'))) this.tree.delete(other);
    return path;
  }
}

const rename = (a, path) => a.move(path, isBundle(path) ? `content/${a.roll.of(['posts', 'notes'])}/${a.name()}/index.md` : a.path().replace(/\/index\.md$/, '.md'));
const other = (a, path) => a.roll.of(a.posts((p) => p !== path));
const linkOf = (a, path) => posts(a.tree).get(path).link;

// Each takes the author and says what it did, or gives null when there is nothing to do it to.
const DEEDS = {
  edit: (a) => a.change(a.roll.of(a.posts()), (h, p) => (p.body = a.body())),
  retitle: (a) => a.change(a.roll.of(a.posts()), (h) => (h.title = JSON.stringify(`${a.roll.of(WORDS)} ${++a.serial}`))),
  redate: (a) => a.change(a.roll.of(a.posts()), (h) => (h.date = a.date())),
  write: (a) => {
    const path = a.path();
    a.tree.set(path, a.fresh());
    if (isBundle(path)) a.tree.set(join(dirname(path), 'plate.svg'), PICTURE(++a.serial));
    return path;
  },
  rename: (a) => rename(a, a.roll.of(a.posts())),
  renameAndEdit: (a) => {
    const path = a.roll.of(a.posts());
    a.change(path, (h, p) => (p.body = a.body()));
    return rename(a, path);
  },
  renameKeepingAddress: (a) => {
    const path = a.roll.of(a.posts());
    const link = linkOf(a, path);
    a.change(path, (h, p) => ([h.url, p.body] = [link, a.body()]));
    return rename(a, path);
  },
  remove: (a) => (a.posts().length > 6 ? a.remove(a.roll.of(a.posts())) : null),
  removeAndCopyElsewhere: (a) => {
    const path = a.roll.of(a.posts((p) => !isBundle(p)));
    const text = a.tree.get(path);
    a.tree.delete(path);
    const copies = [0, 1].map(() => a.path().replace(/\/index\.md$/, '.md'));
    for (const copy of copies) a.tree.set(copy, text);
    a.change(copies[a.roll(2)], (h) => ([h.slug, h.url, h.date] = [undefined, undefined, a.date()]));
    return `${path} → ${copies.join(' ')}`;
  },
  slug: (a) => a.change(a.roll.of(a.posts()), (h) => (h.slug = a.roll(4) === 0 ? undefined : a.name())),
  url: (a) => a.change(a.roll.of(a.posts()), (h) => (h.url = h.url || a.roll(2) === 0 ? undefined : `/fixed/${a.name()}/`)),
  aliasOfMine: (a) => a.change(a.roll.of(a.posts()), (h) => (h.aliases = `[/old/${a.name()}/, /old/${a.name()}]`)),
  aliasOfAnother: (a) => {
    const path = a.roll.of(a.posts());
    return a.change(path, (h) => (h.aliases = `[${linkOf(a, other(a, path))}, /old/${a.name()}/]`));
  },
  aliasOfOld: (a) => a.change(a.roll.of(a.posts()), (h) => (h.aliases = `[${a.roll.of([...a.links])}]`)),
  aliasOfTwo: (a) => {
    const [one, two] = [`/old/${a.name()}/`, a.roll.of(a.posts())];
    a.change(two, (h) => (h.aliases = `[${one}]`));
    return `${two} ${a.change(other(a, two), (h) => (h.aliases = `[${one}, ${a.roll.of([...a.links])}]`))}`;
  },
  noAlias: (a) => {
    const path = a.roll.of(a.posts((p) => read(a.tree.get(p)).head.aliases));
    return path ? a.change(path, (h) => (h.aliases = undefined)) : null;
  },
  draft: (a) => a.change(a.roll.of(a.posts()), (h) => (h.draft = h.draft ? undefined : 'true')),
  publish: (a) => {
    const path = a.roll.of(a.posts((p) => read(a.tree.get(p)).head.draft));
    return path ? a.change(path, (h) => (h.draft = undefined)) : null;
  },
  expire: (a) => a.change(a.roll.of(a.posts()), (h) => (h.expiryDate = h.expiryDate ? undefined : '2020-01-01')),
  tags: (a) => a.change(a.roll.of(a.posts()), (h) => (h.tags = a.roll(4) === 0 ? undefined : `[${[...new Set(a.roll.some(TAGS, 2))].join(', ')}]`)),
  noTag: (a) => {
    const tag = a.roll.of(TAGS);
    const had = a.posts((p) => listed(read(a.tree.get(p)).head.tags).includes(tag));
    for (const path of had) a.change(path, (h) => (h.tags = `[${listed(h.tags).filter((t) => t !== tag).join(', ')}]`));
    return had.length > 0 ? tag : null;
  },
  picture: (a) => {
    const place = a.roll.of(['static', ...a.posts(isBundle).map(dirname)]);
    const path = `${place}/${a.roll.of(['plate.svg', 'mark.svg', 'chart.svg'])}`;
    a.tree.set(path, PICTURE(++a.serial));
    return path;
  },
  noPicture: (a) => {
    const path = a.roll.of([...a.tree.keys()].filter((p) => p.endsWith('.svg')));
    if (path) a.tree.delete(path);
    return path ?? null;
  },
  picturesSwap: (a) => {
    const [one, two] = a.roll.some([...a.tree.keys()].filter((p) => p.endsWith('.svg')), 2);
    if (one === two || one === undefined) return null;
    const bytes = a.tree.get(one);
    a.tree.set(one, a.tree.get(two)).set(two, bytes);
    return `${one} ↔ ${two}`;
  },
  swapFiles: (a) => {
    const one = a.roll.of(a.posts((p) => !isBundle(p)));
    const two = a.roll.of(a.posts((p) => !isBundle(p) && p !== one));
    if (!one || !two) return null;
    const text = a.tree.get(one);
    a.tree.set(one, a.tree.get(two)).set(two, text);
    return `${one} ↔ ${two}`;
  },
  swapSlugs: (a) => {
    const one = a.roll.of(a.posts((p) => p.startsWith('content/posts/')));
    const two = a.roll.of(a.posts((p) => p.startsWith('content/posts/') && p !== one));
    if (!one || !two) return null;
    const slug = (path) => linkOf(a, path).split('/').at(-2);
    const [first, second] = [slug(one), slug(two)];
    a.change(one, (h) => (h.slug = second));
    a.change(two, (h) => (h.slug = first));
    return `${one} ↔ ${two}`;
  },
  shiftFiles: (a) => {
    const [one, two] = [a.roll.of(a.posts((p) => !isBundle(p))), a.roll.of(a.posts((p) => !isBundle(p)))];
    if (one === two || !one) return null;
    const end = rename(a, two);
    return `${a.move(one, two)} ${end}`;
  },
  takeOldAddress: (a) => {
    const taken = new Set([...posts(a.tree).values()].map((p) => p.link));
    const link = a.roll.of([...a.links].filter((l) => !taken.has(l)));
    if (!link) return null;
    const path = a.path();
    a.tree.set(path, wrote({ ...read(a.fresh()), head: { ...read(a.fresh()).head, url: link } }));
    return `${path} at ${link}`;
  },
  clash: (a) => {
    const path = a.roll.of(a.posts((p) => p.startsWith('content/posts/')));
    const target = other(a, path);
    return a.change(path, (h) => (h.url = linkOf(a, target))) + ` at ${linkOf(a, target)}`;
  },
  section: (a) => {
    a.tree.set(`content/${a.roll.of(['posts', 'notes', 'posts/deep'])}/_index.md`, `---\ntitle: Section ${++a.serial}\n---\n\n${a.roll.of(['', a.body()])}\n`);
    return 'a title';
  },
  noSection: (a) => {
    const path = a.roll.of([...a.tree.keys()].filter((p) => p.endsWith('_index.md')));
    if (path) a.tree.delete(path);
    return path ?? null;
  },
  site: (a) => {
    const moving = isMoving(a.tree.get('platen.yaml')) ? 'permalinks: {posts: /:year/:slugorfilename/}\n' : '';
    a.tree.set('platen.yaml', `title: Title ${++a.serial}\npage_size: ${3 + a.roll(3)}\n${a.roll.of(['', 'main_sections: [posts]\n'])}${moving}`);
    return 'settings';
  },
  permalinks: (a) => {
    const site = a.tree.get('platen.yaml');
    a.tree.set('platen.yaml', isMoving(site) ? site.replace(/permalinks.*\n/, '') : `${site}permalinks: {posts: /:year/:slugorfilename/}\n`);
    return isMoving(site) ? 'default' : 'by year';
  },
  break: (a) => {
    const path = a.roll.of(a.posts());
    a.tree.set(path, a.tree.get(path).replace(/\n---\n/, `\n${a.roll.of(BREAKS)}\n---\n`));
    return path;
  },
  breakNew: (a) => {
    const path = a.path().replace(/\/index\.md$/, '.md');
    a.tree.set(path, a.fresh().replace(/\n---\n/, `\n${a.roll.of(BREAKS)}\n---\n`));
    return path;
  },
  mend: (a) => {
    const path = a.roll.of([...a.tree.keys()].filter((p) => isPost(p) && isBroken(a.tree.get(p))));
    return path ? a.change(path, (h, p) => (p.body = a.body())) : null;
  },
};
const MENDING = ['mend', 'mend', 'publish'];

// ---- git ----

const GIT = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org', GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' };

class Work {
  constructor(dir) {
    this.dir = dir;
    this.commits = 0;
  }

  git(...args) {
    const date = `${EPOCH + this.commits * 60} +0000`;
    return execFileSync('git', ['-C', this.dir, ...args], { env: { ...process.env, ...GIT, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date }, stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();
  }

  tip() {
    return this.git('rev-parse', 'HEAD');
  }

  /** The tree that is checked out. */
  read() {
    const out = new Map();
    for (const e of readdirSync(this.dir, { recursive: true, withFileTypes: true })) {
      const path = join(e.parentPath ?? e.path, e.name).slice(this.dir.length + 1);
      if (e.isFile() && !path.startsWith('.git/')) out.set(path, readFileSync(join(this.dir, path), 'utf8'));
    }
    return out;
  }

  /** Makes the tree the checkout's, and commits it. */
  commit(tree, message) {
    for (const path of this.read().keys()) if (!tree.has(path)) rmSync(join(this.dir, path));
    for (const [path, text] of tree) {
      mkdirSync(dirname(join(this.dir, path)), { recursive: true });
      writeFileSync(join(this.dir, path), text);
    }
    this.commits++;
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
  }
}

// ---- ways to the server ----

/** By pushes to a git host and its signed deliveries. */
async function byPush(t, kind, sweep) {
  const host = await gitHost({ kind });
  const dir = scratch();
  const db = join(dir, 'platen.db');
  writeFileSync(join(dir, 'secret'), `${SECRET}\n`);
  const made = await platen(['token', 'create', '--db', db, '--name', 'history', '--scope', 'deliveries:read,deliveries:replay']);
  assert.equal(made.status, 0, made.stderr);
  const authorization = { Authorization: `Bearer ${made.stdout.trim()}` };
  const begin = () => serve(db, { args: ['--repo', host.url, '--webhook-secret-file', join(dir, 'secret'), '--sweep', String(sweep), '--base-url', `${SITE}/`, '--threads', '2'] });
  const way = {
    host, db, work: new Work(host.work), server: null,
    begin: async () => (way.server = await begin()),
    stop: () => way.server?.stop(),
    api: async (path) => JSON.parse((await way.server.get(path, { headers: authorization })).text),
    applied: async () => {
      const status = await platen(['status', '--db', db, '--json']);
      assert.equal(status.status, 0, status.stderr);
      return JSON.parse(status.stdout).applied_commit;
    },
    push: (force) => host.push({ force }),
    deliver: async (after, id = randomUUID()) => {
      const answer = await deliver(way.server, github(SECRET, pushed({ after }), { id }));
      assert.ok(answer.status === 202 || answer.status === 200, `delivery: ${answer.status} ${answer.text}`);
      return { id, status: answer.status, record: answer.json?.id };
    },
    restart: async () => {
      await way.server.stop();
      await way.begin();
    },
    ended: async () => {
      const { deliveries } = JSON.parse((await platen(['status', '--db', db, '--json'])).stdout);
      assert.deepEqual([deliveries.pending, deliveries.failed], [0, 0], 'nothing is left over');
    },
    /** Until the tip is what readers see, and every delivery of the step is done. */
    settled: async (tip, deliveries) => {
      await poll(async () => (await way.applied()) === tip, { timeout: 10_000 * SLOW, every: 10, what: `commit ${tip} is applied` });
      for (const d of deliveries) {
        const record = await poll(async () => {
          const r = await way.api(`/api/v1/deliveries/${d.record}`);
          return r.state !== 'pending' && r;
        }, { what: `delivery ${d.record} is done` });
        assert.equal(record.state, 'done', JSON.stringify(record));
      }
    },
  };
  t.after(async () => {
    await way.stop();
    await host.down();
  });
  return way;
}

/** By imports of the folder beside a running server; deliveries mean nothing here. */
async function byImport(t) {
  const dir = join(scratch(), 'work');
  const db = join(scratch(), 'platen.db');
  mkdirSync(dir);
  execFileSync('git', ['init', '-q', '-b', 'main', dir], { env: { ...process.env, ...GIT } });
  const way = {
    db, work: new Work(dir), server: null,
    begin: async () => {
      await way.settled();
      way.server = await serve(db, { args: ['--base-url', `${SITE}/`] });
    },
    stop: () => way.server?.stop(),
    push: async () => {},
    deliver: async () => ({ record: 0, status: 202 }),
    restart: async () => {},
    settled: async () => {
      const result = await platen(['import', '--db', db, dir]);
      assert.equal(result.status, 0, result.stderr);
    },
  };
  t.after(() => way.stop());
  return way;
}

// ---- readers ----

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

function look(base, path) {
  return new Promise((ok, bad) => {
    http.get(`${base}${encodeURI(path)}`, { agent, timeout: 10_000 * SLOW }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d));
      r.on('error', bad);
      r.on('end', () => ok({ status: r.statusCode, type: r.headers['content-type'], to: r.headers.location, text: Buffer.concat(parts).toString('latin1') }));
    }).on('error', (e) => bad(new Error(`${path}: ${e.message}`)));
  });
}

const locations = (text) => [...text.matchAll(/<loc>([^<]*)<\/loc>/g)].map((m) => decodeURI(m[1].slice(SITE.length)));
const TERMS = ['ink', 'paper', 'hand-press', 'c++', 'über', 'sorts'];
const LISTS = ['/', '/posts/', '/notes/', '/posts/deep/', ...TERMS.map((t) => `/tags/${t}/`)];
const FEEDS = LISTS.map((l) => `${l}index.xml`);
// A page of a list goes when the list becomes shorter: compared, but nobody's address for ever.
const PAGED = ['/', '/posts/', '/tags/ink/', '/tags/paper/'].flatMap((l) => [1, 2, 3, 4, 5].map((n) => `${l}page/${n}/`));
const VIEWS = ['/tags/', '/archive/', '/atom.xml', '/feed.json', '/tags/index.xml', '/sitemap.xml', '/robots.txt', '/missing/', '/api/v1/archive', '/api/v1/posts?fields=title,url,tags,section&include=total',
  ...['press', 'galley', 'number', '"hand press"', 'twice', 'fol'].map((q) => `/search/?q=${q}`)];

/** Without the time when a list changed: it does not go back when the newest post leaves the list. */
function timeless(path, text) {
  text = text.replace(/<a href="[^"]*\?rev="[^>]*>History<\/a>/, ''); // a fresh import has none
  if (path.endsWith('.xml')) text = text.replace(/<lastBuildDate>[^<]*<\/lastBuildDate>\n/, '');
  if (path === '/atom.xml') text = text.split('<entry>').map((part, i) => (i === 0 ? part.replace(/<updated>[^<]*<\/updated>/, '') : part)).join('<entry>');
  if (path === '/tags/index.xml') text = text.replace(/<pubDate>.*?<\/pubDate>/g, '');
  if (path === '/sitemap.xml') text = text.replace(/(<loc>[^<]*<\/loc>)<lastmod>.*?<\/lastmod>/g, (all, loc) => (LISTS.includes(locations(loc)[0]) || locations(loc)[0] === '/tags/' ? loc : all));
  return text;
}

const where = (answer) => (answer.to === undefined ? undefined : decodeURI(answer.to.replace(SITE, '')));
const brief = (answer) => (answer.status === 301 ? `301 to ${where(answer)}` : String(answer.status));

function firstDifference(one, two) {
  let i = 0;
  while (i < one.length && one[i] === two[i]) i++;
  const from = Math.max(0, i - 60);
  return `\n      pushed:   …${JSON.stringify(one.slice(from, i + 100))}\n      imported: …${JSON.stringify(two.slice(from, i + 100))}`;
}

/** What is wrong with an address that was live once; null when nothing is. */
async function endsWell(base, path, answer) {
  if (answer.status === 200 || answer.status === 410) return null;
  if (answer.status !== 301) return `${path} was live and answers ${answer.status}`;
  const end = await look(base, where(answer));
  return end.status === 200 ? null : `${path} leads to ${where(answer)}, which answers ${brief(end)}`;
}

/** Every difference between the server and a fresh import of `tree`, as lines. `ever` grows. */
async function compare(base, tree, ever, expected) {
  const db = join(scratch(), 'fresh.db');
  const dir = folder(Object.fromEntries(tree));
  const result = await platen(['import', '--db', db, dir]);
  assert.equal(result.status, 0, result.stderr);
  const all = posts(tree);
  const aliases = [...all.values()].flatMap((p) => listed(p.head.aliases)).flatMap((a) => [a, `${a}/`]);
  // An alias that another address wins over is told as well; that is no file without a page.
  const refused = result.stderr.split('\n').filter((l) => /^content\/\S+: /.test(l) && !aliases.some((a) => l.includes(`permalink ${a} is`)));
  assert.deepEqual(refused, [], 'the tree that is imported for comparison is sound');
  const fresh = await serve(db, { args: ['--base-url', `${SITE}/`, '--threads', '1'] });
  const own = [...all.values()].flatMap((p) => [p.link, p.link.slice(0, -1)]).concat(aliases.filter((a) => !a.endsWith('//')));
  const told = locations((await look(fresh.base, '/sitemap.xml')).text);
  const kept = new Set([...own, ...told, ...media(tree).keys(), ...LISTS, ...FEEDS, ...ever]);
  const wrong = [];
  for (const p of all.values()) if (p.live && !told.includes(p.link)) wrong.push(`the test's own mistake: ${p.link} is not in the sitemap`);
  for (const path of [...kept, ...PAGED, ...VIEWS]) {
    const [got, want] = [await look(base, path), await look(fresh.base, path)];
    const there = want.status === 200 || want.status === 301;
    if (got.status >= 500 || want.status >= 500) wrong.push(`${path} answers ${got.status} and ${want.status}`);
    else if (there && (got.status !== want.status || got.to !== want.to)) wrong.push(`${path} answers ${brief(got)}, a fresh import ${brief(want)}`);
    else if (there && (got.type !== want.type || timeless(path, got.text) !== timeless(path, want.text))) wrong.push(`${path} differs: ${firstDifference(timeless(path, got.text), timeless(path, want.text))}`);
    else if (got.status === 200 && !there) wrong.push(`${path} answers 200, a fresh import ${want.status}`);
    if (!kept.has(path)) continue;
    if (got.status === 200 || got.status === 301) ever.add(path);
    const end = ever.has(path) ? await endsWell(base, path, got) : null;
    if (end) wrong.push(end);
    const shall = expected?.get(path);
    if (shall && !there && !shall.includes(brief(got))) wrong.push(`${path} answers ${brief(got)}, not ${shall.join(' or ')}`);
  }
  await fresh.stop();
  return wrong;
}

/** What the addresses of the posts before shall say, where nothing claims them now: Map(path → answers).
 * A post is its file; a new file of the same bytes, else of the same title and date, is the same post. */
function moves(before, after) {
  const [was, is] = [posts(before), posts(after)];
  const same = (p, n) => n.text === p.text || (n.head.title === p.head.title && n.head.date === p.head.date);
  const answer = (n) => (n.live ? `301 to ${n.link}` : '410');
  const out = new Map();
  for (const [path, p] of was) {
    if (!p.live) continue;
    const heirs = [...is].filter(([q, n]) => !was.has(q) && same(p, n)).map(([, n]) => n);
    const rivals = [...was].filter(([q, o]) => !is.has(q) && heirs.some((n) => same(o, n)));
    if (is.has(path)) out.set(p.link, [answer(is.get(path))]);
    else out.set(p.link, [...heirs.map(answer), ...(rivals.length > heirs.length || heirs.length === 0 ? ['410'] : [])]);
  }
  return out;
}

// ---- a history ----

class History {
  constructor(way, seed) {
    this.way = way;
    this.roll = chance(seed);
    this.author = new Author(this.roll).start();
    this.shown = null; // the effective tree that was compared last
    this.ever = new Set();
    this.told = []; // what happened, for whoever reads a failure
    this.unseen = 0; // commits since then
    this.deliveries = []; // of the step
    this.old = []; // {id, commit} for repeats
  }

  /** One commit of one to three deeds. `whole`: nothing may be left broken or clashing. */
  async act(whole) {
    for (let tries = 0; tries < 50; tries++) {
      const was = new Map(this.author.tree);
      const done = [];
      for (let n = this.roll(3) === 0 ? 3 : 1; n > 0; n--) {
        const name = this.roll(6) === 0 ? this.roll.of(MENDING) : this.roll.of(Object.keys(DEEDS));
        const what = DEEDS[name](this.author);
        if (what !== null) done.push(`${name} ${what}`);
      }
      if (done.length > 0 && this.fits(this.author.tree, whole)) return this.record(done.join('; '));
      this.author.tree = was;
    }
    throw new Error('nothing could be done');
  }

  fits(tree, whole) {
    const next = effective(tree, this.shown);
    const dates = next === null ? [] : [...posts(next.tree).values()].map((p) => p.head.date);
    return dates.length >= 4 && new Set(dates).size === dates.length && !(whole && next.held.size > 0);
  }

  record(what) {
    this.way.work.commit(this.author.tree, what.slice(0, 200));
    this.author.note();
    this.unseen++;
    this.told.push(`    commit ${this.way.work.tip().slice(0, 8)}: ${what}`);
  }

  /** Back to an earlier commit; the branch is to be forced. False where that is not possible now. */
  back() {
    const { work } = this.way;
    const count = Number(work.git('rev-list', '--count', '--first-parent', 'HEAD'));
    if (count < 2) return false;
    const tip = work.tip();
    work.git('reset', '-q', '--hard', `HEAD~${1 + this.roll(Math.min(4, count - 1))}`);
    const tree = work.read();
    if (!this.fits(tree, true)) {
      work.git('reset', '-q', '--hard', tip);
      return false;
    }
    this.author.tree = tree;
    this.unseen += 2;
    this.told.push(`    reset to ${work.tip().slice(0, 8)}`);
    return true;
  }

  /** A branch that began before the tip comes in. */
  async merge() {
    const { work } = this.way;
    const [tip, was] = [work.tip(), this.author.tree];
    if (Number(work.git('rev-list', '--count', '--first-parent', 'HEAD')) < 2) return false;
    const unseen = this.unseen;
    work.git('checkout', '-q', '-b', 'side', 'HEAD~1');
    this.author.tree = work.read();
    let good = this.fits(this.author.tree, true);
    if (good) await this.act(true);
    work.git('checkout', '-q', 'main');
    try {
      if (good) work.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
    } catch {
      work.git('merge', '--abort');
      good = false;
    }
    work.git('branch', '-q', '-D', 'side');
    const tree = work.read();
    if (good && this.fits(tree, true)) {
      this.author.tree = tree;
      this.told.push(`    merge ${work.tip().slice(0, 8)}`);
      return true;
    }
    work.git('reset', '-q', '--hard', tip);
    this.author.tree = was;
    this.unseen = unseen;
    this.told.push('    (did not merge)');
    return false;
  }

  async push(force = false) {
    await this.way.push(force);
    return this.way.work.tip();
  }

  async deliver(commit, id) {
    const d = await this.way.deliver(commit, id);
    if (d.record !== undefined) this.deliveries.push(d);
    this.old.push({ id: d.id, commit });
    return d;
  }

  /** One step by one of WAYS; afterwards the server shows the tip, unless the delivery is dropped. */
  async step(name) {
    // What a broken or refused file keeps depends on which commits the server saw: then it sees each.
    if (!EACH.includes(name) && !this.fits(this.author.tree, true)) name = 'delivered';
    this.told.push(`  ${name}`);
    this.deliveries = [];
    const seen = await WAYS[name](this);
    if (seen !== false) await this.check();
  }

  async check() {
    const { way } = this;
    assert.equal(way.work.git('status', '--porcelain'), '', 'the checkout is its commit');
    await way.settled(way.work.tip(), this.deliveries);
    const next = effective(this.author.tree, this.shown);
    const expected = this.shown && this.unseen <= 1 ? moves(this.shown, next.tree) : null;
    const wrong = await compare(way.server.base, next.tree, this.ever, expected);
    if (wrong.length > 0) throw new Error(`${wrong.slice(0, 12).join('\n')}${wrong.length > 12 ? `\n… and ${wrong.length - 12} more` : ''}`);
    this.shown = next.tree;
    this.unseen = 0;
  }
}

const WAYS = {
  delivered: async (h) => {
    await h.act(h.unseen > 0);
    await h.deliver(await h.push());
  },
  repeated: async (h) => {
    await h.act(h.unseen > 0);
    const tip = await h.push();
    const first = await h.deliver(tip);
    await h.deliver(tip); // the same commit under another id
    await h.way.settled(tip, h.deliveries);
    const again = await h.way.deliver(tip, first.id);
    if (h.way.host) assert.equal(again.status, 200, 'a repeat is acknowledged and not done');
  },
  late: async (h) => {
    await h.act(h.unseen > 0);
    await h.deliver(await h.push());
    await h.deliver(h.roll.of(h.old).commit); // what an earlier push said
    await h.deliver(sha1('a commit that is nowhere'));
  },
  dropped: async (h) => {
    await h.act(true);
    await h.push();
    return false;
  },
  reversed: async (h) => {
    await h.act(true);
    const one = await h.push();
    await h.act(true);
    const two = await h.push();
    await h.deliver(two);
    await h.deliver(one);
  },
  burst: async (h) => {
    const sent = [];
    for (let i = 0; i < 3; i++) {
      await h.act(true);
      sent.push(h.deliver(await h.push()));
    }
    await Promise.all(sent);
  },
  forced: async (h) => {
    if (!h.back()) return WAYS.delivered(h);
    if (h.roll(2) === 0) await h.act(true);
    await h.deliver(await h.push(true));
  },
  merged: async (h) => {
    await h.act(true);
    await h.push();
    await h.merge();
    await h.deliver(await h.push());
  },
  restarted: async (h) => {
    await h.act(h.unseen > 0);
    await h.push();
    await h.way.restart();
  },
  swept: async (h) => {
    await h.act(h.unseen > 0);
    const tip = await h.push();
    if (!h.way.sweeps) await h.deliver(tip);
  },
};
const EACH = ['delivered', 'repeated', 'late', 'restarted', 'swept']; // one commit, and it is seen
const ORDER = ['delivered', 'delivered', 'delivered', 'delivered', 'repeated', 'late', 'dropped', 'reversed', 'burst', 'forced', 'merged', 'restarted', 'swept'];

async function live(way, seed, steps) {
  const h = new History(way, seed);
  let n = 0;
  try {
    h.way.work.commit(h.author.tree, 'first');
    await way.push(false);
    await way.begin();
    await h.check();
    for (n = 1; n < steps; n++) await h.step(h.roll.of(ORDER));
    n = steps;
    await h.step('delivered');
    await way.ended?.();
  } catch (e) {
    e.message = `seed ${seed}, step ${n} of ${steps}: ${e.message}\n  what happened:\n${h.told.slice(-14).join('\n')}`;
    if (way.server) e.message += `\n  the server said:\n${way.server.stderr().split('\n').slice(-8).join('\n')}`;
    throw e;
  }
}

const seeds = process.env.PLATEN_SEED ? process.env.PLATEN_SEED.split(',').map(Number)
  : LONG ? Array.from({ length: 20 }, (_, i) => (Date.now() + i) % 1_000_000) : [49, 790762]; // the same for everybody: what lands does not hang on luck. Searching is what LONG does

for (const seed of seeds) {
  const kind = seed % 2 === 0 ? 'http' : 'daemon';
  const sweep = seed % 3 === 0 ? 1 : 0;
  test(`a history by pushes over ${kind}, ${sweep ? 'swept' : 'not swept'}: PLATEN_SEED=${seed}`, { timeout: (LONG ? 600_000 : 60_000) * SLOW }, async (t) => {
    const way = await byPush(t, kind, sweep);
    way.sweeps = sweep > 0;
    await live(way, seed, STEPS);
  });
  if (LONG)
    test(`a history by imports: PLATEN_SEED=${seed}`, { timeout: (LONG ? 600_000 : 60_000) * SLOW }, async (t) => live(await byImport(t), seed, STEPS));
}
