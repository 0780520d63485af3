import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Disposable, toDisposable } from '../api/index.js';
import type { CommandRunner, Invocation } from './command-runner.js';

/** Longest path a Unix socket may have on Linux and macOS, with room to spare. */
const longest = 100;

/** Where the running portal of a data directory listens for commands. */
function socketPath(home: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\portico-${digest(home)}`;
  const path = join(home, 'portico.sock');
  if (path.length <= longest) return path;
  // Others may write to the folder of temporary files: the path of the socket is random, and stands in the data directory.
  return readSocketFile(home) ?? path;
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

/** Where this portal will listen. A data directory with a long path gets a private folder (0700) elsewhere. */
async function makeSocketPath(home: string): Promise<{ readonly path: string; readonly folder?: string }> {
  const path = socketPath(home);
  if (process.platform === 'win32' || join(home, 'portico.sock').length <= longest) return { path };
  const folder = await mkdtemp(join(tmpdir().length > longest - 40 ? '/tmp' : tmpdir(), 'portico-'));
  const made = join(folder, 'portico.sock');
  await writeFile(socketFile(home), `${made}\n`, { mode: 0o600 });
  return { path: made, folder };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** One line of the answer: a piece of output, or the exit code at the end. */
type Line = { readonly out: string } | { readonly err: string } | { readonly exit: number };

/**
 * Lets the terminal talk to the running portal. Only the owner of the data directory can open the socket (0600); there is no
 * other check, because who owns the data directory owns the portal.
 */
export async function listenForCommands(home: string, runner: CommandRunner): Promise<Disposable> {
  const { path, folder } = await makeSocketPath(home);
  await rm(path, { force: true });
  const server = createServer(async (incoming, answer) => {
    const gone = new AbortController();
    answer.on('close', () => gone.abort());
    const write = (line: Line): void => void answer.write(`${JSON.stringify(line)}\n`);
    const invocation: Invocation = {
      argv: JSON.parse(
        Buffer.from(String(incoming.headers['x-portico-argv'] ?? ''), 'base64').toString('utf8') || '[]',
      ) as string[],
      stdin: incoming,
      signal: gone.signal,
      out: (out) => write({ out }),
      err: (err) => write({ err }),
    };
    write({ exit: await runner.run(invocation) });
    // The caller hangs up first: what it still pipes would otherwise meet a closed connection, and cost it the answer.
    await finished(incoming.resume()).catch(() => undefined);
    answer.end();
  });
  server.listen(path);
  await once(server, 'listening');
  await chmod(path, 0o600);
  return toDisposable(async () => {
    await close(server, path);
    if (folder === undefined) return;
    await rm(folder, { recursive: true, force: true });
    await rm(socketFile(home), { force: true });
  });
}

async function close(server: Server, path: string): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(path, { force: true });
}

/** Asks the running portal to run a command. Undefined when no portal listens. */
export async function callPortal(
  home: string,
  argv: readonly string[],
  io: { stdin: Readable | undefined; stdout: Writable; stderr: Writable },
): Promise<number | undefined> {
  const connection = await connectTo(socketPath(home));
  if (!connection) return undefined;
  const call = request({
    createConnection: () => connection,
    method: 'POST',
    headers: { 'x-portico-argv': Buffer.from(JSON.stringify(argv)).toString('base64') },
  });
  // The portal begins before anything is typed.
  call.flushHeaders();
  const answered = once(call, 'response');
  if (io.stdin) io.stdin.pipe(call);
  else call.end();
  const [answer] = await answered;
  let exitCode = 1;
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((text) => JSON.parse(text) as Line)) {
      if ('out' in line) io.stdout.write(line.out);
      else if ('err' in line) io.stderr.write(line.err);
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
