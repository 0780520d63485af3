import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import Database from 'better-sqlite3';
import { expect } from 'chai';

const projectRoot = resolve(import.meta.dirname, '../../../..');
const portico = join(projectRoot, 'core/bin/portico.js');

/** Root may do everything; without these two rights it is a user like any other. */
const likeAnyUser =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--inh-caps', '-dac_override,-dac_read_search']
    : [];

/** Runs a command until it gives up. */
async function start(
  environment: Readonly<Record<string, string>>,
  { argv = ['start'], as = [] }: { readonly argv?: readonly string[]; readonly as?: readonly string[] } = {},
): Promise<{ exitCode: number; err: string; out: string }> {
  const [program = '', ...args] = [...as, process.execPath, portico, ...argv];
  const child = spawn(program, args, {
    env: { ...process.env, PORTICO_LOG_LEVEL: 'silent', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [err, out, [exitCode]] = await Promise.all([text(child.stderr), text(child.stdout), once(child, 'close')]);
  return { exitCode: exitCode as number, err, out };
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
    expect(await start({ PORTICO_HOME: home }, { argv: ['modules', 'list'] })).to.include({ exitCode: 0, err: '' });
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
    expect(err).to.match(
      /^error: portico start takes --safe-mode and --without <id>, but was given --port 9\.\n.*PORT=8081.*docs\/operators\.md/,
    );
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

  it('names every folder of modules in which there is none, and how to mend it', async () => {
    const [gone, file, empty] = ['no-modules', 'modules-file', 'modules-empty'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(file, '');
    await mkdir(empty);
    const environment = {
      PORTICO_HOME: join(folder, 'moduleless'),
      PORTICO_MODULE_PATHS: [gone, file, empty].join(','),
      PORT: '0',
    };
    const named = '"modulePaths" or PORTICO_MODULE_PATHS names';
    const reasons = [
      `${named} ${gone}, which is not there.`,
      `${named} ${file}, which is a file.`,
      `${named} ${empty}, where no package lies.`,
    ];
    const { exitCode, err } = await start(environment);
    expect(err).to.equal(
      `No module was found, so the portal would have no page. ${reasons.join(' ')} The modules of the portal are in ${projectRoot}/modules.\n`,
    );
    expect(exitCode).to.equal(1);
    // What is asked at a terminal still opens it, and names them too.
    const list = await start(environment, { argv: ['modules', 'list'] });
    for (const reason of reasons) expect(list.out).to.contain(reason);
    const doctor = await start(environment, { argv: ['doctor'] });
    for (const reason of reasons) expect(doctor.out).to.contain(`warning: ${reason}`);
    expect(doctor.out).to.contain('error: No module with which people sign in was found');
    expect(doctor.exitCode).to.equal(1);
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

describe('A start with a database that cannot be opened', () => {
  let folder: string;
  let whole: string;
  let home: string;
  let database: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-database-'));
    whole = join(folder, 'whole');
    const argv = ['modules', 'disable', 'openfeature'];
    expect((await start({ PORTICO_HOME: whole }, { argv })).exitCode).to.equal(0);
  });
  beforeEach(async () => {
    home = await mkdtemp(join(folder, 'home-'));
    database = join(home, 'portico.db');
    await cp(whole, home, { recursive: true });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const refusal = async (as?: readonly string[]): Promise<string> => {
    const { exitCode, err } = await start({ PORTICO_HOME: home, PORT: '0' }, { as });
    expect(exitCode, err).to.equal(1);
    expect(err.trim().split('\n'), 'one sentence').to.have.length(1);
    return err.trim();
  };
  const damaged = (): string =>
    `The database ${database} is damaged, or is no database of SQLite. Keep it, move it away together with its -wal and -shm, and put a backup in its place; or set PORTICO_HOME to another directory.`;

  it('names the file when it is none, and where copies are', async () => {
    await writeFile(database, randomBytes(20_000));
    expect(await refusal()).to.equal(damaged());
    await mkdir(join(home, 'copies'));
    expect(await refusal()).to.contain(`(copies from before updates are in ${join(home, 'copies')})`);
  });

  it('names the file when pages of it are damaged, or it is cut off', async () => {
    const bytes = await readFile(database);
    await writeFile(database, Buffer.concat([bytes.subarray(0, 4096), randomBytes(80_000), bytes.subarray(84_096)]));
    expect(await refusal()).to.equal(damaged());
    await writeFile(database, bytes.subarray(0, 3000));
    expect(await refusal()).to.equal(damaged());
  });

  for (const suffix of ['', '-wal', '-shm'])
    it(`names the folder in the place of portico.db${suffix}`, async () => {
      await rm(`${database}${suffix}`, { force: true });
      await mkdir(`${database}${suffix}`);
      expect(await refusal()).to.equal(
        `In the place of the file ${database}${suffix} there is something else, such as a folder. Move it away; if the database was there, put a backup in its place.`,
      );
    });

  it('names the file that this user may not read, its owner and its mode', async () => {
    const isRoot = likeAnyUser.length > 0;
    if (isRoot) await chown(database, 4711, 4711);
    await chmod(database, isRoot ? 0o600 : 0o000);
    const said = await refusal(likeAnyUser);
    expect(said).to.contain(
      `may not read and write ${database}, which belongs to the user ${isRoot ? 4711 : process.getuid?.()}`,
    );
    expect(said)
      .to.contain(isRoot ? 'the mode 0600' : 'the mode 0000')
      .and.to.contain('chown');
  });

  it('names the file and the version that changed it, when that is a newer one', async () => {
    const connection = new Database(database);
    connection
      .prepare("INSERT INTO portico_migration VALUES ('core/persistence', 999, 'FromTomorrow1', '2026-11-30', NULL)")
      .run();
    connection.close();
    expect(await refusal()).to.equal(
      `The database was changed by a newer version of core/persistence (FromTomorrow1). Install that version again, or restore a backup from before. The database is ${database}.`,
    );
  });

  it('keeps a damaged log of changes beside it, and says what that means', async () => {
    const bytes = randomBytes(40_000);
    await writeFile(`${database}-wal`, bytes);
    const { exitCode, err } = await start({ PORTICO_HOME: home, PORTICO_LOG_LEVEL: 'warn' }, { argv: ['modules', 'list'] });
    expect(exitCode).to.equal(0);
    expect(err).to.contain(`${database}-wal was damaged: changes that were in it and not in the database yet are lost.`);
    expect((await readFile(`${database}-wal.damaged`)).equals(bytes)).to.equal(true);
  });

  it('takes a sound log for what it is', async () => {
    const connection = new Database(database);
    connection.pragma('wal_autocheckpoint = 0');
    connection.prepare("UPDATE portico_migration SET applied_at = '2000-01-01' WHERE owner = 'audit'").run();
    const log = await readFile(`${database}-wal`);
    expect(log.length).to.be.above(32);
    await writeFile(`${database}-copied-wal`, log);
    await cp(database, `${database}-copied`);
    connection.close();
    await rename(`${database}-copied`, database);
    await rename(`${database}-copied-wal`, `${database}-wal`);
    const { exitCode, err } = await start({ PORTICO_HOME: home, PORTICO_LOG_LEVEL: 'warn' }, { argv: ['modules', 'list'] });
    expect([exitCode, err]).to.deep.equal([0, '']);
    const again = new Database(database);
    expect(again.prepare("SELECT DISTINCT applied_at FROM portico_migration WHERE owner = 'audit'").pluck().all()).to.deep.equal([
      '2000-01-01',
    ]);
    again.close();
  });
});
