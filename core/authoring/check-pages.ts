import type * as Testing from '../testing/index.js';
import { loadTool, type ModulePackage } from './package-file.js';

/** What only whole pages have; a fragment is shown in a dialog of a page. */
const ofWholePages =
  /^(?:dark: )?(?:document-title|html-has-lang|landmark-one-main|page-has-heading-one|region|bypass|color-contrast):/;

export interface PageFaults {
  readonly faults: readonly string[];
  /** How many pages were looked at; undefined when there was no browser to look with. */
  readonly pages: number | undefined;
}

/**
 * Starts a portal with the module, its flags on, and looks at each page that has an address of its own: whether it comes, what the browser complains
 * about, and what axe finds that keeps people out.
 */
export async function pageFaults({ folder, content: { portico } }: ModulePackage): Promise<PageFaults> {
  const testing = await loadTool<typeof Testing>(folder, '@portico/testing');
  const flags = Object.fromEntries(Object.keys(portico.flags ?? {}).map((key) => [key, true]));
  const portal = await testing.startTestPortal({ flags, config: { modulePaths: ['modules', folder] } });
  try {
    const status = portal.modules.status(portico.id);
    if (status?.state !== 'active') {
      const reason = status?.failure
        ? `it failed while ${status.failure.phase}: ${status.failure.message}`
        : status?.reasons.join(' ');
      return { faults: [`The module does not run: ${reason ?? 'the portal does not know it.'}`], pages: undefined };
    }
    const addresses = portal
      .routes()
      .filter(
        ({ module, method, path, declaration }) =>
          module === portico.id && method === 'get' && !/[:*{]/.test(path) && declaration.answers !== 'json',
      )
      .map(({ path }) => path.replace(/^~/, '/web/home'));
    if (testing.chromiumPath() === undefined) return { faults: [], pages: undefined };
    return { faults: await lookAt(addresses, portal, testing), pages: addresses.length };
  } finally {
    await portal.stop();
  }
}

async function lookAt(
  addresses: readonly string[],
  portal: Testing.TestPortal,
  { TestBrowser, accessibilityFaults }: typeof Testing,
): Promise<readonly string[]> {
  if (addresses.length === 0) return [];
  const browser = await TestBrowser.open();
  try {
    const page = await browser.page(portal, { person: portal.administrator });
    const faults: string[] = [];
    for (const address of addresses) {
      const answer = await page.goto(address);
      const status = answer?.status() ?? 0;
      if (status >= 500) faults.push(`${address} answers ${status}.`);
      if (status >= 400 || !answer?.headers()['content-type']?.startsWith('text/html')) continue;
      const isWhole = (await answer.text()).trimStart().toLowerCase().startsWith('<!doctype');
      const found = await accessibilityFaults(page);
      faults.push(...found.filter((fault) => isWhole || !ofWholePages.test(fault)).map((fault) => `${address}: ${fault}`));
    }
    return [...faults, ...browser.complaints];
  } finally {
    await browser.close();
  }
}
