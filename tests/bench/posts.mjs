// Generated posts: about 4 KB of Markdown each, three tags out of sixty, dates over 25 years. The
// same number gives the same posts.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WORDS = ('press type paper ink letter roller platen frame galley forme lead serif margin page proof sheet hand wood '
  + 'metal craft author reader garden river stone winter window morning story number simple quick server cache index query '
  + 'memory thread signal socket buffer parser sort queue shelf cover title rule space line point pica font case tray').split(' ');

function random(seed) {
  let x = seed >>> 0;
  return (n) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return Math.floor((x / 4294967296) * n);
  };
}

function post(i) {
  const roll = random(i + 1);
  const words = (n) => Array.from({ length: n }, () => WORDS[roll(WORDS.length)]).join(' ');
  const sentence = (n) => { const s = words(n); return `${s[0].toUpperCase()}${s.slice(1)}.`; };
  const tags = [roll(60), roll(60), roll(60)].map((t) => `tag-${t}`);
  const date = new Date(Date.UTC(2000, 0, 1) + Math.floor((i * 9131.7) % 9131) * 86400000);
  const title = sentence(5).slice(0, -1);
  return `---\ntitle: "${title} ${i}"\ndate: ${date.toISOString().slice(0, 10)}\ntags: [${tags.join(', ')}]\n---\n\n`
    + [sentence(60), `## ${sentence(4)}`, sentence(90), `- ${sentence(8)}\n- ${sentence(9)}\n- *${sentence(5)}*`,
      '```python\nfor line in galley:\n    print(line)\n```', sentence(120), `> ${sentence(30)}`, `## ${sentence(3)}`, sentence(110),
      '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |', sentence(140)].join('\n\n') + '\n';
}

/** A Hugo-like folder of n posts; made once. */
export function blog(root, n) {
  const dir = join(root, `posts-${n}`);
  if (existsSync(join(dir, 'hugo.yaml'))) return dir;
  for (let i = 0; i < n; i++) {
    const folder = join(dir, 'content/posts', `p${String(Math.floor(i / 1000)).padStart(3, '0')}`);
    if (i % 1000 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `post-${String(i).padStart(6, '0')}.md`), post(i));
  }
  writeFileSync(join(dir, 'hugo.yaml'), 'title: Bench\nbaseURL: https://example.org/\npagination:\n  pagerSize: 20\n');
  return dir;
}
