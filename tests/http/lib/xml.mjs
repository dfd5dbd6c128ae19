// A small strict reader of XML 1.0: enough to know that a feed is well formed, and to look into it.
// No DTD, no processing instructions but the declaration. Throws where a parser would stop.
const NAME = /^[A-Za-z_][\w.:-]*/;
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text, where) {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new Error(`a control character in ${where}`);
  return text.replace(/&([^;\s]*);?/g, (all, name) => {
    if (name in ENTITIES && all.endsWith(';')) return ENTITIES[name];
    const code = /^#(?:x([0-9a-fA-F]+)|(\d+))$/.exec(name);
    if (!code || !all.endsWith(';')) throw new Error(`${all} in ${where}`);
    return decode(String.fromCodePoint(code[1] ? parseInt(code[1], 16) : Number(code[2])), where);
  });
}

/** {name, attributes, children, text} of the root element. */
export function xml(source) {
  let rest = source.replace(/^<\?xml version="1\.0" encoding="utf-8"\?>\s*/, '');
  if (rest === source) throw new Error('no XML declaration at the very beginning');
  const top = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  while (rest !== '') {
    const here = open.at(-1);
    if (!rest.startsWith('<')) {
      const end = rest.indexOf('<');
      const raw = end < 0 ? rest : rest.slice(0, end);
      if (raw.includes(']]>')) throw new Error('"]]>" in text');
      here.text += decode(raw, here.name);
      rest = rest.slice(raw.length);
    } else if (rest.startsWith('</')) {
      const m = /^<\/([\w.:-]+)\s*>/.exec(rest);
      if (!m || m[1] !== here.name) throw new Error(`</${m?.[1]}> ends <${here.name}>`);
      open.pop();
      rest = rest.slice(m[0].length);
    } else {
      const name = NAME.exec(rest.slice(1))?.[0];
      if (!name) throw new Error(`no element: ${rest.slice(0, 40)}`);
      const node = { name, attributes: {}, children: [], text: '' };
      rest = rest.slice(1 + name.length);
      let m;
      while ((m = /^\s+([\w.:-]+)="([^"<]*)"/.exec(rest))) {
        if (m[1] in node.attributes) throw new Error(`${m[1]} twice in <${name}>`);
        node.attributes[m[1]] = decode(m[2], m[1]);
        rest = rest.slice(m[0].length);
      }
      m = /^\s*(\/?)>/.exec(rest);
      if (!m) throw new Error(`<${name}>: ${rest.slice(0, 40)}`);
      here.children.push(node);
      if (m[1] === '') open.push(node);
      rest = rest.slice(m[0].length);
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1).name}> is not closed`);
  if (top.children.length !== 1 || top.text.trim() !== '') throw new Error('not one root element');
  return top.children[0];
}

export const all = (node, name) => node.children.filter((c) => c.name === name);
export const one = (node, name) => all(node, name)[0];
export const value = (node, name) => one(node, name)?.text;
