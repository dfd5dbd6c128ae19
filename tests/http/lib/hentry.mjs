// Reads the h-entry items (microformats2) of a page: only what the classes say, as any reader of
// microformats would, so that the tests do not depend on the theme's markup.
import { parse } from 'parse5';

const hasClass = (node, name) =>
  node.attrs?.some((a) => a.name === 'class' && a.value.split(/\s+/).includes(name)) ?? false;

export function* walk(node) {
  yield node;
  for (const child of node.childNodes ?? []) yield* walk(child);
}

export const text = (node) =>
  node.nodeName === '#text' ? node.value : (node.childNodes ?? []).map(text).join('');

export const fold = (s) => s.replace(/\s+/g, ' ').trim();

export const attribute = (node, name) => node?.attrs?.find((a) => a.name === name)?.value;

export const find = (node, test) => {
  for (const n of walk(node)) if (n.tagName && test(n)) return n;
  return null;
};

export const dom = (html) => parse(html);

export const elements = (node, test) => [...walk(node)].filter((n) => n.tagName && test(n));

/** [{name, summary, published, datetime, url, categories}] in order of the page. */
export function entries(html) {
  return elements(dom(html), (n) => hasClass(n, 'h-entry')).map((entry) => {
    const one = (name) => find(entry, (n) => hasClass(n, name));
    const content = (name) => (one(name) ? fold(text(one(name))) : null);
    const url = one('u-url');
    return {
      name: content('p-name'),
      summary: content('p-summary'),
      published: content('dt-published'),
      datetime: attribute(one('dt-published'), 'datetime'),
      url: attribute(url, 'href'),
      categories: elements(entry, (n) => hasClass(n, 'p-category')).map((n) => fold(text(n))),
    };
  });
}

/** Every href of the page. */
export const links = (html) =>
  elements(dom(html), (n) => attribute(n, 'href') !== undefined).map((n) => attribute(n, 'href'));
