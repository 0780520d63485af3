import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Change } from '../create-portal.js';

/** How long a portal may take to close; it survives being killed. */
const closeMillis = 1500;

interface Answer {
  readonly modules?: readonly (readonly [string, string])[];
}

/** The portal of those who work on it, in a process of its own that is told what was edited. */
export class PortalProcess {
  /** Folders of the modules, by id, as the portal found them. */
  modules: ReadonlyMap<string, string> = new Map();
  private child: ChildProcess | undefined;
  private isClosing = false;

  constructor(
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /** @returns whether it stands; it has said why not. */
  async start(): Promise<boolean> {
    this.child = spawn(process.execPath, ['--enable-source-maps', join(import.meta.dirname, 'main.js')], {
      cwd: this.folder,
      env: this.environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const answer = await answerOf(this.child);
    if (answer?.modules) {
      this.modules = new Map(answer.modules);
      return true;
    }
    if (!this.isClosing && this.modules.size > 0)
      console.error('The portal did not start. It is tried again with the next edit.');
    return false;
  }

  /** Does nothing once it closes: an edit may have been in work when somebody ended it. */
  async restart(): Promise<void> {
    if (this.isClosing) return;
    console.log('Starting the portal again.');
    await this.stop();
    if (!this.isClosing) await this.start();
  }

  /** Has an edit taken in; one that does not stand is started again instead. */
  async tell(change: Change): Promise<void> {
    if (!this.child?.connected) return this.restart();
    this.child.send(change);
    await answerOf(this.child);
  }

  async close(): Promise<void> {
    this.isClosing = true;
    await this.stop();
  }

  private async stop(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), closeMillis);
    await ended;
    clearTimeout(late);
  }
}

/** What a portal says next; undefined when it ends instead. */
async function answerOf(child: ChildProcess): Promise<Answer | undefined> {
  const settled = new AbortController();
  const { signal } = settled;
  const ended = once(child, 'exit', { signal }).then(() => []);
  const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as readonly (Answer | undefined)[];
  settled.abort();
  return message;
}
