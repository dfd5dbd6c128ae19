// Shortcodes and tags of each generator, from the file to the page; what is not understood stays and is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blog, folder, platen, post } from './lib/blog.mjs';

const body = (html) => html.match(/<div class="[^"]*e-content[\s\S]*?<\/article>/)?.[0] ?? html;

function holds(html, wanted) {
  for (const want of wanted) assert.ok(html.includes(want), `${want} in ${body(html)}`);
}

test('Hugo: shortcodes, ref and relref', async () => {
  const s = await blog({
    'hugo.toml': 'title = "H"\nbaseURL = "https://example.org/"\n[params]\n[params.site]\nmood = "calm"\n',
    'content/posts/a.md': post('A', [
      '{{< figure src="../pic.svg" alt="p" caption="C" >}}', '',
      '{{< youtube abc_1 >}}', '',
      '[one]({{< ref "b.md" >}}) [two]({{% relref "/notes/c" %}}) [three]({{< relref "c.md#part" >}}) [four]({{< ref "#here" >}}) [five]({{< ref "notes" >}}) [six]({{< ref "/deep/d" >}})', '',
      '{{< param site.mood >}}', '',
      '`{{</* youtube x */>}}`', '',
      '{{< details summary="More" >}}', '*inside*', '{{< /details >}}', '',
      '{{< highlight go "linenos=table,hl_lines=1" >}}', 'func main() {}', '{{< /highlight >}}', '',
      '{{< nope a="b" >}}'].join('\n')),
    'content/posts/b.md': post('B', 'Words.', { slug: 'second' }),
    'content/notes/c.md': post('C', 'Words.', { url: '/else/c/' }),
    'content/notes/_index.md': '---\ntitle: Notes\n---\n',
    'content/deep/d/index.md': post('D'),
    'content/pic.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  });
  const { text } = await s.get('/posts/a/');
  holds(text, ['<img src="/pic.svg"', '<figcaption><p>C</p></figcaption>',
    '<a class="video" href="https://www.youtube.com/watch?v=abc_1">',
    '<a href="/posts/second/">one', '<a href="/else/c/">two', '<a href="/else/c/#part">three', '<a href="#here">four',
    '<a href="/notes/">five', '<a href="/deep/d/">six', 'calm', '<code>{{&lt; youtube x &gt;}}</code>',
    '<details><summary>More</summary>', '<em>inside</em>', '{{&lt; nope a=“b” &gt;}}']);
  assert.doesNotMatch(text, /<iframe/);
  await s.server.stop();
});

test('Hugo: what is unknown or leads nowhere is told with its place', async () => {
  const dir = folder({
    'hugo.toml': 'title = "H"\n',
    'content/posts/a.md': '---\ntitle: A\ndate: 2024-05-06\n---\n\nA [b]({{< ref "gone" >}}) and {{< nope >}}.\n',
  });
  const { stderr, stdout } = await platen(['check', dir]);
  const told = stderr + stdout;
  assert.match(told, /a\.md:6:31: note: shortcode "nope": it is unknown: it stays as text/);
  assert.match(told, /a\.md.*links to \.\.\/gone\.md, which is not there/);
});

test('Zola: shortcodes, escapes, @/ links', async () => {
  const s = await blog({
    'config.toml': 'base_url = "https://example.org"\ntitle = "Z"\n',
    'content/blog/a.md': '+++\ntitle = "A"\ndate = 2024-05-06\n+++\n{{ youtube(id="abc") }}\n\n[b](@/blog/b.md#x) [none](@/blog/gone.md)\n\n`{{/* vimeo(id=1) */}}` {{ own(a=1) }}\n\n{% quote() %}\n*q*\n{% end %}\n',
    'content/blog/b.md': '+++\ntitle = "B"\ndate = 2024-05-07\nslug = "second"\n+++\nWords {{< figure src=x >}}.\n',
  });
  holds((await s.get('/blog/a/')).text, ['<a class="video" href="https://www.youtube.com/watch?v=abc">',
    '<a href="/blog/second/#x">b', '<code>{{ vimeo(id=1) }}</code>', '{{ own(a=1) }}', '{% quote() %}', '<em>q</em>']);
  holds((await s.get('/blog/second/')).text, ['{{&lt; figure src=x &gt;}}']);
  await s.server.stop();
  const { stderr } = await platen(['check', s.dir]);
  assert.match(stderr, /a\.md:9:25: note: shortcode "own"/);
  assert.match(stderr, /a\.md:11:1: note: shortcode "quote"/);
  assert.match(stderr, /links to \.\/gone\.md, which is not there/);
});

test('Jekyll: Liquid tags that need no program', async () => {
  const s = await blog({
    '_config.yml': 'title: J\nurl: https://example.org\nbaseurl: /blog\nrepository: a/b\n',
    '_includes/note.md': 'An *included* note.\n',
    '_includes/own.html': '<p>{{ include.x }}</p>\n',
    '_posts/2024-05-06-a.md': ['---', 'title: A', '---',
      '{{ site.title }}: {{ page.title }} of {{ site.repository }}', '',
      '[b]({% post_url 2024-05-07-b %}) [about]({{ site.baseurl }}{% link about.md %}#x) [style]({{ "/assets/p.svg" | relative_url }})', '',
      '{% include note.md %}', '',
      '{% highlight go linenos %}', 'func main() {}', '{% endhighlight %}', '',
      '{% raw %}`{{ kept }}`{% endraw %}{% comment %}gone{% endcomment %}', '',
      'x {% include own.html x="y" %} {% if a %}', '',
      '[none]({% post_url 2020-01-01-none %})', ''].join('\n'),
    '_posts/2024-05-07-b.md': '---\ntitle: B\n---\nWords.\n',
    'about.md': '---\ntitle: About\n---\nWords.\n',
  });
  const { text } = await s.get('/2024/05/06/a.html');
  holds(text, ['J: A of a/b', '2024/05/07/b.html">b</a>', 'about.html#x">about</a>', '<a href="/blog/assets/p.svg">style',
    'An <em>included</em> note.', '<code>{{ kept }}</code>', '{% include own.html x=“y” %} {% if a %}', 'main']);
  assert.doesNotMatch(text, /gone|endhighlight|endraw/);
  assert.match(s.first.stderr, /a\.md:16:3: note: tag "include own\.html x="y"": the file has tags of its own: it stays as text/);
  assert.match(s.first.stderr, /a\.md:16:32: note: tag "if a": it is unknown/);
  assert.match(s.first.stderr, /2020-01-01-none\.md, which is not there/);
  // an included file that changes is seen on the page
  s.write({ '_includes/note.md': 'A *changed* note.\n' });
  assert.equal((await s.import()).status, 0);
  holds((await s.get('/2024/05/06/a.html')).text, ['A <em>changed</em> note.']);
  await s.server.stop();
});

test('headings with an id, diagrams, formulas, what is left out', async () => {
  const s = await blog({
    'hugo.toml': 'title = "H"\n',
    'content/posts/a.md': post('A', '## One {#Own .k}\n\n```mermaid\na --> b\n```\n\nterm\n: what it means\n\n$x_1*y_2*$\n'),
    'content/posts/b.md': post('B', 'a $x_1*y_2*$ b\n\n$$\na_b < c_d\n$$\n', { math: 'true' }),
  });
  holds((await s.get('/posts/a/')).text, ['<h2 id="Own">One<a ', '<pre class="mermaid">a --&gt; b', '<dt>term</dt>\n<dd>what it means</dd>', '$x_1<em>y_2</em>$']);
  holds((await s.get('/posts/b/')).text, ['<span class="math inline">$x_1*y_2*$</span>', '<div class="math display">$$\na_b &lt; c_d\n$$</div>']);
  await s.server.stop();
});

test('many tags at once do not hold up an import', async () => {
  const dir = folder({
    '_config.yml': 'title: J\n',
    '_includes/big.md': 'x'.repeat(60000),
    '_posts/2024-05-06-a.md': `---\ntitle: A\n---\n${'{% include big.md %}\n'.repeat(1000)}`,
    '_posts/2024-05-07-b.md': `---\ntitle: B\n---\n${'{% raw %}'.repeat(20000)}`,
  });
  const { status, stderr } = await platen(['check', dir]);
  assert.ok(status === 0 || /took longer|larger than/.test(stderr), stderr);
  assert.match(stderr, /too much is included|took longer|larger than/);
  assert.match(stderr, /b\.md:4:1: note: tag "raw": it is not closed/);
});
