// Follows every link of a site from its home page: Map(path → answer). Stops at `max` pages.
import { attribute, dom, elements } from './hentry.mjs';

const LINKS = [['a', 'href'], ['link', 'href'], ['img', 'src'], ['script', 'src'], ['source', 'src']];

export async function crawl(get, host, { from = '/', max = 400 } = {}) {
  const seen = new Map();
  const queue = [from];
  const met = new Set(queue);
  while (queue.length > 0 && seen.size < max) {
    const path = queue.shift();
    const page = await get(path);
    seen.set(path, page);
    const base = `https://${host}${path}`;
    const found = [];
    if (page.headers.location) found.push(page.headers.location);
    if (/html/.test(page.headers['content-type'] ?? '') && page.status === 200)
      for (const node of elements(dom(page.text), () => true))
        for (const [tag, name] of LINKS) if (node.tagName === tag && attribute(node, name) !== undefined) found.push(attribute(node, name));
    for (const link of found) {
      const url = new URL(link, base);
      if (url.host !== host || !/^https?:$/.test(url.protocol)) continue;
      const next = url.pathname + url.search;
      if (!met.has(next)) {
        met.add(next);
        queue.push(next);
      }
    }
  }
  return seen;
}
