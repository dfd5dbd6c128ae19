// Answers of the API held against the description it gives of itself.
import assert from 'node:assert/strict';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { request } from './blog.mjs';

/** check(method, target, answer): fails unless the description has it so, status, type and body. */
export async function describe(base) {
  const document = JSON.parse((await request(base, '/api/v1/openapi.json')).text);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(document, 'api');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({
    method, path, operation,
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    fixed: !path.includes('{'),
  }))).sort((a, b) => b.fixed - a.fixed || b.path.length - a.path.length);
  const escape = (s) => encodeURIComponent(s.replace(/~/g, '~0').replace(/\//g, '~1'));
  const validators = new Map();
  const asked = new Set();
  const check = (method, target, answer) => {
    const path = target.replace(/[?#].*$/s, '');
    const found = operations.find((o) => o.method === (method === 'HEAD' ? 'get' : method.toLowerCase()) && o.pattern.test(path));
    assert.ok(found, `${method} ${path} is described`);
    asked.add(found.operation.operationId);
    let response = found.operation.responses[answer.status];
    assert.ok(response, `${answer.status} of ${found.operation.operationId} is described: ${answer.text.slice(0, 300)}`);
    let where = `api#/paths/${escape(found.path)}/${found.method}/responses/${answer.status}`;
    if (response.$ref) {
      where = `api${response.$ref}`;
      response = document.components.responses[response.$ref.split('/').at(-1)];
    }
    if (answer.status === 304 || answer.status === 204 || method === 'HEAD') return;
    const type = answer.headers['content-type'].split(';')[0];
    assert.ok(response.content?.[type], `${type} of ${answer.status} is described`);
    const ref = `${where}/content/${escape(type)}/schema`;
    if (!validators.has(ref)) validators.set(ref, ajv.compile({ $ref: ref }));
    const validate = validators.get(ref);
    assert.ok(validate(JSON.parse(answer.text)), `${target.slice(0, 200)}: ${ajv.errorsText(validate.errors)}: ${answer.text.slice(0, 500)}`);
  };
  return { document, check, asked, operations: operations.map((o) => o.operation.operationId) };
}
