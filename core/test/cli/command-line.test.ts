import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { CommandRunner } from '../../commands/command-runner.js';
import { CommandSocket, callPortal, listenForCommands } from '../../commands/command-socket.js';
import { startTestPortal, type TestPortal } from '../../testing/index.js';

const portico = join(import.meta.dirname, '../../../bin/portico.js');

/** Runs the real command in a process of its own. */
async function run(
  home: string,
  argv: readonly string[],
  stdin?: string,
): Promise<{ exitCode: number; out: string; err: string }> {
  const child = spawn(process.execPath, [portico, ...argv], {
    env: { ...process.env, PORTICO_HOME: home },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
  child.stdin?.end(stdin);
  const [out, err, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { exitCode: exitCode as number, out, err };
}

describe('The command line', () => {
  it('ends with 1 and a sentence whatever is thrown in the portal', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portico-'));
    const runner = { run: () => Promise.reject(new TypeError('there is no name')) } as unknown as CommandRunner;
    const listening = await listenForCommands(home, runner);
    try {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const exitCode = await callPortal(home, ['modules', 'list'], { stdin: undefined, stdout, stderr });
      stdout.end();
      stderr.end();
      expect([exitCode, await text(stdout), await text(stderr)]).to.deep.equal([1, '', 'The command failed: there is no name\n']);
    } finally {
      await listening.dispose();
      await rm(home, { recursive: true, force: true });
    }
  });

  describe('beside a running portal', () => {
    let portal: TestPortal;

    before(async () => {
      portal = await startTestPortal({ flags: { 'acme.test': false } });
    });
    after(() => portal.stop());

    it('runs commands inside the portal', async () => {
      const { exitCode, out } = await run(portal.home, ['modules', 'list']);
      expect(exitCode).to.equal(0);
      expect(out).to.match(/^identity +1\.0\.0 +active$/m);
    });

    it('changes what the portal holds in memory at once', async () => {
      expect((await run(portal.home, ['flags', 'set', 'acme.test', 'on'])).exitCode).to.equal(0);
      expect((await run(portal.home, ['flags', 'why', 'acme.test'])).out).to.match(/\bon\b/i);
    });

    it('says what is wrong with a misspelt command and exits with 2', async () => {
      const { exitCode, err } = await run(portal.home, ['modules', 'lst']);
      expect(exitCode).to.equal(2);
      expect(err).to.contain("unknown command 'lst'");
    });

    it('says what stands behind each group of commands', async () => {
      const { out } = await run(portal.home, ['help']);
      expect(out).to.match(
        /^ {2}modules +bisect, changes, disable, enable, install, list, plan, remove, rollback, start, stop, update, why$/m,
      );
    });

    it('tells a refusal in one sentence and exits with 1', async () => {
      const { exitCode, err } = await run(portal.home, ['modules', 'stop', 'nobody']);
      expect(exitCode).to.equal(1);
      expect(err).to.equal('There is no module nobody.\n');
      const { err: misspelt } = await run(portal.home, ['modules', 'stop', 'control-panle']);
      expect(misspelt).to.equal('There is no module control-panle. Did you mean control-panel?\n');
    });

    it('gives every answer whole, whenever the end of what is piped arrives', async function () {
      // A dozen processes one after the other; beside other tests each takes its time.
      this.timeout(120_000);
      for (let call = 0; call < 12; call += 1) {
        const { exitCode, out, err } = await run(portal.home, ['flags', 'list']);
        expect(err).to.equal('');
        expect(out).to.contain('acme.test');
        expect(exitCode).to.equal(0);
      }
    });

    it('lets only the owner of the data directory call', async () => {
      expect((await stat(join(portal.home, 'portico.sock'))).mode & 0o777).to.equal(0o600);
    });

    it('answers in a data directory whose path is too long for a socket, by one that nobody can guess', async () => {
      const parent = await mkdtemp(join(tmpdir(), 'portico-'));
      const home = join(parent, 'long'.repeat(30));
      await mkdir(home);
      const far = await startTestPortal({ home });
      try {
        const path = (await readFile(join(home, 'portico.sock.path'), 'utf8')).trim();
        expect((await stat(dirname(path))).mode & 0o777).to.equal(0o700);
        expect((await stat(path)).mode & 0o777).to.equal(0o600);
        expect(path).to.match(/portico-\w{6}\/portico\.sock$/);
        expect((await run(home, ['modules', 'list'])).out).to.match(/^identity +1\.0\.0 +active$/m);
        await far.stop();
        expect(await stat(dirname(path)).catch(() => undefined)).to.equal(undefined);
      } finally {
        await far.stop();
        await rm(parent, { recursive: true, force: true });
      }
    });

    it('listens on Windows at a pipe that nobody can guess, whose name only the owner reads', async () => {
      const home = await mkdtemp(join(tmpdir(), 'portico-'));
      try {
        const file = join(home, 'portico.sock.path');
        // Of a portal that was killed, or by somebody who was quicker.
        await writeFile(file, '\\\\.\\pipe\\theirs\n', { mode: 0o666 });
        const socket = new CommandSocket(home, 'win32');
        const made = await socket.make();
        expect(made.path).to.match(/^\\\\\.\\pipe\\portico-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect((await socket.make()).path).not.to.equal(made.path);
        expect(await readFile(file, 'utf8')).to.equal(`${socket.path}\n`);
        expect((await stat(file)).mode & 0o777).to.equal(0o600);
        await socket.remove(made);
        expect(socket.path).to.equal(undefined);
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    });

    it('checks that the portal is whole', async () => {
      const { exitCode, out } = await run(portal.home, ['doctor']);
      expect(out).to.contain('The portal is whole.');
      expect(exitCode).to.equal(0);
    });
  });

  describe('without a running portal', () => {
    let home: string;

    before(async () => {
      home = await mkdtemp(join(tmpdir(), 'portico-'));
    });
    after(() => rm(home, { recursive: true, force: true }));

    it('tells the way when there is no portal yet, and makes none', async () => {
      const { exitCode, out } = await run(join(home, 'none'), ['help']);
      expect(exitCode).to.equal(0);
      expect(out).to.contain('Usage: portico');
      expect(await stat(join(home, 'none')).catch(() => undefined)).to.equal(undefined);
    });

    it('names the subcommands of the portal in the top help, all of them and no others', async () => {
      const { out } = await run(join(home, 'none'), ['help']);
      const portal = await startTestPortal();
      const full = (await portal.command(['--help'])).out;
      await portal.stop();
      for (const group of ['modules', 'flags', 'secrets']) {
        const [, names = ''] = new RegExp(`^ {2}${group} +(.+(?:\\n {6,}.+)*)`, 'm').exec(full) ?? [];
        expect(out).to.match(new RegExp(`^ {2}${group} +${names.split(/,\s+/).sort().join(', ')}$`, 'm'));
      }
    });

    it('says its version without opening anything', async () => {
      const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../../../package.json'), 'utf8'));
      const answer = await run(join(home, 'none'), ['--version']);
      expect(answer).to.deep.equal({ exitCode: 0, out: `${version}\n`, err: '' });
      expect(await stat(join(home, 'none')).catch(() => undefined)).to.equal(undefined);
    });

    for (const command of ['modules list', 'flags list', 'doctor', 'settings get ai-creator.enabled', 'sites add --help'])
      it(`makes no portal for somebody who only asks: ${command}`, async () => {
        const { exitCode, out, err } = await run(join(home, 'none'), command.split(' '));
        const sentence = `There is no portal in ${join(home, 'none')} yet. Run portico start, or set PORTICO_HOME to where one is.\n`;
        expect([exitCode, out, err]).to.deep.equal([1, '', sentence]);
        expect(await stat(join(home, 'none')).catch(() => undefined)).to.equal(undefined);
      });

    it('opens the portal for the command alone', async () => {
      expect((await run(home, ['sites', 'add', '--name', 'Guide', '--address', 'guide'])).exitCode).to.equal(0);
      const { exitCode, out } = await run(home, ['modules', 'list']);
      expect(out).to.match(/^sites +1\.0\.0 +active$/m);
      expect(exitCode).to.equal(0);
    });

    it('says nothing when nobody reads its answer to the end', async () => {
      const child = spawn(process.execPath, [portico, 'modules', 'list'], { env: { ...process.env, PORTICO_HOME: home } });
      child.stdout.destroy();
      const [err, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
      expect([err, exitCode]).to.deep.equal(['', 0]);
    });

    it('says which variable is wrong', async () => {
      const child = spawn(process.execPath, [portico, 'start'], { env: { ...process.env, PORTICO_HOME: home, PORT: 'many' } });
      const [err, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
      expect(err).to.equal('The environment variable PORT must be a whole number, but is "many".\n');
      expect(exitCode).to.equal(1);
    });
  });
});
