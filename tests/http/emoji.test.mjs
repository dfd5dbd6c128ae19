// Emoji by name and smart punctuation, as each generator's settings say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blog, post } from './lib/blog.mjs';

const body = '## Done :tada: `:tada:`\n\n"Hi" :smile: :nope: `:heart:` [:rocket:](https://example.com/) **:100:** -- :-1:\n\n## More\n\nWords.\n';
const page = { toc: true };
const typed = '<p>"Hi" :smile: :nope: <code>:heart:</code> <a href="https://example.com/">:rocket:</a> <strong>:100:</strong> -- :-1:</p>';
const smart = (s) => s.replace('"Hi"', '“Hi”').replace('--', '–');
const pictures = (s) => s.replace(':smile:', '😄').replace(':rocket:', '🚀').replace(':100:', '💯').replace(':-1:', '👎');

const sites = {
  'Hugo, which says nothing': ['hugo.toml', 'title = "H"\n', smart(typed)],
  'Hugo, emoji': ['hugo.toml', 'title = "H"\nenableEmoji = true\n', pictures(smart(typed))],
  'Hugo, no typographer': ['hugo.toml', 'title = "H"\n[markup.goldmark.extensions.typographer]\ndisable = true\n', typed.replaceAll('"Hi"', '&quot;Hi&quot;')],
  'Hugo, no typographer as it was said before': ['hugo.yaml', 'title: H\nmarkup: {goldmark: {extensions: {typographer: false}}}\n', typed.replaceAll('"Hi"', '&quot;Hi&quot;')],
  'Zola, both': ['config.toml', 'base_url = "https://example.org"\n[markdown]\nrender_emoji = true\nsmart_punctuation = false\n', pictures(typed.replaceAll('"Hi"', '&quot;Hi&quot;'))],
  'settings of our own': ['platen.yaml', 'emoji: true\n', pictures(smart(typed))],
};

for (const [name, [file, text, want]] of Object.entries(sites))
  test(name, async () => {
    const s = await blog({ [file]: text, 'content/posts/a.md': post('A', body, page) });
    const html = (await s.get('/posts/a/')).text;
    assert.ok(html.includes(want), `${want}\nin ${html.match(/<h2 id=[\s\S]*?<\/p>/)?.[0]}`);
    const emoji = want.includes('😄') ? '🎉' : ':tada:';
    assert.ok(html.includes(`<h2 id="done-tada-tada">Done ${emoji} <code>:tada:</code>`), 'the heading, its anchor as typed');
    assert.match(html, new RegExp(`<a href="#done-tada-tada">Done ${emoji} :tada:`), 'the list of contents');
    await s.server.stop();
  });
