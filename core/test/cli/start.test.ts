import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

const portico = join(import.meta.dirname, '../../../bin/portico.js');

/** Runs `portico start` until it gives up. */
async function start(environment: Readonly<Record<string, string>>): Promise<{ exitCode: number; err: string }> {
  const child = spawn(process.execPath, [portico, 'start'], {
    env: { ...process.env, PORTICO_LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [err, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { exitCode: exitCode as number, err };
}

describe('A start that cannot succeed', () => {
  let folder: string;
  let taken: Server;
  let port: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-start-'));
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    port = String((taken.address() as AddressInfo).port);
  });
  after(async () => {
    taken.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('says in one sentence that the port is taken', async () => {
    const { exitCode, err } = await start({ PORTICO_HOME: join(folder, 'home'), PORT: port });
    expect(err).to.equal(`Another program uses the port ${port} of 127.0.0.1. Stop it, or set PORT to a free one.\n`);
    expect(exitCode).to.equal(1);
  });

  it('says in one sentence that this machine has no such address', async () => {
    const { exitCode, err } = await start({ PORTICO_HOME: join(folder, 'home'), PORT: '0', HOST: '192.0.2.1' });
    expect(err).to.equal(
      'This machine cannot listen at 192.0.2.1 (EADDRNOTAVAIL). Set HOST to one of its addresses, for example 127.0.0.1.\n',
    );
    expect(exitCode).to.equal(1);
  });

  it('says in one sentence that the data directory is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const { exitCode, err } = await start({ PORTICO_HOME: file, PORT: '0' });
    expect(err).to.equal(`The data directory ${file} cannot be made: a file is in its place. Set PORTICO_HOME to another.\n`);
    expect(exitCode).to.equal(1);
  });
});
