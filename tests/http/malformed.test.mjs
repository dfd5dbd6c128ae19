// More of what hostile.test.mjs is about, to the letter: a hostile request gets exactly one answer, 400,
// and a closed connection, whether or not another request stands behind it; and as many slow senders
// as a small attack has.
import test, { before, after } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { blog, poll, post, SLOW } from './lib/blog.mjs';

let site;
let address;
before(async () => {
  site = await blog({ 'content/posts/a.md': post('A post', 'Words to read.') }, { serveArgs: ['--head-timeout', '2'] });
  address = { host: new URL(site.server.base).hostname, port: Number(new URL(site.server.base).port) };
});
after(() => site?.server.stop());

const NEXT = 'GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n';
const get = (...lines) => ['GET / HTTP/1.1', ...lines, '', ''].join('\r\n');
const send = (...lines) => ['POST / HTTP/1.1', 'Host: a', ...lines, '', ''].join('\r\n');

/** Sends bytes and hears until the server closes: what it said. Rejects when it stays open. */
function hear(bytes, within = 5000 * SLOW) {
  return new Promise((ok, bad) => {
    const parts = [];
    const socket = net.connect(address, () => socket.write(bytes));
    const timer = setTimeout(() => {
      socket.destroy();
      bad(new Error(`stays open after: ${Buffer.concat(parts)}`));
    }, within);
    socket.on('data', (d) => parts.push(d));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      ok(Buffer.concat(parts).toString('latin1'));
    });
  });
}

const answers = (said) => [...said.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((m) => Number(m[1]));

const HOSTILE = {
  'two lengths': send('Content-Length: 4', 'Content-Length: 4') + 'abcd',
  'encoding and length': send('Transfer-Encoding: chunked', 'Content-Length: 5') + '0\r\n\r\n',
  'two encodings': send('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked') + '0\r\n\r\n',
  'an unknown encoding': send('Transfer-Encoding: gzip'),
  'a list of encodings': send('Transfer-Encoding: chunked, identity') + '0\r\n\r\n',
  'nearly chunked': send('Transfer-Encoding: xchunked') + '0\r\n\r\n',
  'a length with a space before the colon': send('Content-Length : 4') + 'abcd',
  'a bare LF': get('Host: a', 'X-A: b\nX-B: c'),
  'a control character': get('Host: a', 'X-A: \x01'),
  'encoded dot-dot': 'GET /static/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n',
  'no UTF-8': 'GET /%ff/ HTTP/1.1\r\nHost: a\r\n\r\n',
};

for (const [name, bytes] of Object.entries(HOSTILE)) {
  test(`${name}: 400, once, and closed`, async () => {
    for (const behind of ['', NEXT]) {
      const said = await hear(Buffer.from(bytes + behind, 'latin1'));
      assert.deepEqual(answers(said), [400], said);
      assert.match(said, /^connection: close\r$/im);
    }
    assert.equal((await site.get('/posts/a/')).status, 200);
  });
}

test('600 senders of a byte a second are gone at their deadline while readers are served', async () => {
  const bytes = get('Host: a', `X-Slow: ${'a'.repeat(100)}`);
  const began = performance.now();
  let gone = 0;
  const ended = [];
  const sockets = Array.from({ length: 600 }, () => {
    const s = net.connect(address, () => s.write(bytes[0]));
    s.on('error', () => {});
    s.on('close', () => {
      gone++;
      ended.push(performance.now() - began);
    });
    s.resume();
    return s;
  });
  let at = 1;
  const timer = setInterval(() => {
    for (const s of sockets) if (s.writable) s.write(bytes[at % bytes.length]);
    at++;
  }, 1000);
  try {
    let worst = 0;
    let served = 0;
    await poll(
      async () => {
        const asked = performance.now();
        assert.equal((await site.get('/posts/a/')).status, 200);
        worst = Math.max(worst, performance.now() - asked);
        served++;
        return gone === sockets.length;
      },
      { timeout: 10_000 * SLOW, what: 'every slow sender is gone' },
    );
    assert.ok(Math.min(...ended) >= 1000, `the first was cut after ${Math.min(...ended)} ms`);
    assert.ok(Math.max(...ended) < 6000 * SLOW, `the last was cut after ${Math.max(...ended)} ms`);
    assert.ok(served > 10, `${served} pages were served meanwhile`);
    assert.ok(worst < 1000 * SLOW, `the slowest page took ${worst} ms`);
  } finally {
    clearInterval(timer);
    for (const s of sockets) s.destroy();
  }
});
