// Deliveries as git hosts make them. Each function takes a secret and what is sent and gives
// {headers, body}, written from the hosts' own descriptions with node:crypto alone, so that it shares
// nothing with the server. `event`, `id`, `form` as far as a host knows them.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import { SLOW } from './blog.mjs';

export const hmac = (secret, bytes, hash = 'sha256', coding = 'hex') => createHmac(hash, secret).update(bytes).digest(coding);
export const sha1 = (bytes) => createHash('sha1').update(bytes).digest('hex');
export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** What a form of one field `payload` looks like on the wire. */
export const formOf = (json) => new URLSearchParams({ payload: json }).toString();

const encode = (payload, form) => {
  const json = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  return { json, body: form ? formOf(json) : json, type: form ? FORM_TYPE : JSON_TYPE };
};

/** A push as every host but Bitbucket describes it. */
export const push = (more = {}) => ({
  ref: 'refs/heads/main',
  before: sha1('before'),
  after: sha1('after'),
  repository: { full_name: 'author/blog', default_branch: 'main' },
  pusher: { name: 'author' },
  commits: [],
  ...more,
});

/** GitHub signs what it sends, the form too. */
export function github(secret, payload, { event = 'push', id = randomUUID(), form = false, weak = true } = {}) {
  const { body, type } = encode(payload, form);
  const headers = {
    'Content-Type': type,
    'User-Agent': 'GitHub-Hookshot/044aadd',
    'X-GitHub-Event': event,
    'X-GitHub-Delivery': id,
    'X-Hub-Signature-256': `sha256=${hmac(secret, body)}`,
  };
  if (weak) headers['X-Hub-Signature'] = `sha1=${hmac(secret, body, 'sha1')}`;
  return { headers, body };
}

/** Gitea signs the JSON, in a form too, in every header it knows; without a secret all of its own are empty. */
export function gitea(secret, payload, { event = 'push', id = randomUUID(), form = false } = {}) {
  const { json, body, type } = encode(payload, form);
  const strong = secret === '' ? '' : hmac(secret, json);
  const weak = secret === '' ? '' : hmac(secret, json, 'sha1');
  const headers = { 'Content-Type': type };
  for (const host of ['Gitea', 'Gogs', 'GitHub']) {
    headers[`X-${host}-Delivery`] = id;
    headers[`X-${host}-Event`] = event;
    headers[`X-${host}-Event-Type`] = event;
  }
  headers['X-Gitea-Signature'] = strong;
  headers['X-Gogs-Signature'] = strong;
  headers['X-Hub-Signature'] = `sha1=${weak}`;
  headers['X-Hub-Signature-256'] = `sha256=${strong}`;
  return { headers, body };
}

/** Forgejo is Gitea with its own name in front. */
export function forgejo(secret, payload, { event = 'push', id = randomUUID(), ...more } = {}) {
  const { headers, body } = gitea(secret, payload, { event, id, ...more });
  return {
    headers: {
      ...headers,
      'X-Forgejo-Delivery': id,
      'X-Forgejo-Event': event,
      'X-Forgejo-Event-Type': event,
      'X-Forgejo-Signature': headers['X-Gitea-Signature'],
    },
    body,
  };
}

/** GitLab with a secret token: the secret itself. */
export function gitlab(secret, payload, { event = 'Push Hook', id = randomUUID() } = {}) {
  const { body, type } = encode(payload, false);
  return { headers: { 'Content-Type': type, 'X-Gitlab-Event': event, 'X-Gitlab-Event-UUID': id, 'X-Gitlab-Token': secret }, body };
}

const keyOf = (secret) => (secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret));
export const standardSignature = (secret, id, timestamp, body) => `v1,${hmac(keyOf(secret), `${id}.${timestamp}.${body}`, 'sha256', 'base64')}`;

/** Standard Webhooks 1.0, as GitLab sends it: signed with each of `secrets`. `age` in seconds. */
export function standard(secrets, payload, { event = 'Push Hook', id = `msg_${randomUUID()}`, age = 0 } = {}) {
  const { body, type } = encode(payload, false);
  const timestamp = Math.floor(Date.now() / 1000) - age;
  const headers = {
    'Content-Type': type,
    'X-Gitlab-Event': event,
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': [secrets].flat().map((s) => standardSignature(s, id, timestamp, body)).join(' '),
  };
  return { headers, body };
}

/** Bitbucket has GitHub's older header with a better hash in it. */
export function bitbucket(secret, payload, { event = 'repo:push', id = randomUUID() } = {}) {
  const { body, type } = encode(payload, false);
  return {
    headers: { 'Content-Type': type, 'X-Event-Key': event, 'X-Request-UUID': id, 'X-Hook-UUID': randomUUID(), 'X-Hub-Signature': `sha256=${hmac(secret, body)}` },
    body,
  };
}

/** A push as Bitbucket describes it: [{name, type, hash}] of new heads; hash null: it was deleted. */
export const bitbucketPush = (changes = [{ name: 'main' }]) => ({
  actor: { display_name: 'Author', nickname: 'author' },
  repository: { full_name: 'author/blog', name: 'blog' },
  push: {
    changes: changes.map(({ name, type = 'branch', hash = sha1(name) }) => {
      const what = { type, name, target: { type: 'commit', hash, message: 'Words\n' } };
      return hash === null ? { new: null, old: what, closed: true } : { new: what, old: null, created: true };
    }),
  },
});

/** Sends one: {status, headers, text, json}. A header whose value is null stays out; a list is sent as several. */
export function post(base, target, { headers = {}, body = '', method = 'POST', chunked = false, timeout = 20_000 * SLOW } = {}) {
  const { hostname, port } = new URL(base);
  const bytes = Buffer.from(body);
  const given = Object.fromEntries(Object.entries(headers).filter(([, v]) => v !== null));
  if (chunked) given['Transfer-Encoding'] = 'chunked';
  else given['Content-Length'] = String(bytes.length);
  return new Promise((ok, bad) => {
    let answered = false;
    const q = http.request({ hostname, port, path: target, method, headers: given, agent: false, timeout }, (r) => {
      const parts = [];
      answered = true;
      r.on('data', (d) => parts.push(d));
      r.on('error', bad);
      r.on('end', () => {
        const text = Buffer.concat(parts).toString();
        let json = null;
        if (text !== '' && /json/.test(r.headers['content-type'] ?? '')) json = JSON.parse(text);
        q.destroy(); // what was not sent yet need not be
        ok({ status: r.statusCode, headers: r.headers, text, json });
      });
    });
    q.on('timeout', () => q.destroy(new Error(`${target}: no answer within ${timeout} ms`)));
    q.on('error', (e) => answered || bad(e));
    q.end(bytes);
  });
}

export const deliver = (server, what) => post(server.base, '/hooks/github', what);
