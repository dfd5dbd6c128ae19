// The command line: help, settings and where they come from, addresses, signals, the log.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import http from 'node:http';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, platen, poll, post, request, scratch, serve, SLOW, summary, write } from './lib/blog.mjs';

const one = { 'content/posts/a.md': post('A') };
const lines = (s) => s.trimEnd().split('\n');

/** An imported blog's database. */
async function database(files = one) {
  const db = join(scratch(), 'p.db');
  const result = await platen(['import', '--db', db, folder(files)]);
  assert.equal(result.status, 0, result.stderr);
  return db;
}

describe('help and usage', () => {
  test('--help names every command', async () => {
    const r = await platen(['--help']);
    assert.equal(r.status, 0);
    assert.equal(r.stderr, '');
    for (const command of ['serve', 'import', 'check', 'render']) assert.match(r.stdout, new RegExp(`^ +${command}\\b`, 'm'));
    assert.match(r.stdout, /--version/);
    for (const line of lines(r.stdout)) assert.ok(line.length <= 100, line);
  });

  const options = {
    serve: ['db', 'listen', 'base-url', 'theme', 'config', 'access-log', 'log-level', 'log-format'],
    import: ['db', 'strict', 'config', 'log-level', 'log-format'],
    check: ['config', 'log-level', 'log-format'],
    render: ['template', 'data', 'partials', 'config'],
  };
  for (const [command, names] of Object.entries(options))
    test(`${command} --help names its options, each with a word on it`, async () => {
      const r = await platen([command, '--help']);
      assert.equal(r.status, 0);
      assert.match(r.stdout, new RegExp(`^Usage: platen ${command}`, 'm'));
      for (const name of names) assert.match(r.stdout, new RegExp(`--${name}\\b.*\\w{3}`), name);
    });

  test('--version', async () => {
    const r = await platen(['--version']);
    assert.equal(r.status, 0);
    assert.match(r.stdout, /^platen \d+\.\d+\.\d+\S*\n$/);
  });

  const wrong = {
    'an unknown command': [['serv'], /serve/],
    'a command from nowhere': [['frobnicate'], /frobnicate.*--help/s],
    'an unknown option': [['serve', '--lisen', 'x'], /--lisen.*--listen/],
    'an unknown short option': [['serve', '-x'], /-x/],
    'an option of another command': [['check', '--theme', 'x', '.'], /--theme/],
    'an option without its value': [['serve', '--db'], /--db/],
    'no source': [['import'], /SOURCE/],
    'too many operands': [['serve', 'extra'], /operand|argument/],
    'render without a template': [['render'], /--template/],
    'a level that is none': [['serve', '--log-level', 'loud'], /--log-level.*loud/],
    'a number that is none': [['serve', '--grace', 'long'], /--grace.*long/],
    'a number out of bounds': [['serve', '--grace', '-1'], /--grace.*-1/],
  };
  for (const [name, [args, message]] of Object.entries(wrong))
    test(`${name}: exit status 64`, async () => {
      const r = await platen(args, { timeout: 5000 * SLOW });
      assert.equal(r.status, 64, r.stderr);
      assert.equal(r.stdout, '');
      assert.match(r.stderr, message);
      assert.ok(lines(r.stderr).length <= 2, r.stderr);
    });
});

describe('settings', () => {
  const dir = folder(one);

  test('flag over environment over file over default', async () => {
    const cwd = folder({ 'platen.yaml': 'db: file.db\n' });
    const run = (args, env) => platen(['import', ...args, dir], { cwd, env });
    const made = () => ['platen.db', 'file.db', 'env.db', 'flag.db'].filter((n) => existsSync(join(cwd, n)));
    await run([]);
    assert.deepEqual(made(), ['file.db']);
    await run([], { PLATEN_DB: 'env.db' });
    assert.deepEqual(made(), ['file.db', 'env.db']);
    await run(['--db', 'flag.db'], { PLATEN_DB: 'env2.db' });
    assert.deepEqual(made(), ['file.db', 'env.db', 'flag.db']);
    assert.ok(!existsSync(join(cwd, 'env2.db')));
    const bare = scratch();
    await platen(['import', dir], { cwd: bare });
    assert.ok(existsSync(join(bare, 'platen.db')));
  });

  test('--db=FILE, and -- before a source', async () => {
    const cwd = scratch();
    assert.equal((await platen(['import', '--db=x.db', '--', dir], { cwd })).status, 0);
    assert.ok(existsSync(join(cwd, 'x.db')));
  });

  test('--config FILE, PLATEN_CONFIG, and one that is not there', async () => {
    const cwd = folder({ 'other.yaml': 'db: other.db\nlog_level: warn\n' });
    assert.equal((await platen(['import', '--config', 'other.yaml', dir], { cwd })).status, 0);
    assert.ok(existsSync(join(cwd, 'other.db')));
    const r = await platen(['import', '--config', 'missing.yaml', dir], { cwd });
    assert.notEqual(r.status, 0);
    assert.match(r.stderr, /missing\.yaml/);
    const again = await platen(['import', dir], { cwd, env: { PLATEN_CONFIG: 'other.yaml' } });
    assert.match(again.stderr, /\b0 added\b/);
  });

  test('a bad value names the environment variable', async () => {
    const r = await platen(['import', dir], { env: { PLATEN_LOG_FORMAT: 'xml' } });
    assert.equal(r.status, 64);
    assert.match(r.stderr, /PLATEN_LOG_FORMAT.*xml/);
  });

  test('an unknown variable of ours is an error with a suggestion', async () => {
    const r = await platen(['import', dir], { env: { PLATEN_LOGLEVEL: 'info' } });
    assert.equal(r.status, 64);
    assert.match(r.stderr, /PLATEN_LOGLEVEL.*log-level/i);
  });

  test('a bad value in the file names file and line', async () => {
    const cwd = folder({ 'platen.yaml': 'title: My blog\n\nlog_level: loud\n' });
    const r = await platen(['serve'], { cwd, timeout: 5000 * SLOW });
    assert.equal(r.status, 64);
    assert.match(r.stderr, /platen\.yaml:3:\d+: .*log_level.*loud/);
  });

  test('an unknown key in the file names file and line, and the nearest key', async () => {
    const cwd = folder({ 'platen.yaml': 'title: My blog\nlistem: "*:80"\n' });
    const r = await platen(['serve'], { cwd, timeout: 5000 * SLOW });
    assert.equal(r.status, 64);
    assert.match(r.stderr, /platen\.yaml:2:\d+: .*listem.*listen/);
  });

  test('a file that is no YAML: file, line and column', async () => {
    const cwd = folder({ 'platen.yaml': 'title: My blog\nlisten: [\n' });
    const r = await platen(['serve'], { cwd, timeout: 5000 * SLOW });
    assert.equal(r.status, 64);
    assert.match(r.stderr, /platen\.yaml:\d+:\d+: /);
  });

  test('one file may hold the server’s settings and the site’s', async () => {
    const blog = folder({ ...one, 'platen.yaml': 'title: Both in one\nlog_level: info\nlisten: ["127.0.0.1:0"]\n' });
    const db = join(scratch(), 'p.db');
    const r = await platen(['import', '--db', db, '.'], { cwd: blog });
    assert.equal(r.status, 0);
    assert.equal(summary(r).refused, 0, r.stderr);
    const server = await serve(db, { cwd: blog, listen: [], args: ['--config', 'platen.yaml'], env: {} }).catch((e) => e);
    if (server instanceof Error) throw server;
    await poll(() => /listening on/.test(server.stderr()));
    await server.stop();
  });
});

describe('serving', () => {
  test('a new user: nothing given but an address, an empty blog', async () => {
    const cwd = scratch();
    const server = await serve('platen.db', { cwd });
    assert.equal((await server.get('/')).status, 200);
    assert.ok(existsSync(join(cwd, 'platen.db')));
    assert.equal((await server.stop()).status, 0);
  });

  test('two TCP addresses and a Unix socket at once', async () => {
    const db = await database();
    const socket = join(scratch(), 'p.sock');
    const server = await serve(db, { listen: ['127.0.0.1:0', '127.0.0.2:0', `unix:${socket}`] });
    const tcp = server.addresses.filter((a) => a.startsWith('http'));
    assert.equal(new Set(tcp).size, 2);
    for (const base of tcp) assert.equal((await request(base, '/posts/a/')).status, 200);
    assert.equal((await request(null, '/posts/a/', { socketPath: socket })).status, 200);
    assert.equal((await server.stop()).status, 0);
    assert.ok(!existsSync(socket), 'the socket is taken away');
  });

  test('a socket that a crash left is taken over, a live one is not', async () => {
    const db = await database();
    const socket = join(scratch(), 'p.sock');
    const first = await serve(db, { listen: [`unix:${socket}`] });
    const r = await platen(['serve', '--db', db, '--listen', `unix:${socket}`], { timeout: 5000 * SLOW });
    assert.equal(r.status, 1);
    assert.ok(r.stderr.includes(socket));
    assert.equal((await request(null, '/healthz', { socketPath: socket })).status, 200);
    await first.stop('SIGKILL');
    const second = await serve(db, { listen: [`unix:${socket}`] });
    assert.equal((await request(null, '/healthz', { socketPath: socket })).status, 200);
    await second.stop();
  });

  test('an address in use: exit status 1 and its name', async () => {
    const db = await database();
    const taken = createServer();
    await new Promise((ok) => taken.listen(0, '127.0.0.1', ok));
    const address = `127.0.0.1:${taken.address().port}`;
    const r = await platen(['serve', '--db', db, '--listen', address], { timeout: 5000 * SLOW });
    taken.close();
    assert.equal(r.status, 1);
    assert.ok(r.stderr.includes(address), r.stderr);
  });

  for (const address of ['nowhere', '127.0.0.1:99999', 'unix:', '[::1:80', '127.0.0.1:'])
    test(`no address: ${address}`, async () => {
      const r = await platen(['serve', '--db', await database(), '--listen', address], { timeout: 5000 * SLOW });
      assert.ok(r.status === 1 || r.status === 64, `${r.status ?? r.signal}`);
      assert.ok(r.stderr.includes(address), r.stderr);
    });

  test('a database that cannot be made: exit status 1 and its name', async () => {
    const r = await platen(['serve', '--db', '/nowhere/at/all/p.db', '--listen', '127.0.0.1:0'], { timeout: 5000 * SLOW });
    assert.equal(r.status, 1);
    assert.match(r.stderr, /\/nowhere\/at\/all\/p\.db/);
  });

  test('/healthz and /readyz', async () => {
    const server = await serve(await database());
    for (const path of ['/healthz', '/readyz']) assert.equal((await server.get(path)).status, 200, path);
    await server.stop();
  });

  test('--base-url stands in feeds and in the sitemap', async () => {
    const server = await serve(await database(), { args: ['--base-url', 'https://press.example/'] });
    assert.ok((await server.get('/sitemap.xml')).text.includes('<loc>https://press.example/posts/a/</loc>'));
    assert.ok((await server.get('/index.xml')).text.includes('https://press.example/posts/a/'));
    await server.stop();
  });

  test('an access log: a line for each request, and a new file after SIGHUP', async () => {
    const file = join(scratch(), 'access.log');
    const server = await serve(await database(), { args: ['--access-log', file] });
    await server.get('/posts/a/');
    await server.get('/nothing/');
    await poll(() => existsSync(file) && lines(readFileSync(file, 'utf8')).length === 2);
    const log = readFileSync(file, 'utf8');
    assert.match(log, /^127\.0\.0\.1 .*"GET \/posts\/a\/ HTTP\/1\.1" 200 /m);
    assert.match(log, /^127\.0\.0\.1 .*"GET \/nothing\/ HTTP\/1\.1" 404 /m);
    const { renameSync } = await import('node:fs');
    renameSync(file, `${file}.1`);
    server.signal('SIGHUP');
    await poll(() => existsSync(file));
    await server.get('/healthz');
    await server.get('/posts/a/');
    await poll(() => readFileSync(file, 'utf8').includes('/posts/a/'));
    await server.stop();
  });

  for (const name of ['SIGTERM', 'SIGINT', 'SIGQUIT'])
    test(`${name}: what is running finishes, exit status 0`, async () => {
      const size = 24 << 20;
      const server = await serve(await database({ ...one, 'static/large.bin': Buffer.alloc(size, 7) }));
      const response = await new Promise((ok, bad) => http.get(`${server.base}/large.bin`, { agent: false }, ok).on('error', bad));
      assert.equal(response.statusCode, 200);
      let got = 0;
      await new Promise((ok) => response.once('readable', ok));
      got += response.read()?.length ?? 0;
      const began = performance.now();
      server.signal(name);
      await poll(() => server.stderr().includes(name), { what: 'the log says so' });
      await assert.rejects(request(server.base, '/healthz', { timeout: 1500 }), 'no new connection');
      for await (const part of response) got += part.length;
      assert.equal(got, size);
      const end = await server.ended;
      assert.equal(end.status, 0, end.stderr);
      assert.ok(performance.now() - began < 9000 * SLOW, 'without waiting for the whole grace time');
    });

  test('an idle connection does not hold the end up', async () => {
    const server = await serve(await database());
    const agent = new http.Agent({ keepAlive: true });
    await new Promise((ok, bad) => http.get(`${server.base}/`, { agent }, (r) => r.resume().on('end', ok)).on('error', bad));
    const began = performance.now();
    assert.equal((await server.stop()).status, 0);
    assert.ok(performance.now() - began < 3000 * SLOW, `${performance.now() - began} ms`);
    agent.destroy();
  });

  test('a request that never ends is cut when its time is over', async () => {
    const server = await serve(await database({ ...one, 'static/large.bin': Buffer.alloc(24 << 20, 7) }), { args: ['--grace', '1'] });
    const response = await new Promise((ok, bad) => http.get(`${server.base}/large.bin`, { agent: false }, ok).on('error', bad));
    response.on('error', () => {});
    const began = performance.now();
    const end = await server.stop();
    assert.equal(end.status, 0);
    const took = performance.now() - began;
    assert.ok(took > 900 && took < 5000 * SLOW, `${took} ms`);
    response.destroy();
  });
});

describe('themes', () => {
  // The page of what is not there needs no data.
  const theme = (text) => folder({ 'error.mustache': text });

  test('one file of a theme wins over the built-in one, SIGHUP reads it again', async () => {
    const dir = theme('<p>Out of sorts</p>');
    const server = await serve(await database(), { args: ['--theme', dir] });
    assert.ok((await server.get('/nothing/')).text.includes('Out of sorts'));
    assert.equal((await server.get('/nothing/')).status, 404);
    assert.equal((await server.get('/posts/a/')).status, 200, 'the others are built in');
    write(dir, { 'error.mustache': '<p>Pie on the floor</p>' });
    server.signal('SIGHUP');
    await poll(async () => (await server.get('/nothing/')).text.includes('Pie on the floor'));
    await server.stop();
  });

  test('a broken template: no start, with file, line and column', async () => {
    const dir = theme('<p>\n  {{#open}}\n</p>\n');
    const r = await platen(['serve', '--db', await database(), '--listen', '127.0.0.1:0', '--theme', dir], { timeout: 5000 * SLOW });
    assert.equal(r.status, 1);
    assert.match(r.stderr, /error\.mustache:\d+:\d+: /);
  });

  test('a template that breaks while serving: the old one stays, the log says where', async () => {
    const dir = theme('<p>Out of sorts</p>');
    const server = await serve(await database(), { args: ['--theme', dir] });
    write(dir, { 'error.mustache': '{{#open}}' });
    server.signal('SIGHUP');
    await poll(() => /error\.mustache:1:\d+: /.test(server.stderr()));
    assert.ok((await server.get('/nothing/')).text.includes('Out of sorts'));
    write(dir, { 'error.mustache': 'Mended' });
    server.signal('SIGHUP');
    await poll(async () => (await server.get('/nothing/')).text.includes('Mended'));
    await server.stop();
  });

  test('a static file of a theme', async () => {
    const dir = folder({ 'static/extra.txt': 'a plain file\n', 'extra.txt': 'not this one' });
    const server = await serve(await database(), { args: ['--theme', dir] });
    const found = [];
    for (const path of ['/extra.txt', '/static/extra.txt']) if ((await server.get(path)).text === 'a plain file\n') found.push(path);
    assert.notEqual(found.length, 0);
    await server.stop();
  });

  test('a theme that is not there: no start', async () => {
    const r = await platen(['serve', '--db', await database(), '--listen', '127.0.0.1:0', '--theme', '/nowhere/theme'], { timeout: 5000 * SLOW });
    assert.equal(r.status, 1);
    assert.match(r.stderr, /\/nowhere\/theme/);
  });
});

describe('the log', () => {
  test('JSON from the first line to the last, by flag, environment and file', async () => {
    const db = await database();
    const file = join(scratch(), 'j.yaml');
    writeFileSync(file, 'log_format: json\n');
    for (const how of [{ args: ['--log-format', 'json'] }, { env: { PLATEN_LOG_FORMAT: 'json' } }, { args: ['--config', file] }]) {
      const server = await serve(db, how);
      await server.get('/');
      server.signal('SIGHUP');
      await poll(() => server.stderr().includes('SIGHUP'));
      const end = await server.stop();
      const seen = lines(end.stderr).map((line) => JSON.parse(line));
      assert.ok(seen.length >= 3);
      for (const line of seen) {
        assert.ok(!Number.isNaN(Date.parse(line.time ?? line.ts)), JSON.stringify(line));
        assert.match(line.level, /^(debug|info|warn|error)$/);
        assert.equal(typeof (line.msg ?? line.message), 'string');
      }
    }
  });

  test('the level holds from the first line', async () => {
    const db = await database();
    const listen = `unix:${join(scratch(), 'p.sock')}`;
    const { start, PLATEN } = await import('./lib/blog.mjs');
    const child = start(PLATEN, ['serve', '--db', db, '--listen', listen], { env: { PLATEN_LOG_LEVEL: 'error' } });
    let err = '';
    child.stderr.on('data', (d) => (err += d));
    await poll(() => existsSync(listen.slice(5)));
    await poll(async () => (await request(null, '/healthz', { socketPath: listen.slice(5) }).catch(() => ({}))).status === 200);
    child.kill('SIGTERM');
    const status = await new Promise((ok) => child.on('close', ok));
    assert.equal(status, 0);
    assert.equal(err, '');
  });
});

describe('render', () => {
  const render = (files, args = []) => {
    const cwd = folder(files);
    return platen(['render', '--template', 't.mustache', '--data', 'd.json', ...args], { cwd });
  };

  test('a template over data, to standard output', async () => {
    const r = await render({ 't.mustache': '{{#posts}}* {{title}}\n{{/posts}}', 'd.json': '{"posts": [{"title": "A & B"}, {"title": "C"}]}' });
    assert.equal(r.status, 0, r.stderr);
    assert.equal(r.stdout, '* A &amp; B\n* C\n');
    assert.equal(r.stderr, '');
  });

  test('partials, parents and dynamic names from --partials', async () => {
    const r = await render({
      't.mustache': '{{<base}}{{$main}}{{> item}}{{>*which}}{{/main}}{{/base}}', 'd.json': '{"name": "x", "which": "sub/two"}',
      'parts/base.mustache': '[{{$main}}default{{/main}}]', 'parts/item.mustache': 'one:{{name}};', 'parts/sub/two.mustache': 'two:{{{name}}}',
    }, ['--partials', 'parts']);
    assert.equal(r.status, 0, r.stderr);
    assert.equal(r.stdout.replaceAll('\n', ''), '[one:x;two:x]');
  });

  for (const [data, shown] of [['"text"', 'text'], ['[1, 2]', '12'], ['7', '7'], ['true', 'true'], ['null', '']])
    test(`data may be ${data}`, async () => {
      const r = await render({ 't.mustache': data === '[1, 2]' ? '{{#.}}{{.}}{{/.}}' : '{{.}}', 'd.json': data });
      assert.equal(r.status, 0, r.stderr);
      assert.equal(r.stdout, shown);
    });

  test('an error in the template: file, line, column; exit status 1', async () => {
    const r = await render({ 't.mustache': 'a\nb {{/never}}', 'd.json': '{}' });
    assert.equal(r.status, 1);
    assert.match(r.stderr, /t\.mustache:2:\d+: /);
    assert.equal(r.stdout, '');
  });

  test('an error in the data: file, line, column; exit status 1', async () => {
    const r = await render({ 't.mustache': 'a', 'd.json': '{\n"a": ,\n}' });
    assert.equal(r.status, 1);
    assert.match(r.stderr, /d\.json:2:\d+: /);
  });

  test('a file that is not there', async () => {
    for (const missing of ['t.mustache', 'd.json']) {
      const files = { 't.mustache': 'a', 'd.json': '{}' };
      delete files[missing];
      const r = await render(files);
      assert.equal(r.status, 1);
      assert.ok(r.stderr.includes(missing), r.stderr);
    }
  });

  test('a partial that includes itself for ever ends with an error', async () => {
    const r = await render({ 't.mustache': '{{>a}}', 'd.json': '{"x": 1}', 'a.mustache': '{{>a}}' }, ['--partials', '.']);
    assert.equal(r.status, 1);
    assert.match(r.stderr, /a\.mustache|depth|cycle/);
  });
});

test('what is asked of a database that is not there does not make one', async () => {
  const dir = scratch();
  for (const args of [['token', 'list'], ['token', 'revoke', '1'], ['status'], ['export', 'out'], ['backup', 'b.db']]) {
    const r = await platen([args[0], '--db', 'typo.db', ...args.slice(1)], { cwd: dir });
    assert.equal(r.status, 1, args.join(' '));
    assert.match(r.stderr, /typo\.db/);
    assert.deepEqual(readdirSync(dir), []);
  }
});
