import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { FixtureModules } from '../support/fixture-modules.js';
import { PortalProcess, portico } from '../support/portal-process.js';

/** Looks again until it holds, a bounded number of times. */
async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await holds()) return;
    await delay(100);
  }
  throw new Error(`It never came true that ${what}.`);
}

describe('a portal that starts', function () {
  this.timeout(120_000);
  let home: string;
  let modules: FixtureModules;
  let portal: PortalProcess | undefined;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-starting-'));
    modules = await FixtureModules.create();
  });
  afterEach(async () => {
    portal?.kill('SIGKILL');
    await portal?.ended;
    portal = undefined;
    await modules.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it('stands although modules reject and throw while they start, and names each', async () => {
    await modules.write('rejects-loading', `Promise.reject(new Error('nobody waits')); export default defineModule(() => {});`);
    await modules.write(
      'throws-later',
      `class Late { onStart() { setImmediate(() => { throw new Error('too late'); }); } }
       export default defineModule(({ run }) => run(Late));`,
    );
    portal = await PortalProcess.start(home, 'start', modules.environment);
    expect((await fetch(`${portal.url}/health/ready`)).status).to.equal(200);
    const complaints = portal.log
      .split('\n')
      .filter((line) => line.includes('Nobody caught an error.'))
      .map((line) => JSON.parse(line) as { module: string; event: string; error: { message: string } });
    expect(complaints.map(({ module, event, error }) => [module, event, error.message])).to.have.deep.members([
      ['rejects-loading', 'unhandledRejection', 'nobody waits'],
      ['throws-later', 'uncaughtException', 'too late'],
    ]);
  });

  it('prints the address that people use, and where it listens', async () => {
    portal = await PortalProcess.start(home, 'start', { PORTICO_PUBLIC_URL: 'https://Portal.example.org/' });
    expect(portal.said.trimEnd().split('\n').at(-1)).to.equal(
      `Portico is ready at https://portal.example.org (listening at ${portal.url})`,
    );
  });

  it('reads its flags file again when it is sent SIGHUP, and goes on', async () => {
    const file = join(home, 'flags.json');
    const config = { 'acme.hup': { title: 'Hup', enabled: false } };
    writeFileSync(file, JSON.stringify({ flags: config }));
    portal = await PortalProcess.start(home);
    portal.kill('SIGHUP');
    await eventually(async () => portal?.log.includes('"signal":"SIGHUP"') === true, 'the portal has heard of it');
    expect((await fetch(`${portal.url}/health/ready`)).status).to.equal(200);
    expect(await portico(home, 'doctor')).to.have.property('code', 0);
    portal.kill('SIGTERM');
    expect(await portal.ended).to.equal(0);
  });
});
