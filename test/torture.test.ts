import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const rounds = 100;
/** Every so often a module is disabled instead of stopped. */
const disabledEvery = 10;

/** Pages and the modules without which they cannot be there. */
const pages: readonly { readonly path: string; readonly of: readonly string[] }[] = [
  { path: '/sign-in', of: ['identity'] },
  { path: '/account', of: ['identity'] },
  { path: '/web/home', of: ['sites'] },
  { path: '/configuration/instance-settings', of: ['configuration'] },
  { path: '/web/home/documents-media', of: ['documents-media', 'sites'] },
  { path: '/web/home/web-content', of: ['web-content', 'sites'] },
  { path: '/web/home/item-selector', of: ['item-selector', 'sites'] },
  { path: '/web/home/ai-creator/why', of: ['ai-creator', 'sites', 'configuration', 'documents-media'] },
];

interface Answer {
  readonly path: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
}

describe('a portal whose modules stop and start a hundred times while people use it', function () {
  this.timeout(240_000);
  let portal: TestPortal;
  let cookie: string;
  const answers = new Map<number, number>();
  const wrong: Answer[] = [];

  before(async () => {
    portal = await startTestPortal({ flags: { 'LPD-10793': true }, config: { limits: { gateMillis: 200 } } });
    cookie = await signIn(portal);
    // Off until an operator enables it; here it is tortured like the others.
    await portal.modules.enable('openfeature');
  });
  after(() => portal.stop());

  it('answers only what the states allow, and keeps nothing', async () => {
    const ids = portal.modules.list().map(({ id }) => id);
    expect(statesOf(portal)).to.deep.equal(Object.fromEntries(ids.map((id) => [id, 'active'])));
    for (const { path } of pages)
      expect([path, (await visit(path)).status]).to.deep.equal([path, path === '/sign-in' ? 303 : 200]);
    await turnAll(ids, 0, 5);
    await pause();
    const before = { stats: portal.stats(), resources: resources(), heap: heap() };

    let over = false;
    let disabled: string | undefined;
    const visitor = async (offset: number): Promise<void> => {
      for (let turn = offset; !over; turn += 1) {
        const page = pages[turn % pages.length] as (typeof pages)[number];
        const gone = [disabled];
        const answer = await visit(page.path);
        gone.push(disabled);
        note(
          answer,
          gone.some((id) => id !== undefined && page.of.includes(id)),
        );
        await pause();
      }
    };
    const visitors = [0, 1, 3, 6].map(visitor);
    for (let round = 0; round < rounds; round += 1)
      for (const id of ids) {
        // Nobody could sign in to enable identity again: it cannot be disabled.
        const disabling = round % disabledEvery === disabledEvery - 1 && id !== 'identity';
        if (disabling) disabled = id;
        const stopped = disabling ? await portal.modules.disable(id) : await portal.modules.stop(id);
        expect(stopped.failure, `${id} stopped badly in round ${round}`).to.equal(undefined);
        await pause();
        const started = disabling ? await portal.modules.enable(id) : await portal.modules.start(id);
        expect([id, started.state, started.reasons]).to.deep.equal([id, 'active', []]);
        if (disabling) await pause();
        disabled = undefined;
      }
    over = true;
    await Promise.all(visitors);

    expect(wrong).to.deep.equal([]);
    expect(statesOf(portal)).to.deep.equal(Object.fromEntries(ids.map((id) => [id, 'active'])));
    for (const { path } of pages)
      expect([path, (await visit(path)).status]).to.deep.equal([path, path === '/sign-in' ? 303 : 200]);
    expect(portal.stats()).to.deep.equal(before.stats);
    expect(resources()).to.deep.equal(before.resources);
    expect(heap() - before.heap, 'megabytes that stayed').to.be.below(15);
    for (const status of [200, 303, 404, 503]) expect(answers.get(status), `answers of ${status}`).to.be.above(0);
  });

  async function turnAll(ids: readonly string[], from: number, to: number): Promise<void> {
    for (let round = from; round < to; round += 1)
      for (const id of ids) {
        await portal.modules.stop(id);
        await portal.modules.start(id);
      }
  }

  function visit(path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asking = request(portal.url + path, { headers: { cookie, accept: 'text/html' }, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve({ path, status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] }));
      });
      asking.on('error', reject);
      asking.end();
    });
  }

  /** Nobody who is signed in is sent to sign in again, whatever module is away. */
  function note(answer: Answer, mayBeAbsent: boolean): void {
    answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1);
    const allowed =
      answer.status === 200 ||
      (answer.status === 303 && answer.path === '/sign-in') ||
      (answer.status === 503 && answer.retryAfter !== undefined) ||
      (answer.status === 404 && mayBeAbsent);
    if (!allowed) wrong.push(answer);
  }
});

/** Long enough for a request to get through, on a machine that is not too busy. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

async function signIn(portal: TestPortal): Promise<string> {
  const answer = await fetch(`${portal.url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: portal.url },
    body: new URLSearchParams(portal.administrator),
  });
  expect(answer.status).to.equal(303);
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

function statesOf(portal: TestPortal): Record<string, string> {
  return Object.fromEntries(portal.modules.list().map(({ id, state }) => [id, state]));
}

/** What a module could forget to give back, by kind. Requests on the wire and files being read come and go. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {
    Timeout: 0,
    Immediate: 0,
    TCPServerWrap: 0,
    FSEvent: 0,
    Worker: 0,
    MessagePort: 0,
    ProcessWrap: 0,
  };
  for (const kind of process.getActiveResourcesInfo()) if (kind in counts) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Megabytes in use after a collection. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
