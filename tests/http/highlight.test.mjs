// Code in posts: colours without a script, marked and numbered lines, the text as it was typed.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { blog, folder } from './lib/blog.mjs';
import { attribute, dom, elements, find, text } from './lib/hentry.mjs';

const GO = 'package main\n\n// <b> & "c"\nfunc main() {\n\tprintln("é", 1)\n}\n';
const post = (title, fence, code) => `---\ntitle: ${title}\ndate: 2026-01-02\n---\nWords.\n\n\`\`\`${fence}\n${code}\`\`\`\n`;

test('a page with code', async () => {
  const site = await blog(folder({
    'content/posts/go.md': post('Go', 'go {hl_lines=[1,"3-4"] linenos=true title="main.go"}', GO),
    'content/posts/zola.md': post('Zola', 'rust,linenos,hl_lines=1', 'fn main() {}\n'),
    'content/posts/none.md': post('None', 'brainfuck', '+<>&\n'),
    'content/posts/deep.md': post('Deep', 'bash', '{['.repeat(10000) + '\n'),
  }));
  const page = dom((await site.get('/posts/go/')).text);
  const pre = find(page, (n) => n.tagName === 'pre');
  assert.equal(text(pre), GO);
  assert.equal(text(find(page, (n) => n.tagName === 'figcaption')), 'main.go');
  const spans = elements(pre, (n) => n.tagName === 'span').map((n) => [attribute(n, 'class'), n]);
  assert.deepEqual(spans.filter(([c]) => c === 'hl').map(([, n]) => text(n)), ['package main\n', '// <b> & "c"\n', 'func main() {\n']);
  assert.deepEqual(spans.filter(([c]) => c === 'ln').map(([, n]) => attribute(n, 'data-n')), ['1', '2', '3', '4', '5', '6']);
  if (attribute(pre, 'class') !== undefined && attribute(pre, 'class') !== null) {
    assert.ok(spans.some(([c, n]) => c === 'nf' && text(n) === 'main'));
    assert.ok(spans.some(([c, n]) => c === 'c1' && text(n) === '// <b> & "c"'));
  }
  assert.ok(elements(page, (n) => n.tagName === 'script' && attribute(n, 'type') !== 'application/ld+json').every((n) => attribute(n, 'src')?.startsWith('/static/')));

  const zola = find(dom((await site.get('/posts/zola/')).text), (n) => n.tagName === 'pre');
  assert.equal(text(zola), 'fn main() {}\n');
  assert.equal(elements(zola, (n) => n.tagName === 'span' && attribute(n, 'class') === 'hl').length, 1);
  assert.match((await site.get('/posts/none/')).text, /<pre><code class="language-brainfuck">\+&lt;&gt;&amp;\n<\/code><\/pre>/);
  assert.equal((await site.get('/posts/deep/')).status, 200);
});
