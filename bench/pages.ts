import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import sharp from 'sharp';
import { median } from './load.js';
import { base } from './measured.js';
import { type ServerProcess, startProcess } from './portal-process.js';
import { administrator, type Session, signIn, upload } from './sample-content.js';

/**
 * What a person waits for: the list of documents in a real browser, with an empty cache and with a full one, and a small picture that nobody
 * wanted before; each beside a server that does the least for it, in turn. `npm run bench:pages`.
 */
const rounds = 11;
const pictures = 24;
const warmUp = 4;

const home = await mkdtemp(join(tmpdir(), 'portico-bench-pages-'));
const portal = await startProcess('core/bin/portico.js', ['start'], {
  PORTICO_HOME: home,
  PORT: '0',
  PORTICO_LOG_LEVEL: 'error',
  PORTICO_ADMIN_EMAIL: administrator.email,
  PORTICO_ADMIN_PASSWORD: administrator.password,
});
const site = await startProcess('bench/dist/bare-site.js', [join(home, 'portico.db'), home], {});
try {
  const session = await signIn(portal.url);
  await measureThumbnails(session);
  await upload(portal.url, session, 200, 2000);
  await measureBrowser(session);
} finally {
  await portal.stop();
  await site.stop();
  await rm(home, { recursive: true, force: true });
}

async function measureThumbnails(session: Session): Promise<void> {
  await uploadPictures(session);
  const database = new Database(join(home, 'portico.db'), { readonly: true });
  const rows = database.prepare("SELECT id, blob_id AS blob FROM documents_media_document WHERE kind = 'image'").all();
  database.close();
  const ours: number[] = [];
  const bare: number[] = [];
  for (const { id, blob } of rows as { id: string; blob: string }[]) {
    const file = join(home, 'blobs', blob.slice(2, 4), blob.slice(4, 6), blob);
    ours.push(await timed(`${portal.url}${base}/documents/${id}/thumbnail`, { cookie: session.cookie }));
    bare.push(await timed(`${site.url}/thumbnail?file=${encodeURIComponent(file)}`, {}));
  }
  report('first thumbnail', median(ours.slice(warmUp)), median(bare.slice(warmUp)), 1.1);
}

async function uploadPictures(session: Session): Promise<void> {
  for (let number = 0; number < pictures; number += 1) {
    const noise = { type: 'gaussian', mean: 100 + number, sigma: 40 } as const;
    const picture = await sharp({ create: { width: 1600, height: 1200, channels: 3, background: '#456', noise } })
      .jpeg()
      .toBuffer();
    const form = new FormData();
    form.append('files', new Blob([new Uint8Array(picture)]), `picture-${number}.jpg`);
    const headers = { origin: portal.url, cookie: session.cookie, 'x-portico-csrf': session.csrf, accept: 'application/json' };
    const answer = await fetch(`${portal.url}${base}/upload-multiple`, { method: 'POST', headers, body: form });
    if (answer.status !== 201) throw new Error(`Uploading failed with ${answer.status}.`);
  }
}

async function timed(url: string, headers: Record<string, string>): Promise<number> {
  const began = performance.now();
  const answer = await fetch(url, { headers });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}.`);
  return performance.now() - began;
}

interface Visit {
  readonly cold: number;
  readonly warm: number;
  readonly bytes: number;
  readonly requests: number;
}

async function measureBrowser(session: Session): Promise<void> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const ours: Visit[] = [];
    const bare: Visit[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await visit(browser, portal, base, session.cookie));
      bare.push(await visit(browser, site, '/', undefined));
    }
    for (const [kind, goal] of [
      ['cold', 2],
      ['warm', 1.6],
    ] as const)
      report(`list in a browser, ${kind}`, middle(ours, kind), middle(bare, kind), goal);
    console.log(
      `transferred, cold: ${(middle(ours, 'bytes') / 1000).toFixed(0)} kB in ${middle(ours, 'requests')} requests  goal 100 kB, 15`,
    );
  } finally {
    await browser.close();
  }
}

/** A browser that has never been here, and the same page once more. */
async function visit(browser: Browser, server: ServerProcess, path: string, cookie: string | undefined): Promise<Visit> {
  const context = await browser.newContext();
  try {
    const [name = '', value = ''] = cookie?.split('=') ?? [];
    if (cookie) await context.addCookies([{ name, value, url: server.url }]);
    return await load(context, server.url + path);
  } finally {
    await context.close();
  }
}

async function load(context: BrowserContext, url: string): Promise<Visit> {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  let [bytes, requests] = [0, 0];
  network.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  const shown = async (): Promise<number> => {
    await page.goto(url, { waitUntil: 'load' });
    return page.evaluate<number>("performance.getEntriesByType('navigation')[0].loadEventEnd || performance.now()");
  };
  const cold = await shown();
  const first = { bytes, requests };
  return { cold, warm: await shown(), ...first };
}

function middle(visits: readonly Visit[], key: keyof Visit): number {
  return median(visits.map((one) => one[key]));
}

function report(name: string, ours: number, bare: number, goal: number): void {
  const times = `${ours.toFixed(1)} ms  bare ${bare.toFixed(1)} ms`;
  console.log(`${name.padEnd(32)}${times}  ratio ${(ours / bare).toFixed(2)}  goal ${goal} at most`);
}
