import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';

const portico = join(import.meta.dirname, '../../../bin/portico.js');

/** Root may do everything; without these two rights it is a user like any other. */
const likeAnyUser =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-dac_override,-dac_read_search']
    : [];

/** Runs a command until it gives up. */
async function start(
  environment: Readonly<Record<string, string>>,
  { argv = ['start'], as = [] }: { readonly argv?: readonly string[]; readonly as?: readonly string[] } = {},
): Promise<{ exitCode: number; err: string }> {
  const [program = '', ...args] = [...as, process.execPath, portico, ...argv];
  const child = spawn(program, args, {
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

  it('ends although a module of it holds a port of its own, and leaves the data directory to the next', async function () {
    this.timeout(60_000);
    const home = join(folder, 'demo');
    const { exitCode, err } = await start({ PORTICO_HOME: home, PORT: port }, { argv: ['demo'] });
    expect(err).to.equal(`Another program uses the port ${port} of 127.0.0.1. Stop it, or set PORT to a free one.\n`);
    expect(exitCode).to.equal(1);
    expect(await start({ PORTICO_HOME: home }, { argv: ['modules', 'list'] })).to.deep.equal({ exitCode: 0, err: '' });
  });

  it('names a data directory of this user that cannot be written to', async () => {
    const home = join(folder, 'own');
    await mkdir(home);
    await chmod(home, 0o500);
    const { exitCode, err } = await start({ PORTICO_HOME: home }, { as: likeAnyUser });
    const sentence = `The data directory ${home} cannot be written to. Make it writable, or set PORTICO_HOME to another directory.\n`;
    expect([exitCode, err]).to.deep.equal([1, sentence]);
  });

  it('names the argument that it does not take, and where settings are', async () => {
    const { exitCode, err } = await start({ PORTICO_HOME: join(folder, 'home') }, { argv: ['start', '--port', '9'] });
    expect(err).to.match(/^error: portico start takes no arguments, but was given --port 9\.\n.*PORT=8081.*docs\/operators\.md/);
    expect(exitCode).to.equal(2);
  });

  for (const [what, argv] of [
    ['to start in', ['start']],
    ['to ask in', ['modules', 'list']],
    ['to change something in', ['sites', 'add', '--name', 'Guide', '--address', 'guide']],
  ] as const)
    it(`says in one sentence that a data directory is not this user's ${what}`, async () => {
      const home = join(folder, `of-others-${argv[0]}`);
      await mkdir(home);
      const isRoot = likeAnyUser.length > 0;
      if (isRoot) await chown(home, 4711, 4711);
      await chmod(home, isRoot ? 0o700 : 0);
      const { exitCode, err } = await start({ PORTICO_HOME: home, PORT: '0' }, { argv, as: likeAnyUser });
      await chmod(home, 0o700);
      const owner = isRoot ? ', which belongs to the user 4711' : '';
      expect(err).to.equal(
        `The user ${process.getuid?.()} may not use the data directory ${home}${owner}. Run this as the user that the portal runs as, or set PORTICO_HOME to another directory.\n`,
      );
      expect(exitCode).to.equal(1);
      expect(await readdir(home)).to.deep.equal([]);
    });

  it('names the variable of a public address that has more than a host name', async () => {
    const { exitCode, err } = await start({
      PORTICO_HOME: join(folder, 'home'),
      PORTICO_PUBLIC_URL: 'https://ada:secret-0123@example.org/portal',
    });
    expect(err).to.contain('PORTICO_PUBLIC_URL').and.contain('without a path').and.not.contain('secret-0123');
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
