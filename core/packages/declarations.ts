import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Something that a module adds to an extension point. */
export interface DeclaredContribution {
  readonly point: string;
  /** As people call it: the address of a route, the name of a command, `<page>.<field>` of each added setting, else the id of the contribution. */
  readonly names: readonly string[];
}

/** What the code of a module declares, found out without running it in a portal. */
export interface Declared {
  readonly contributions: readonly DeclaredContribution[];
  /** Names of the tables of its entities, and of those that its migrations make. */
  readonly tables: readonly string[];
  readonly migrations: readonly { readonly name: string; readonly reversible: boolean }[];
  /** What could not be found out; whole sentences. */
  readonly unknown: readonly string[];
}

/** What the process that reads declarations is told to read. */
export interface DeclarationsRequest {
  readonly id: string;
  /** Where its files lie. All paths are absolute. */
  readonly folder: string;
  readonly entry: string;
  readonly entities?: string;
  readonly migrations?: string;
  /** Whether the package brings native code, which may then be loaded. */
  readonly hasAddons?: boolean;
}

/** What it answers: what the code declares, or why it cannot be loaded. */
export type DeclarationsAnswer = { readonly declared: Declared } | { readonly fault: string };

const program = fileURLToPath(new URL('./declarations-process.js', import.meta.url));

/** How long the code of a module may take to be loaded, and its memory. */
const limitMillis = 15_000;
const megabytes = 512;

/**
 * Finds out what the code of a module declares, in a process of its own: one that may read files, and may not write any, start programs or load
 * native code that it does not bring itself, and that has none of the portal's variables. It has no portal to act on, and is ended when it takes too long. What hangs, exits or
 * throws when it is loaded is found here and not in the portal.
 */
export async function readDeclarations(request: DeclarationsRequest): Promise<DeclarationsAnswer> {
  const flags = process.allowedNodeEnvironmentFlags.has('--permission') ? ['--permission'] : ['--experimental-permission'];
  const child = fork(program, [], {
    execArgv: [
      ...flags,
      '--allow-fs-read=*',
      '--experimental-vm-modules',
      '--no-warnings',
      ...(request.hasAddons ? ['--allow-addons'] : []),
      `--max-old-space-size=${megabytes}`,
    ],
    env: { PATH: process.env.PATH ?? '', TZ: process.env.TZ ?? '', LANG: process.env.LANG ?? '' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'json',
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<DeclarationsAnswer>((resolve, reject) => {
      timer = setTimeout(
        () => resolve({ fault: `loading its code did not come to an end within ${limitMillis / 1000} seconds` }),
        limitMillis,
      );
      child.once('message', (answer: DeclarationsAnswer) => resolve(answer));
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        resolve({ fault: `loading its code ended the process (${signal ?? `exit code ${code}`})` }),
      );
      child.send(request);
    });
  } finally {
    clearTimeout(timer);
    child.removeAllListeners();
    child.on('error', () => {});
    child.kill('SIGKILL');
  }
}
