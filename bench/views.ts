import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPortal } from '@portico/core/testing';
import { median } from './load.js';
import { base } from './measured.js';
import { startProcess } from './portal-process.js';
import { administrator, signIn, upload } from './sample-content.js';

/**
 * What it is worth that views are compiled to calls and branches (`core/views/direct-compiler.ts`): the list of documents rendered so and as
 * Handlebars compiles it by itself, in turn, beside the processor time of the whole request. `npm run bench:views` takes about half a minute.
 */
const rounds = 15;
const renderings = 200;
const requests = 1000;

const { CompiledViews, Views } = (await import(
  new URL('../../core/dist/views/index.js', import.meta.url).href
)) as typeof import('../core/views/index.js');
type Arguments = Parameters<InstanceType<typeof Views>['render']>;

const home = await mkdtemp(join(tmpdir(), 'portico-bench-'));
try {
  const request = await requestMicros();
  const { direct, stock } = await renderingMicros();
  const [us, library] = [median(direct), median(stock)];
  const share = (library - us) / request;
  console.log(`list page: rendering ${us.toFixed(0)} us, as Handlebars compiles it ${library.toFixed(0)} us`);
  console.log(
    `list page: whole request ${request.toFixed(0)} us of processor time, the difference is ${(share * 100).toFixed(0)} % of it`,
  );
} finally {
  await rm(home, { recursive: true, force: true });
}

async function requestMicros(): Promise<number> {
  const portal = await startProcess('core/bin/portico.js', ['start'], {
    PORTICO_HOME: home,
    PORT: '0',
    PORTICO_LOG_LEVEL: 'error',
    PORTICO_ADMIN_EMAIL: administrator.email,
    PORTICO_ADMIN_PASSWORD: administrator.password,
  });
  const session = await signIn(portal.url);
  await upload(portal.url, session, 21, 1000);
  const ask = async (): Promise<void> => {
    const headers = { cookie: session.cookie, 'accept-encoding': 'identity' };
    for (let count = 0; count < requests; count += 1) await (await fetch(portal.url + base, { headers })).text();
  };
  await ask();
  await ask();
  const before = portal.processorMillis();
  await ask();
  const micros = ((portal.processorMillis() - before) * 1000) / requests;
  await portal.stop();
  return micros;
}

async function renderingMicros(): Promise<{ readonly direct: readonly number[]; readonly stock: readonly number[] }> {
  const asked: { readonly views: InstanceType<typeof Views>; readonly page: Arguments }[] = [];
  const render = Views.prototype.render;
  Views.prototype.render = function (...page: Arguments) {
    asked.push({ views: this, page });
    return render.apply(this, page);
  };
  const portal = await startTestPortal({ home });
  const administratorHere = await portal.signIn(administrator);
  await administratorHere.get(base);
  const list = asked.at(-1);
  if (!list) throw new Error('No page was rendered.');
  // biome-ignore lint/complexity/useLiteralKeys: only this way leads to what is private.
  const stock = new Views({ ...list.views['dependencies'], compiled: new CompiledViews({ precompiled: {}, stock: true }) });
  const modules = new URL('../../modules/', import.meta.url).pathname;
  for (const id of ['documents-media', 'ai-creator']) await stock.load({ id, folder: join(modules, id), manifest: {} });
  if (render.apply(stock, list.page) !== render.apply(list.views, list.page)) throw new Error('The pages differ.');
  const found = { direct: [] as number[], stock: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    found.direct.push(micros(() => render.apply(list.views, list.page)));
    found.stock.push(micros(() => render.apply(stock, list.page)));
  }
  await portal.stop({ keep: true });
  return found;
}

/** Processor time of one; the first round is for warming up. */
function micros(work: () => unknown): number {
  const before = process.cpuUsage();
  for (let count = 0; count < renderings; count += 1) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / renderings;
}
