import { existsSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { TestPortal } from './test-portal.js';

/** Where Debian puts it. The one without windows takes half of the processor's time, and shows the same pages. */
const places = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

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

/** The Chromium of this machine: the one that `CHROMIUM_PATH` names, else Debian's. Undefined when there is none. */
export function chromiumPath(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  return (named ? [named] : places).find((path) => existsSync(path));
}

/** Begins Chromium. @throws Error when there is none. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('There is no Chromium here: install chromium, or name it in CHROMIUM_PATH.');
  // It is large, and most tests open no browser.
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, args: launchArguments });
}

/** That of a process that runs one test file after another: it is begun once, and ends with the process. */
let shared: Promise<Browser> | undefined;

async function sharedChromium(): Promise<Browser> {
  const browser = await shared;
  if (browser?.isConnected()) return browser;
  shared = launchChromium();
  return shared;
}

/** Chromium, driven by accessible names. One for a whole test file; a fresh context, with cookies of its own, for each page. */
export class TestBrowser {
  /** What pages complained about: exceptions, refused scripts and styles, console errors. A journey ends by looking here. */
  readonly complaints: string[] = [];
  private readonly contexts: BrowserContext[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly isShared: boolean,
  ) {}

  static async open(): Promise<TestBrowser> {
    // Mocha says so where it runs files side by side: that process has more to come, and is ended from outside. What a test starts there inherits the
    // word, but not the channel to mocha, and would not end before its browser does.
    const isShared = process.env.MOCHA_WORKER_ID !== undefined && process.send !== undefined;
    return new TestBrowser(await (isShared ? sharedChromium() : launchChromium()), isShared);
  }

  /** A page of the portal, where a sign-in leads when somebody is signed in. */
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
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // Answers with an error status are part of the journeys; the browser repeats each of them here.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    if (person) await page.goto(await signIn(context, portal, person));
    return page;
  }

  async close(): Promise<void> {
    if (!this.isShared) return this.browser.close();
    for (const context of this.contexts) await context.close();
  }
}

/** As the form would; where it leads. Screens of signing in have journeys of their own. */
async function signIn(
  context: BrowserContext,
  { url }: Pick<TestPortal, 'url'>,
  { email, password }: NonNullable<PageOptions['person']>,
): Promise<string> {
  const answer = await context.request.post('/sign-in', { headers: { Origin: url }, form: { email, password }, maxRedirects: 0 });
  const place = new URL(answer.headers().location ?? '/sign-in', url);
  if (answer.status() !== 303 || place.pathname.startsWith('/sign-in'))
    throw new Error(`${email} could not sign in: ${answer.status()}`);
  return place.href;
}
