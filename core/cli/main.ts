import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Readable } from 'node:stream';
import { inspect, parseArgs } from 'node:util';
import { PortalError } from '../api/index.js';
import { callPortal } from '../commands/command-socket.js';
import { deploymentMode, loadConfig } from '../config/index.js';
import { checkHomeRights } from '../persistence/home-rights.js';
import { distribution, projectRoot } from '../portal/project-root.js';

const help = `Usage: portico <command>

  start   starts the portal; --safe-mode: with its own modules alone, --without <id>: without that one
  demo    starts it with everything on, an offline images API and sample content

  modules bisect, changes, disable, enable, install, list, plan, remove, rollback, start, stop, update, why
  flags   export, import, list, set, undo, unset, why
  module  build, check, dev, sign, for the module of this folder
  create  module, a new one
  secrets list, rotate
  doctor  checks that the data is whole

These, and those of the modules, which portico help lists where there is a portal, talk to the running portal of the data directory (PORTICO_HOME), or open it
when none runs: portico <command> --help, portico --version.
`;

/** What changes something may be the first thing that happens to a portal; whoever only asks does not want one made. */
const changing = new Set(
  'add change create disable enable import install remove rollback rotate set undo unset update'.split(' '),
);

const argv = process.argv.slice(2);
// Only what a call of a running portal needs is loaded here: the portal itself is large.

// Whoever reads no further, as `| head` does, has what they wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await main(argv);
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
  // Whatever a module still holds open: what cannot start, ends.
  setTimeout(() => process.exit(1), 2000).unref();
}

/** What the system refused is no fault of the program: it is said without a stack. */
function sentenceOf(error: unknown): string {
  if (error instanceof PortalError) return error.message;
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code !== undefined && syscall !== undefined ? `The system refused it: ${(error as Error).message}.` : inspect(error);
}

async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === 'start' || command === 'demo') {
    if (rest.includes('--help') || rest.includes('-h')) return explainStart(process.stdout, 0);
    const overrides = overridesOf(rest);
    if (overrides === undefined) {
      process.stderr.write(`error: portico ${command} takes --safe-mode and --without <id>, but was given ${rest.join(' ')}.\n`);
      return explainStart(process.stderr, 2);
    }
    const { startDemo, startPortal } = await import('./portal.js');
    await (command === 'demo' ? startDemo(overrides) : startPortal(overrides));
    return 0;
  }
  if (command === 'module' && rest[0] === 'sign') return signModule(rest.slice(1));
  if (isAuthoring(command, rest)) {
    const { runAuthoring } = await import('../authoring/main.js');
    return runAuthoring([command, ...rest]);
  }
  if (command === '--version' || command === '-V') {
    process.stdout.write(`${distribution.version}\n`);
    return 0;
  }
  const config = loadConfig({ root: projectRoot, distribution, mode: deploymentMode(process.env), environment: process.env });
  const wantsHelp = command === undefined || ['help', '--help', '-h'].includes(command);
  if (wantsHelp) process.stdout.write(help);
  if (!wantsHelp) checkHomeRights(config.home);
  const isThere = existsSync(join(config.home, 'lock.db'));
  if (wantsHelp && !isThere) return 0;
  const stdin = process.stdin.isTTY ? undefined : process.stdin;
  const terminal = process.stdin.isTTY ? { ask } : {};
  const called = wantsHelp ? ['--help'] : [command, ...rest];
  let answer: number | undefined;
  for (const home of [config.home, ...(process.env.PORTICO_HOME ? [] : [demoHome()])]) {
    answer ??= await callPortal(home, called, { stdin, stdout: process.stdout, stderr: process.stderr, ...terminal });
  }
  // What stays open is standard input, which nobody reads any more.
  stdin?.unref?.();
  if (answer !== undefined) return answer;
  if (!isThere && !mayMakeOne(called)) {
    process.stderr.write(`There is no portal in ${config.home} yet. Run portico start, or set PORTICO_HOME to where one is.\n`);
    return 1;
  }
  return runInOwnPortal(called);
}

/**
 * What `portico start` says besides the configuration: `--safe-mode`, and `--without <id>` as often as there are modules to be left out. Undefined
 * when it is not understood: a portal that starts without heeding what was meant is worse than none.
 */
function overridesOf(args: readonly string[]): object | undefined {
  const options = { 'safe-mode': { type: 'boolean' }, without: { type: 'string', multiple: true } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const without = values.without?.flatMap((ids) => ids.split(',')).filter(Boolean);
    if (without?.length === 0) return undefined;
    return { ...(values['safe-mode'] && { safeMode: true }), ...(without && { without }) };
  } catch {
    return undefined;
  }
}

/** Asks the person at the terminal. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

function explainStart(stream: NodeJS.WriteStream, exitCode: number): number {
  stream.write(
    'portico start [--safe-mode] [--without <id>]…: with the modules of the portal alone; without a module. Its settings are in config/*.json and in variables: PORT=8081 PORTICO_HOME=/srv/portico portico start. docs/operators.md lists them.\n',
  );
  return exitCode;
}

/** What those call who write modules: it is about the folder in which it is called, and no portal is asked. */
function isAuthoring(command: string | undefined, [word = '']: readonly string[]): command is string {
  return (command === 'create' && word === 'module') || (command === 'module' && ['build', 'check', 'dev'].includes(word));
}

/** `portico module sign FILE --key PEM`: writes FILE.sig. No portal is needed for it. */
async function signModule(rest: readonly string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...rest],
    allowPositionals: true,
    strict: false,
    options: { key: { type: 'string' } },
  });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0 || typeof values.key !== 'string') {
    process.stderr.write(
      'Usage: portico module sign FILE --key PEM\n\nWrites FILE.sig, an Ed25519 signature. PEM is the file of the private key.\n',
    );
    return values.help === true ? 0 : 2;
  }
  const { signPackage } = await import('../packages/package-signature.js');
  await writeFile(`${file}.sig`, signPackage(await readFile(file), await readFile(values.key, 'utf8')));
  process.stdout.write(`${file}.sig\n`);
  return 0;
}

/** Commands are one or two words; what follows them are arguments. */
function mayMakeOne(words: readonly string[]): boolean {
  return !words.includes('--help') && words.slice(0, 2).some((word) => changing.has(word));
}

/** Without PORTICO_HOME a running demo is found as well. */
function demoHome(): string {
  return loadConfig({ root: projectRoot, distribution, mode: 'demo', environment: {} }).home;
}

/** No portal runs: one is opened for this command alone, without HTTP. */
async function runInOwnPortal(called: readonly string[]): Promise<number> {
  const { createContainedPortal } = await import('../contained-portal.js');
  const portal = await createContainedPortal({
    mode: deploymentMode(process.env),
    environment: process.env,
    process: 'command',
    overrides: { log: { level: 'warn' } },
  });
  try {
    return await portal.commands.run({
      argv: called,
      // As with a running portal: a terminal has nothing to pipe, and nobody waits for its end.
      stdin: process.stdin.isTTY ? Readable.from([]) : process.stdin,
      ...(process.stdin.isTTY ? { ask } : {}),
      signal: AbortSignal.timeout(24 * 3600 * 1000),
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    });
  } finally {
    await portal.close();
    process.stdin.unref?.();
  }
}
