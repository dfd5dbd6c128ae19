// Debian's Chromium by playwright-core: one browser a test file, its errors kept.
import { chromium } from 'playwright-core';
import { existsSync } from 'node:fs';
import { after } from 'node:test';
import { SLOW } from './blog.mjs';

const PATH = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const hasChromium = existsSync(PATH);

let browser = null;
after(async () => browser?.close());

/** A fresh page: page, and errors (console errors, exceptions, refused by policy). */
export async function open(url, { script = true } = {}) {
  browser ??= await chromium.launch({ executablePath: PATH, args: ['--no-sandbox'] });
  const context = await browser.newContext({ javaScriptEnabled: script, viewport: { width: 900, height: 700 } });
  context.setDefaultTimeout(20_000 * SLOW);
  const page = await context.newPage();
  const errors = [];
  page.on('console', (m) => m.type() === 'error' && errors.push(m.text()));
  page.on('pageerror', (e) => errors.push(String(e)));
  await page.goto(url);
  return { page, errors, close: () => context.close() };
}
