#!/usr/bin/env node
// Runs every test of a build: unit executables, fuzz corpora, black-box files. Prints what failed
// with its output, and at the end one line: "N passed, N failed".
import { spawn } from 'node:child_process';
import { readdirSync, existsSync, statSync } from 'node:fs';
import { join, resolve, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const B = process.env.B ?? 'build';
const slow = process.env.SAN ? 4 : 1;
const only = process.argv.slice(2);
let passed = 0;
let failed = 0;

function run(command, args, { env = {}, timeout }) {
  return new Promise((ok) => {
    const child = spawn(command, args, {
      env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=1', UBSAN_OPTIONS: 'print_stacktrace=1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    for (const s of [child.stdout, child.stderr]) s.on('data', (d) => (out += d));
    const timer = setTimeout(() => { out += `\nkilled after ${timeout / 1000} s`; child.kill('SIGKILL'); }, timeout);
    child.on('error', (e) => { clearTimeout(timer); ok({ status: 127, out: String(e) }); });
    child.on('close', (status) => { clearTimeout(timer); ok({ status, out }); });
  });
}

function tell(name, good, bad, seconds, out) {
  passed += good;
  failed += bad;
  const mark = bad > 0 ? 'FAIL' : 'ok';
  console.log(`  ${mark.padEnd(4)}  ${name.padEnd(40)} ${String(good).padStart(4)} passed${bad ? `, ${bad} failed` : ''} (${seconds.toFixed(1)} s)`);
  if (bad > 0) console.log(out.split('\n').map((l) => `        ${l}`).join('\n'));
}

const wanted = (name) => only.length === 0 || only.some((o) => name.includes(o));

async function unit(file) {
  const began = performance.now();
  const { status, out } = await run(file, [], { timeout: 120_000 * slow });
  const good = (out.match(/^\[ {7}OK \]/gm) ?? []).length + (out.match(/^\[ {2}SKIPPED \] \w+$/gm) ?? []).length;
  let bad = new Set([...out.matchAll(/^\[ {2}FAILED {2}\] (\w+)$/gm)].map((m) => m[1])).size;
  if (status !== 0 && bad === 0) bad = 1;
  tell(file.replace(`${B}/`, ''), good, bad, (performance.now() - began) / 1000, out);
}

async function corpus(file) {
  const name = file.split('/').pop();
  const folder = join('tests/fuzz/corpus', name);
  const inputs = existsSync(folder) ? readdirSync(folder).map((f) => join(folder, f)) : [];
  const began = performance.now();
  const { status, out } = await run(file, inputs, { timeout: 120_000 * slow });
  tell(`corpus/${name}`, status === 0 ? 1 : 0, status === 0 ? 0 : 1, (performance.now() - began) / 1000, out);
}

async function blackbox(file) {
  const began = performance.now();
  const { status, out } = await run(process.execPath, ['--test', '--test-reporter=tap', file], {
    env: { PLATEN: resolve(B, 'platen'), PLATEN_TEST_SLOW: String(slow) },
    timeout: 240_000 * slow,
  });
  const count = (what) => Number(out.match(new RegExp(`^# ${what} (\\d+)$`, 'm'))?.[1] ?? 0);
  const good = count('pass') + count('skipped');
  let bad = count('fail') + count('cancelled');
  if (status !== 0 && bad === 0) bad = 1;
  if (status === 0 && good === 0) bad = 1;
  const shown = out.split('\n').filter((l) => !/^\s*(duration_ms|type:|---|\.\.\.)/.test(l)).join('\n');
  tell(file.replace('tests/', ''), good, bad, (performance.now() - began) / 1000, shown);
}

function executables(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((f) => !f.includes('.')).map((f) => join(folder, f)).filter((f) => statSync(f).mode & 0o111);
}

const jobs = [
  ...executables(join(B, 'unit')).filter((f) => existsSync(`tests/unit/${f.split('/').pop()}.c`)).map((f) => [f, unit]),
  ...executables(join(B, 'fuzz')).filter((f) => existsSync(`tests/fuzz/fuzz_${f.split('/').pop()}.c`)).map((f) => [f, corpus]),
  ...readdirSync('tests/http').filter((f) => f.endsWith('.test.mjs')).map((f) => [`tests/http/${f}`, blackbox]),
].filter(([f]) => wanted(f));

async function worker() {
  for (let job = jobs.shift(); job; job = jobs.shift()) await job[1](job[0]);
}
await Promise.all([worker(), worker()]);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
