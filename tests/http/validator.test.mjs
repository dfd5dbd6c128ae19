// W3C's checker over every page type and a hundred pages of a real blog. Its jar comes with `make audit` (or
// PLATEN_VNU names one), java is needed.
//
// A real post has its author's own HTML, whose mistakes are not ours. So it is looked at twice. Without raw HTML all
// of the page is ours, and has no error. With it, only what stands outside the post's text is ours, where
// nothing the author wrote may make a mistake; the text itself is counted, not judged.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blog, execute, post, scratch, SAMPLE } from './lib/blog.mjs';
import { all, value, xml } from './lib/xml.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const fetched = join(here, '../audit/node_modules/vnu-jar/build/dist/vnu.jar');
const JAR = process.env.PLATEN_VNU ?? (existsSync(fetched) ? fetched : null);
const CORPUS = resolve(here, '../../..', 'shared', 'corpus', 'rust-blog');
const hasJava = (await execute('sh', ['-c', 'command -v java'])).status === 0;
const skip = JAR && hasJava ? false : '`make audit` fetches the checker and java';
if (process.env.PLATEN_AUDIT && skip) throw new Error('the checker is not there');
const PAGES = ['/', '/page/2/', '/posts/', '/tags/', '/tags/workshop/', '/archives/', '/search/', '/search/?q=type', '/about/', '/nothing/', '/api/', '/404.html',
  '/posts/points-and-picas/', '/posts/templates/', '/posts/hairlines/', '/posts/calendar/', '/posts/templates/?rev='];

/** What the checker says of the site's pages: [{path, message, line, extract}], the documents beside it. */
async function check(site, paths) {
  const dir = scratch();
  const files = [];
  const texts = [];
  for (const [i, path] of paths.entries()) {
    files.push(join(dir, `${i}.html`));
    texts.push((await site.get(path)).text);
    writeFileSync(files[i], texts[i]);
  }
  const run = await execute('java', ['-Xmx512m', '-jar', JAR, '--errors-only', '--format', 'json', ...files], { timeout: 240_000 });
  const { messages } = JSON.parse(run.stderr);
  return messages.map((m) => {
    const i = Number(m.url.match(/(\d+)\.html$/)[1]);
    return { path: paths[i], text: texts[i], line: m.lastLine, column: m.lastColumn, message: m.message, extract: m.extract };
  });
}

const tell = (errors) => errors.map((e) => `${e.path}:${e.line}: ${e.message} ${e.extract ?? ''}`).slice(0, 20).join('\n');

/** True within the post's text, whose frame is ours. */
function isAuthors(error) {
  const lines = error.text.split('\n');
  const first = lines.indexOf('<div class="prose e-content">') + 1;
  const end = lines.lastIndexOf('<footer class="about">'); // a line after the text's own end
  assert.ok(first > 0 && end > first, error.path);
  return error.line > first && error.line <= end; // that end has no begin where the author closed one too many
}

/** Who writes "#### x" below "## y" gets what was written. */
const isLevel = (error) => /^The heading .* follows the heading .* skipping \d+ heading level/.test(error.message);

test('no error on any page type', { skip }, async () => {
  const site = await blog(SAMPLE);
  assert.equal(tell(await check(site, PAGES)), '');
});

test('no error in what Markdown has', { skip }, async () => {
  const body = `## One\n\n## One\n\n### Three\n\n- [ ] a\n- [x] b\n\n1. x\n   - y\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\nA note[^1] and one more[^note], again[^1].\n\n[^1]: First.\n[^note]: Second\n\n    with two paragraphs.\n\n~~gone~~ **bold** *slanted* \`code <b>\` https://example.org/?a=1&b=2 <me@example.org>\n\n![a picture](missing.png "title")\n\n[empty]() [space](<a b.html>) [ünïcode](/ü/ö?q=ä&amp;x=1#y) [pipe](/a|b) [quote](/a"b)\n\n\`\`\`js {hl_lines=[1]}\nlet a = "<b>";\n\`\`\`\n\n\`\`\`\nplain\n\`\`\`\n\n    indented\n\n> quote\n>\n> - list\n\n---\n\nEnd\\\nof it  \nall.\n`;
  const site = await blog({ 'platen.yaml': 'title: "A <b> & \\"c\\""\nunsafe_html: false\nshow_toc: true\nauthor: {name: "A & <b>"}\n', 'content/posts/a.md': post('A "title" & <b>', body, { tags: '["x & <y>", C++]', lastmod: '2024-08-08', description: '"a \\" & <b>"' }), 'content/posts/b.md': post('', 'No title.'), 'content/tags/_index.md': '---\ntitle: Words\n---\n# Above\n\ntext\n' });
  const errors = await check(site, ['/', '/posts/', '/posts/a/', '/posts/b/', '/tags/', '/tags/c++/', encodeURI('/tags/x-y/'), '/archive/', '/search/?q=%3Cb%3E%22', '/posts/a/?rev=']);
  assert.equal(tell(errors), '');
});

test('a hundred pages of a real blog: none of the errors is ours', { skip: skip || (existsSync(CORPUS) ? false : 'it is not at hand'), timeout: 900_000 }, async () => {
  const one = await blog(CORPUS);
  const map = all(xml((await one.get('/sitemap.xml')).text), 'url').map((u) => new URL(value(u, 'loc')).pathname);
  const posts = map.filter((p) => /\d/.test(p));
  const pages = posts.filter((_, i) => i % Math.max(1, Math.floor(posts.length / 100)) === 0).slice(0, 100);
  assert.equal(pages.length, 100);
  const errors = await check(one, pages);
  const ours = errors.filter((e) => !isAuthors(e));
  console.log(`# ${errors.length} errors on ${pages.length} pages, ${errors.length - ours.length} of them in the authors' own words`);
  assert.equal(tell(ours), '');

  const dir = scratch();
  cpSync(CORPUS, dir, { recursive: true });
  writeFileSync(join(dir, 'platen.yaml'), 'title: Rust\nunsafe_html: false\n');
  const two = await blog(dir);
  assert.equal(tell((await check(two, pages)).filter((e) => !isLevel(e))), '');
});
