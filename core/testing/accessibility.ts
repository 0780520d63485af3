import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

let source: Promise<string> | undefined;

/**
 * What axe finds wrong with a page as it stands, one line per element, and with its colours in the dark. Evaluated from outside, so the page's content policy
 * stays as it is.
 */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(await source);
  const light = await violationsOf(page, '');
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await violationsOf(page, "{ runOnly: ['color-contrast'] }");
  await page.emulateMedia({ colorScheme: null });
  return [...light, ...dark.map((fault) => `dark: ${fault}`)];
}

async function violationsOf(page: Page, options: string): Promise<readonly string[]> {
  const violations = (await page.evaluate(`axe.run(${options}).then(({ violations }) => violations)`)) as readonly Violation[];
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help} (${html.slice(0, 200)})`));
}
