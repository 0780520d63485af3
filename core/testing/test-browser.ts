import { type Browser, chromium, type Page } from 'playwright-core';
import type { TestPortal } from './test-portal.js';

const launchArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface PageOptions {
  /** Who is signed in; nobody when left out. */
  readonly person?: { readonly email: string; readonly password: string };
  /** Pixels; default 1280 x 800. */
  readonly width?: number;
  readonly height?: number;
  readonly javaScript?: boolean;
  /** Zone where the browser lives, e.g. `America/Los_Angeles`; that of the machine when left out. */
  readonly timeZone?: string;
  /** Language that the browser asks for, e.g. `de` or `en-XA`; English when left out. */
  readonly locale?: string;
}

/** Debian's Chromium, driven by accessible names. One for a whole test file; a fresh context, with cookies of its own, for each page. */
export class TestBrowser {
  /** What pages complained about: exceptions, refused scripts and styles, console errors. A journey ends by looking here. */
  readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async open(): Promise<TestBrowser> {
    const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
    return new TestBrowser(await chromium.launch({ executablePath, args: launchArguments }));
  }

  /** A page of the portal, on the sites' front page when somebody is signed in. */
  async page(
    portal: Pick<TestPortal, 'url'>,
    { person, width = 1280, height = 800, javaScript = true, timeZone, locale }: PageOptions = {},
  ): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL: portal.url,
      viewport: { width, height },
      javaScriptEnabled: javaScript,
      reducedMotion: 'reduce',
      ...(timeZone === undefined ? {} : { timezoneId: timeZone }),
      ...(locale === undefined ? {} : { extraHTTPHeaders: { 'Accept-Language': locale } }),
    });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // Answers with an error status are part of the journeys; the browser repeats each of them here.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    if (person) {
      await page.goto('/sign-in');
      const form = page.locator('form', { has: page.locator('input[type=password]') });
      // In any language: by what the fields are.
      await form.locator('input[type=email]').fill(person.email);
      await form.locator('input[type=password]').fill(person.password);
      await form.getByRole('button').first().click();
      await page.waitForURL((url) => url.pathname.startsWith('/web/'));
    }
    return page;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
