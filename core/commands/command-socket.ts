import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Disposable, toDisposable } from '../api/index.js';
import type { CommandRunner, Invocation } from './command-runner.js';

/** Longest path a Unix socket may have on Linux and macOS, with room to spare. */
const longest = 100;

/**
 * Where a portal listens for commands. In the data directory itself, unless its path is too long, or the system has pipes in place of sockets,
 * whose names all people share: then the name is random, because others could be there first with one that they can guess, and stands in the
 * data directory.
 */
export class CommandSocket {
  private readonly inHome: string;
  private readonly hasPipes: boolean;

  constructor(
    private readonly home: string,
    platform: NodeJS.Platform = process.platform,
  ) {
    this.inHome = join(home, 'portico.sock');
    this.hasPipes = platform === 'win32';
  }

  /** Where the running portal listens; undefined when none has said so. */
  get path(): string | undefined {
    return this.isElsewhere ? readSocketFile(this.home) : this.inHome;
  }

  /** Where this portal will listen, and the private folder (0700) that was made for it. */
  async make(): Promise<{ readonly path: string; readonly folder?: string }> {
    if (!this.isElsewhere) return { path: this.inHome };
    const made = this.hasPipes ? { path: `\\\\.\\pipe\\portico-${randomUUID()}` } : await socketFolder();
    // The rights of a file that is there already stay as they are, so it is not written to.
    await rm(socketFile(this.home), { force: true });
    await writeFile(socketFile(this.home), `${made.path}\n`, { mode: 0o600, flag: 'wx' });
    return made;
  }

  /** Takes away what `make` made. */
  async remove({ path, folder }: { readonly path: string; readonly folder?: string }): Promise<void> {
    // A pipe goes with its server.
    if (!this.hasPipes) await rm(path, { force: true });
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    if (this.isElsewhere) await rm(socketFile(this.home), { force: true });
  }

  private get isElsewhere(): boolean {
    return this.hasPipes || this.inHome.length > longest;
  }
}

async function socketFolder(): Promise<{ readonly path: string; readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir().length > longest - 40 ? '/tmp' : tmpdir(), 'portico-'));
  return { path: join(folder, 'portico.sock'), folder };
}

const socketFile = (home: string): string => join(home, 'portico.sock.path');

function readSocketFile(home: string): string | undefined {
  try {
    return readFileSync(socketFile(home), 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** One line of the answer: a piece of output, a question whose answer is the next line of the request, or the exit code at the end. */
type Line = { readonly out: string } | { readonly err: string } | { readonly ask: string } | { readonly exit: number };

/** What a terminal tells of itself. */
interface Call {
  readonly argv: readonly string[];
  readonly directory?: string;
  readonly terminal?: boolean;
}

function callIn(header: string | string[] | undefined): Call {
  const text = Buffer.from(String(header ?? ''), 'base64').toString('utf8');
  return text === '' ? { argv: [] } : (JSON.parse(text) as Call);
}

/** The next line that the terminal sends; empty when it goes away. */
async function nextLine(incoming: Readable, signal: AbortSignal): Promise<string> {
  let text = '';
  while (!text.includes('\n') && !signal.aborted && !incoming.readableEnded) {
    const chunk = incoming.read() as Buffer | null;
    if (chunk === null) await once(incoming, 'readable', { signal }).catch(() => undefined);
    else text += chunk.toString('utf8');
  }
  return text.split('\n')[0] ?? '';
}

/**
 * Lets the terminal talk to the running portal. Only the owner of the data directory can open the socket (0600); there is no
 * other check, because who owns the data directory owns the portal.
 */
export async function listenForCommands(home: string, runner: CommandRunner): Promise<Disposable> {
  const socket = new CommandSocket(home);
  const made = await socket.make();
  const { path } = made;
  if (process.platform !== 'win32') await rm(path, { force: true });
  const called = async (incoming: IncomingMessage, write: (line: Line) => void, signal: AbortSignal): Promise<number> => {
    const { argv, directory, terminal } = callIn(incoming.headers['x-portico-call']);
    const invocation: Invocation = {
      argv,
      ...(directory === undefined ? {} : { directory }),
      ...(terminal && {
        ask: async (question) => {
          write({ ask: question });
          return nextLine(incoming, signal);
        },
      }),
      // What a terminal sends is answers to questions.
      stdin: terminal ? Readable.from([]) : incoming,
      signal,
      out: (out) => write({ out }),
      err: (err) => write({ err }),
    };
    return runner.run(invocation);
  };
  const server = createServer(async (incoming, answer) => {
    const gone = new AbortController();
    answer.on('close', () => gone.abort());
    const write = (line: Line): void => void answer.write(`${JSON.stringify(line)}\n`);
    // Whatever is thrown, the terminal hears that it is over: it would wait for ever.
    const exitCode = await called(incoming, write, gone.signal).catch((error: unknown) => {
      write({ err: `The command failed: ${error instanceof Error ? error.message : String(error)}\n` });
      return 1;
    });
    write({ exit: exitCode });
    // The caller hangs up first: what it still pipes would otherwise meet a closed connection, and cost it the answer.
    await finished(incoming.resume()).catch(() => undefined);
    answer.end();
  });
  server.listen(path);
  await once(server, 'listening');
  // A pipe has no mode: others do not know its name.
  if (process.platform !== 'win32') await chmod(path, 0o600);
  return toDisposable(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await socket.remove(made);
  });
}

/** Asks the running portal to run a command. Undefined when no portal listens. */
export async function callPortal(
  home: string,
  argv: readonly string[],
  io: {
    /** What is piped in; undefined on a terminal. */
    readonly stdin: Readable | undefined;
    readonly stdout: Writable;
    readonly stderr: Writable;
    /** Answers what the person says to a question; undefined where there is no terminal. */
    readonly ask?: (question: string) => Promise<string>;
  },
): Promise<number | undefined> {
  const { path } = new CommandSocket(home);
  const connection = path === undefined ? undefined : await connectTo(path);
  if (!connection) return undefined;
  const sent: Call = { argv, directory: process.cwd(), terminal: io.ask !== undefined };
  const call = request({
    createConnection: () => connection,
    method: 'POST',
    headers: { 'x-portico-call': Buffer.from(JSON.stringify(sent)).toString('base64') },
  });
  // The portal begins before anything is typed.
  call.flushHeaders();
  const answered = once(call, 'response');
  if (io.stdin) io.stdin.pipe(call);
  else if (!io.ask) call.end();
  const [answer] = await answered;
  let exitCode = 1;
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((text) => JSON.parse(text) as Line)) {
      if ('out' in line) io.stdout.write(line.out);
      else if ('err' in line) io.stderr.write(line.err);
      else if ('ask' in line) call.write(`${await io.ask?.(line.ask)}\n`);
      else {
        exitCode = line.exit;
        io.stdin?.unpipe(call);
        call.end();
      }
    }
  }
  return exitCode;
}

/** Undefined when nobody listens: no socket, or one that a killed portal left behind. */
async function connectTo(path: string): Promise<Socket | undefined> {
  const connection = connect(path);
  try {
    await once(connection, 'connect');
    return connection;
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
