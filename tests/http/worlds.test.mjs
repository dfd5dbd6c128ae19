// Random lives of a Hugo site with everything at once: sections within sections, bundles, languages, terms with
// pages of their own, series, authors, menus, cascades, weights, layouts, permalinks of many kinds. After each import beside a
// server whose cache is warm, every address there ever was is the same on a server that keeps nothing, and what a fresh
// import of the same tree shows is the same here.
//
// PLATEN_SEED=7 replays a seed (several: 7,8); PLATEN_STEPS bounds one.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import http from 'node:http';
import { folder, platen, scratch, serve, sound, write, SLOW } from './lib/blog.mjs';

const STEPS = Number(process.env.PLATEN_STEPS ?? 10);
const SITE = 'https://blog.example.org';

function chance(seed) {
  let x = seed >>> 0;
  const roll = (n) => {
    x = (x + 0x6d2b79f5) >>> 0;
    let t = Math.imul(x ^ (x >>> 15), x | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
  roll.of = (list) => list[roll(list.length)];
  roll.few = (list, n) => [...new Set(Array.from({ length: n }, () => roll.of(list)))];
  return roll;
}

const WORDS = 'press type paper ink letter roller platen frame galley forme lead serif margin proof Straße Ünder 活字 Σίγμα'.split(' ');
const NAMES = ['press', 'Type', 'Straße', 'ünder', '活字', 'a b', 'c++', 'Press', 'x.y', 'proof', 'galley', 'lead', 'serif', 'frame', 'margin', 'forme', 'ink-2', '2024'];
const TAGS = ['Ink', 'ink', 'Hand Press', 'C++', 'Über', '活字', 'a/b', 'Tom & Co', 'rare-1', 'rare-2', 'rare-3'];
const PEOPLE = ['Ada', 'ada', 'Émile Zola', 'Bob'];
const SERIES = ['Setting', 'Old Types'];
const SECTIONS = ['posts', 'notes', 'posts/deep', 'posts/deep/er', 'Docs', ''];
const PICTURE = (n) => `<svg xmlns="http://www.w3.org/2000/svg" width="${n}" height="${n}"/>`;
const text = (head, body = '') => `${JSON.stringify(head, null, 1)}\n\n${body}\n`;

class World {
  constructor(roll) {
    this.roll = roll;
    this.serial = 0;
    this.config = { title: 'Beginning', baseURL: `${SITE}/`, pagination: { pagerSize: 4 }, taxonomies: { tag: 'tags', category: 'categories', series: 'series', author: 'authors' }, params: {} };
    this.posts = new Map(); // path → {head, body}
    this.files = new Map(); // path → text
    for (let i = 0; i < 12; i++) this.write();
  }

  tree() {
    const out = new Map([['hugo.json', JSON.stringify(this.config, null, 1)], ...this.files]);
    for (const [path, p] of this.posts) out.set(path, text(p.head, p.body));
    return out;
  }

  words(n) {
    return Array.from({ length: n }, () => this.roll.of(WORDS)).join(' ');
  }

  title() {
    return `${this.words(1 + this.roll(3))} ${++this.serial}`;
  }

  date() {
    const s = ++this.serial % 3600;
    const two = (n) => String(n).padStart(2, '0');
    return `${2018 + this.roll(6)}-0${1 + this.roll(9)}-${10 + this.roll(18)}T12:${two(Math.floor(s / 60))}:${two(s % 60)}Z`;
  }

  link() {
    const to = this.roll.of([...this.posts.keys()]) ?? 'content/x.md';
    return this.roll.of([`[to](/${to.slice(8)})`, `[to]({{< relref "/${to.slice(8)}" >}})`, `[to](${to.split('/').at(-1)})`, '![pic](plate.svg)', '![pic](/mark.svg)']);
  }

  body() {
    return `Number ${++this.serial}. ${this.words(8)}.\n\n## ${this.words(2)}\n\n${this.words(6)} ${this.roll(2) ? this.link() : ''}\n`;
  }

  path() {
    const r = this.roll;
    const name = r(3) ? `${r.of(NAMES)}-${++this.serial}` : r.of(NAMES);
    const lang = this.config.languages && r(3) === 0 ? '.de' : '';
    return `content/${r.of(SECTIONS)}/${name}${r(4) === 0 ? '/index' : ''}${lang}.md`.replace('//', '/');
  }

  write() {
    const r = this.roll;
    const path = this.path();
    const head = { title: this.title(), date: this.date() };
    if (r(3)) head.tags = r.few(TAGS, 1 + r(3));
    if (r(3) === 0) head.categories = r.few(['News', 'Notes'], 1);
    if (r(3) === 0) head.series = [r.of(SERIES)];
    if (r(3) === 0) head.authors = r.few(PEOPLE, 1 + r(2));
    this.posts.set(path, { head, body: this.body() });
    if (/\/index(\.de)?\.md$/.test(path)) this.files.set(path.replace(/index(\.de)?\.md$/, 'plate.svg'), PICTURE(++this.serial));
    return path;
  }

  any(test = () => true) {
    return this.roll.of([...this.posts.keys()].filter(test));
  }

  head(change) {
    const path = this.any();
    const p = this.posts.get(path);
    this.posts.set(path, { ...p, head: { ...p.head } });
    change(this.posts.get(path).head, path);
    for (const [k, v] of Object.entries(this.posts.get(path).head)) if (v === undefined) delete this.posts.get(path).head[k];
    return path;
  }

  file(path, value) {
    if (value === null) this.files.delete(path);
    else this.files.set(path, value);
    return path;
  }

  /** Everything below a folder, or the file alone. */
  move(from, to) {
    for (const map of [this.posts, this.files])
      for (const [path, v] of [...map])
        if (path === from || path.startsWith(`${from}/`)) {
          map.delete(path);
          map.set(to + path.slice(from.length), v);
        }
    return `${from} → ${to}`;
  }
}

const toggle = (o, key, ...values) => (w) => {
  const v = w.roll.of([undefined, ...values]);
  if (v === undefined) delete w.config[key];
  else w.config[key] = v;
  return `${key}: ${JSON.stringify(v)}`;
};
const sectionFile = (w) => `content/${w.roll.of(SECTIONS)}/_index.md`.replace('//', '/');

const DEEDS = {
  write: (w) => w.write(),
  write2: (w) => w.write(),
  edit: (w) => { const p = w.any(); w.posts.set(p, { ...w.posts.get(p), body: w.body() }); return p; },
  title: (w) => w.head((h) => (h.title = w.title())),
  titleSame: (w) => w.head((h) => (h.title = w.posts.get(w.any()).head.title)),
  date: (w) => w.head((h) => (h.date = w.date())),
  weight: (w) => w.head((h) => (h.weight = w.roll.of([undefined, 1, 2, 10]))),
  lastmod: (w) => w.head((h) => (h.lastmod = w.roll.of([undefined, '2025-01-02T03:04:05Z', '2001-01-01']))),
  draft: (w) => w.head((h) => (h.draft = w.roll.of([undefined, true]))),
  expiry: (w) => w.head((h) => (h.expiryDate = w.roll.of([undefined, '2020-01-01', '2090-01-01']))),
  publish: (w) => w.head((h) => (h.publishDate = w.roll.of([undefined, '2019-01-01T00:00:00Z', '2090-01-01']))),
  tags: (w) => w.head((h) => (h.tags = w.roll(5) ? w.roll.few(TAGS, 1 + w.roll(4)) : undefined)),
  series: (w) => w.head((h) => (h.series = w.roll(3) ? [w.roll.of(SERIES)] : undefined)),
  seriesWeight: (w) => w.head((h) => (h.series_weight = w.roll.of([undefined, 1, 2, 3]))),
  authors: (w) => w.head((h) => (h.authors = w.roll(3) ? w.roll.few(PEOPLE, 2) : undefined)),
  categories: (w) => w.head((h) => (h.categories = w.roll(3) ? w.roll.few(['News', 'Notes', 'news'], 2) : undefined)),
  slug: (w) => w.head((h) => (h.slug = w.roll.of([undefined, `${w.roll.of(NAMES)}-${++w.serial}`]))),
  url: (w) => w.head((h) => (h.url = w.roll.of([undefined, `/fixed/${++w.serial}/`, `/fixed/${++w.serial}.html`, `/tags/x${++w.serial}/`]))),
  aliases: (w) => w.head((h) => (h.aliases = w.roll.of([undefined, [`/old/${++w.serial}/`], [`beside-${++w.serial}`]]))),
  cover: (w) => w.head((h) => (h.cover = w.roll.of([undefined, { image: 'plate.svg' }, { image: '/mark.svg', alt: 'x' }, { image: 'plate.svg', hidden: true }]))),
  summary: (w) => w.head((h) => (h.summary = w.roll.of([undefined, `Short ${++w.serial}`]))),
  build: (w) => w.head((h) => (h.build = w.roll.of([undefined, undefined, { list: 'never' }, { render: 'never' }, { list: 'local' }]))),
  robots: (w) => w.head((h) => (h.robotsNoIndex = w.roll.of([undefined, true]))),
  sitemap: (w) => w.head((h) => (h.sitemap = w.roll.of([undefined, { disable: true }]))),
  menuOfPost: (w) => w.head((h) => (h.menu = w.roll.of([undefined, 'main']))),
  layout: (w) => w.head((h, path) => (h.layout = /^content\/[^/]*\.md$/.test(path) ? w.roll.of([undefined, 'archives', 'search']) : undefined)),
  remove: (w) => { if (w.posts.size < 8) return null; const p = w.any(); w.posts.delete(p); return p; },
  removeBundle: (w) => { const p = w.any((q) => q.endsWith('/index.md')); if (!p) return null; const d = p.slice(0, -9); for (const m of [w.posts, w.files]) for (const q of [...m.keys()]) if (q.startsWith(`${d}/`)) m.delete(q); return d; },
  rename: (w) => { const p = w.any((q) => !/\/index/.test(q)); return p ? w.move(p, w.path().replace('/index', '')) : null; },
  renameBundle: (w) => { const p = w.any((q) => q.endsWith('/index.md')); return p ? w.move(p.slice(0, -9), `content/${w.roll.of(['posts', 'notes', 'posts/deep'])}/${w.roll.of(NAMES)}-${++w.serial}`) : null; },
  renameCase: (w) => { const p = w.any((q) => !/\/index/.test(q)); return p ? w.move(p, p.replace(/[^/]*$/, (n) => (n[0] === n[0].toUpperCase() ? n[0].toLowerCase() : n[0].toUpperCase()) + n.slice(1))) : null; },
  toBundle: (w) => { const p = w.any((q) => !/\/index/.test(q) && !q.includes('.de.')); return p ? w.move(p, p.replace(/\.md$/, '/index.md')) : null; },
  fromBundle: (w) => { const p = w.any((q) => q.endsWith('/index.md')); return p ? w.move(p, p.replace(/\/index\.md$/, '.md')) : null; },
  toLanguage: (w) => { const p = w.any((q) => !q.includes('.de.')); return w.config.languages && p ? w.move(p, p.replace(/\.md$/, '.de.md')) : null; },
  fromLanguage: (w) => { const p = w.any((q) => q.includes('.de.')); return p ? w.move(p, p.replace('.de.', '.')) : null; },
  swapBodies: (w) => { const [a, b] = [w.any(), w.any()]; const x = w.posts.get(a); w.posts.set(a, w.posts.get(b)); w.posts.set(b, x); return `${a} ↔ ${b}`; },
  swapSlugs: (w) => { const [a, b] = [w.any((q) => q.startsWith('content/posts/')), w.any((q) => q.startsWith('content/posts/'))]; if (!a || a === b) return null; const [x, y] = [w.posts.get(a), w.posts.get(b)]; const s = (q, p) => p.head.slug ?? q.replace(/\/index/, '').replace(/(\.de)?\.md$/, '').split('/').at(-1); const [sa, sb] = [s(a, x), s(b, y)]; w.posts.set(a, { ...x, head: { ...x.head, slug: sb } }); w.posts.set(b, { ...y, head: { ...y.head, slug: sa } }); return `${a} ↔ ${b}`; },
  renameSection: (w) => { const [a, b] = [w.roll.of(SECTIONS.filter(Boolean)), w.roll.of(['posts', 'notes', 'essays', 'Docs', 'posts/deep'])]; return a === b || b.startsWith(`${a}/`) || a.startsWith(`${b}/`) ? null : w.move(`content/${a}`, `content/${b}`); },
  section: (w) => w.file(sectionFile(w), text({ title: w.title(), ...w.roll.of([{}, { weight: 3 }, { description: 'Of it' }, { cascade: { params: { hideMeta: true } } }, { cascade: { ShowToc: true } }, { cascade: [{ target: { kind: 'page' }, build: { list: 'never' } }] }, { slug: `sec-${++w.serial}` }, { url: `/sec-${++w.serial}/` }, { menu: 'main' }, { aliases: [`/oldsec-${++w.serial}/`] }, { draft: true }, { params: { x: 1 } }]) }, w.roll.of(['', w.body()]))),
  noSection: (w) => { const p = w.roll.of([...w.files.keys()].filter((q) => q.endsWith('_index.md'))); return p ? w.file(p, null) : null; },
  term: (w) => w.file(`content/${w.roll.of(['tags/ink', 'tags/c++', 'tags/uber', 'tags/活字', 'series/setting', 'authors/ada', 'categories/news', 'tags/nobody'])}/_index.md`, text({ title: w.title(), ...w.roll.of([{}, { url: `/term-${++w.serial}/` }, { slug: `t-${++w.serial}` }, { aliases: [`/oldterm-${++w.serial}/`] }]) }, w.roll.of(['', w.body()]))),
  terms: (w) => w.file(`content/${w.roll.of(['tags', 'series', 'authors'])}/_index.md`, text({ title: w.title() }, w.roll.of(['', w.body()]))),
  home: (w) => w.file('content/_index.md', text({ title: w.title() }, w.body())),
  picture: (w) => { const d = w.roll.of(['static', ...[...w.posts.keys()].filter((p) => p.endsWith('/index.md')).map((p) => p.slice(0, -9))]); return w.file(`${d}/${w.roll.of(['plate.svg', 'mark.svg', 'ünder x.svg'])}`, PICTURE(++w.serial)); },
  noPicture: (w) => { const p = w.roll.of([...w.files.keys()].filter((q) => q.endsWith('.svg'))); return p ? w.file(p, null) : null; },
  siteTitle: (w) => (w.config.title = w.title()),
  pager: (w) => (w.config.pagination = { pagerSize: 2 + w.roll(5) }),
  permalinks: toggle(0, 'permalinks', { posts: '/:year/:slugorfilename/' }, { posts: '/:year/:month/:title/' }, { page: { posts: '/p/:slug/', notes: '/:contentbasename/' }, section: { posts: '/articles/' }, term: { tags: '/t/:slug/' } }, { posts: '/:sections/:slug/' }, { term: { tags: '/thing/:slug/', series: '/s/:slug/' } }),
  languages: (w) => { if (w.config.languages) { if (w.roll(2)) { delete w.config.languages; delete w.config.defaultContentLanguage; return 'none'; } w.config.languages.de.weight = w.roll(4); return 'weight'; } w.config.languages = { en: { weight: 1 }, de: { weight: 2, title: 'Auf Deutsch', languageName: 'Deutsch' } }; w.config.defaultContentLanguage = 'en'; return 'two'; },
  mainSections: (w) => (w.config.params.mainSections = w.roll.of([undefined, ['posts'], ['notes', 'Docs']])) ?? 'none',
  ugly: toggle(0, 'uglyURLs', true),
  lower: toggle(0, 'disablePathToLower', true),
  accents: toggle(0, 'removePathAccents', true),
  kinds: toggle(0, 'disableKinds', ['taxonomy'], ['term'], ['RSS'], ['section']),
  taxonomies: (w) => { w.config.taxonomies = w.roll.of([{ tag: 'tags', category: 'categories', series: 'series', author: 'authors' }, { tag: 'tags', series: 'series' }, { tag: 'tags', category: 'topics' }]); return JSON.stringify(w.config.taxonomies); },
  menu: (w) => { w.config.menu = w.roll.of([undefined, { main: [{ name: `M ${++w.serial}`, url: '/posts/', weight: 2 }, { name: 'Home', url: '/', weight: 1 }] }, { main: [{ name: 'Page', pageRef: '/notes' }] }]); return 'menu'; },
  buildDrafts: toggle(0, 'buildDrafts', true),
  buildFuture: toggle(0, 'buildFuture', true),
  buildExpired: toggle(0, 'buildExpired', true),
  params: (w) => { w.config.params = { ...w.config.params, ...w.roll.of([{ ShowToc: true }, { ShowToc: false }, { DateFormat: '2006' }, { DateFormat: 'January 2' }, { author: 'Me' }, { description: w.title() }, { math: true }]) }; return 'params'; },
  ignore: toggle(0, 'ignoreFiles', ['press.*\\.md$'], ['\\.svg$']),
  baseURL: (w) => { w.config.copyright = w.title(); return 'copyright'; },
  timeZone: toggle(0, 'timeZone', 'Europe/Berlin', 'America/New_York'),
  contentDir: () => null,
};

// ---- readers ----

const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
const look = (base, path) =>
  new Promise((ok, bad) => {
    http.get(`${base}${path}`, { agent, timeout: 10_000 * SLOW }, (r) => {
      const parts = [];
      r.on('data', (d) => parts.push(d));
      r.on('end', () => ok({ status: r.statusCode, to: r.headers.location, etag: r.headers.etag, type: r.headers['content-type'], text: Buffer.concat(parts).toString() }));
    }).on('error', (e) => bad(new Error(`${path}: ${e.message}`)));
  });

const VIEWS = ['/', '/index.xml', '/atom.xml', '/feed.json', '/sitemap.xml', '/robots.txt', '/archive/', '/search/', '/search/?q=press', '/search/?q=ink', '/tags/', '/series/', '/authors/', '/categories/', '/topics/', '/missing/', '/posts/', '/notes/', '/docs/', '/de/', '/de/tags/', '/t/ink/', '/articles/',
  '/api/v1/archive', '/api/v1/site', '/api/v1/posts?fields=title,url,tags,section,authors,summary&include=total&limit=100', '/api/v1/tags?include=total', '/api/v1/sections', '/api/v1/authors', '/api/v1/search?q=press&fields=title', '/api/v1/posts?tag=ink&fields=title,url', '/api/v1/posts?section=posts&fields=title,url&include=total'];
const OWN = ['/api/v1/posts', '/api/v1/posts?include=body,tags,toc,total', ...[1, 2, 3, 7, 12].map((n) => `/api/v1/posts/${n}`), '/api/v1/posts?order=-updated', '/api/v1/posts?q=press'];

const links = (t) => [...t.matchAll(/(?:href|src)="?([^"\s>]*)|<loc>([^<]*)|<link>([^<]*)/g)].map((m) => (m[1] ?? m[2] ?? m[3]).replaceAll('&amp;', '&').replace(SITE, '').replace(/#.*/, ''))
  .filter((l) => /^\/[^/]?/.test(l) && !l.startsWith('//') && !l.includes('?rev') && !/^\/_?assets|^\/static/.test(l) && !l.includes('?'));

async function crawl(base) {
  const seen = new Map();
  let next = [...VIEWS];
  while (next.length > 0 && seen.size < 600) {
    const now = next;
    next = [];
    for (const path of now) {
      if (seen.has(path)) continue;
      const a = await look(base, path);
      seen.set(path, a);
      if (/html|xml/.test(a.type ?? '')) next.push(...links(a.text).filter((l) => !seen.has(l)));
    }
  }
  return seen;
}

function timeless(path, t) {
  t = t.replace(/<a href="[^"]*\?rev="[^>]*>History<\/a>/, '').replace(/"request_id":"\w+"/g, '');
  t = t.replace(/<lastBuildDate>[^<]*<\/lastBuildDate>\n?/g, '').replace(/<lastmod>[^<]*<\/lastmod>/g, '').replace(/<updated>[^<]*<\/updated>/g, '');
  if (/\/index\.xml$/.test(path)) t = t.replace(/<pubDate>.*?<\/pubDate>/g, '');
  t = t.replace(/"(date_modified|updated|updated_at|content_revision|revision|id)":("[^"]*"|\d+),?/g, '');
  return t;
}

function difference(one, two) {
  let i = 0;
  while (i < one.length && one[i] === two[i]) i++;
  const from = Math.max(0, i - 100);
  return `\n      one:   …${JSON.stringify(one.slice(from, i + 160))}\n      other: …${JSON.stringify(two.slice(from, i + 160))}`;
}

async function life(t, seed) {
  const roll = chance(seed);
  const w = new World(roll);
  const dir = scratch();
  const db = join(dir, 'platen.db');
  const work = join(dir, 'work');
  let was = new Map();
  const told = [];
  let clean = true; // nothing was refused since all that is shown was written
  const take = async () => {
    const tree = w.tree();
    mkdirSync(work, { recursive: true });
    for (const path of was.keys()) if (!tree.has(path)) rmSync(join(work, path));
    write(work, Object.fromEntries([...tree].filter(([p, v]) => was.get(p) !== v)));
    was = tree;
    const r = await platen(['import', '--db', db, work]);
    assert.equal(r.status, 0, r.stderr);
    return r.stderr;
  };
  let said = await take();
  const warm = await serve(db, { args: ['--base-url', `${SITE}/`, '--rate-limit', '0'] });
  const plain = await serve(db, { args: ['--base-url', `${SITE}/`, '--rate-limit', '0', '--cache-size', '0', '--threads', '1'] });
  t.after(() => Promise.all([warm.stop(), plain.stop()]));
  const ever = new Set([...VIEWS, ...OWN]);
  const wrong = [];
  for (let step = 0; step < STEPS; step++) {
    // Every address there is or was, warm against plain.
    for (const path of (await crawl(plain.base)).keys()) ever.add(path);
    for (const path of ever) {
      const [a, b] = [await look(warm.base, path), await look(plain.base, path)];
      if (a.status >= 500 || b.status >= 500) wrong.push(`${path} answers ${a.status} and ${b.status}`);
      else if (a.status !== b.status || a.to !== b.to) wrong.push(`${path}: kept ${a.status} ${a.to}, made anew ${b.status} ${b.to}`);
      else if (a.text.replace(/"request_id":"\w+"/g, '') !== b.text.replace(/"request_id":"\w+"/g, '')) wrong.push(`${path} kept is not as made anew: ${difference(a.text, b.text)}`);
    }
    // Against a fresh import, when nothing was refused.
    const refused = (s) => /refused|kept|already|clash|is taken|permalink/i.test(s.replace(/^import: .* 0 refused.*$/m, ''));
    const fdb = join(scratch(), 'fresh.db');
    const copy = folder(Object.fromEntries(was));
    const r = await platen(['import', '--db', fdb, copy]);
    assert.equal(r.status, 0, r.stderr);
    if (refused(r.stderr) || refused(said)) clean = false;
    else clean = true;
    if (clean) {
      const fresh = await serve(fdb, { args: ['--base-url', `${SITE}/`, '--rate-limit', '0', '--threads', '1'] });
      for (const [path, f] of await crawl(fresh.base)) {
        const a = await look(warm.base, path);
        ever.add(path);
        if (f.status >= 500) wrong.push(`${path} answers ${f.status} freshly`);
        if (f.status !== 200 && f.status !== 301) continue;
        if (a.status !== f.status || a.to !== f.to) wrong.push(`${path}: here ${a.status} ${a.to}, fresh ${f.status} ${f.to}`);
        else if (timeless(path, a.text) !== timeless(path, f.text)) wrong.push(`${path} here is not as fresh: ${difference(timeless(path, a.text), timeless(path, f.text))}`);
      }
      for (const path of ever) {
        const [a, f] = [await look(warm.base, path), await look(fresh.base, path)];
        if (a.status === 200 && f.status !== 200 && !OWN.includes(path)) wrong.push(`${path}: here 200, fresh ${f.status}`);
      }
      await fresh.stop();
    }
    if (wrong.length) assert.fail(`seed ${seed} step ${step}${clean ? '' : ' (not clean)'}:\n${wrong.slice(0, 8).join('\n')}\n and ${wrong.length} in all\n what happened:\n${told.slice(-6).join('\n')}\n import said: ${said}\n server: ${warm.stderr().split('\n').slice(-4).join('\n')}`);
    const done = [];
    for (let n = 1 + roll(3); n > 0; n--) {
      const name = roll.of(Object.keys(DEEDS));
      const what = DEEDS[name](w);
      if (what !== null) done.push(`${name} ${what}`);
    }
    told.push(`  step ${step + 1}: ${done.join('; ')}`);
    said = await take();
  }
  await sound(db);
  t.diagnostic(`${ever.size} addresses, the end ${clean ? 'clean' : 'with refusals'}`);
}

const seeds = (process.env.PLATEN_SEED ?? '1').split(',').map(Number);
for (const seed of seeds) test(`a life: PLATEN_SEED=${seed}`, { timeout: 300_000 * SLOW }, (t) => life(t, seed));
