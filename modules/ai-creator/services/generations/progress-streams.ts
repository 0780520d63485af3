import { PassThrough, type Readable } from 'node:stream';
import { Settings, type SettingsHandle } from '@portico/configuration/api';
import {
  type Activity,
  type Disposable,
  inject,
  injectable,
  instanceScope,
  type Lifetime,
  Modules,
  PortalError,
  type ServerSentEvent,
  toDisposable,
} from '@portico/core';
import { Previews } from '../images/previews.js';
import { creatorSettings } from '../settings/settings.js';
import { GenerationStore } from './generation-store.js';

const streamsOfPortal = 200;
const beatMillis = 1000;
/** Behind this many unread events nobody reads any more. */
const unreadEvents = 64;

interface Progress {
  readonly isRunning?: boolean;
}

/** Tells who follows a generation how far it is: at each change, and each second while it runs. */
@injectable()
export class ProgressStreams implements Activity {
  private readonly followed = new Map<PassThrough, string>();
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;

  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(Previews) private readonly previews: Previews,
    @inject(Modules) private readonly modules: Modules,
    @inject(Settings) settings: Settings,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  /** How many are open, and how many one person has at most. */
  use(): { readonly all: number; readonly most: number } {
    const people = new Map<string, number>();
    for (const id of this.followed.values()) people.set(id, (people.get(id) ?? 0) + 1);
    return { all: this.followed.size, most: Math.max(0, ...people.values()) };
  }

  /** A module that stops waits for its answers, so those without an end are ended first. */
  onStart(lifetime: Lifetime): void {
    lifetime.add(toDisposable(() => this.endAll()));
    lifetime.add(
      this.modules.onDidChange(({ id, to }) => {
        if (id === 'ai-creator' && to === 'stopping') this.endAll();
      }),
    );
  }

  /**
   * A stream of `ServerSentEvent`: `progress` with what `read` answers, and `over` as the last one.
   * @throws PortalError `streams-busy` (503): the same can be asked for with polling.
   */
  open(personId: string, generationId: string, read: () => Promise<Progress>): Readable {
    const listen = (tell: () => void): readonly Disposable[] =>
      [this.store, this.previews].map(({ onDidChange }) => onDidChange((id) => id === generationId && tell()));
    return this.follow(personId, read, listen, beatMillis);
  }

  /** The same about anything: told when `listen` says so, and with each beat, which keeps what is between from giving up. */
  follow(
    personId: string,
    read: () => Promise<Progress>,
    listen: (tell: () => void) => readonly Disposable[],
    beatMillis: number,
  ): Readable {
    const own = [...this.followed.values()].filter((id) => id === personId).length;
    if (own >= this.settings.get(instanceScope).openStreams || this.followed.size >= streamsOfPortal) {
      throw new PortalError('streams-busy', 'Too many windows follow what is being made. Ask for its status instead.', {
        status: 503,
        expose: true,
        retryAfter: 5,
      });
    }
    const stream = new PassThrough({ objectMode: true });
    this.followed.set(stream, personId);
    let reading: Promise<void> = Promise.resolve();
    let isQueued = false;
    // Changes that come in one go, or while it is read, are told once.
    const tell = (): void => {
      if (isQueued) return;
      isQueued = true;
      reading = reading
        .then(() => {
          isQueued = false;
          return this.tell(stream, read);
        })
        .catch(() => {
          stream.destroy();
        });
    };
    const changes = listen(tell);
    const timer = setInterval(tell, beatMillis);
    stream.once('close', () => {
      clearInterval(timer);
      for (const change of changes) void change.dispose();
      this.followed.delete(stream);
    });
    tell();
    return stream;
  }

  private async tell(stream: PassThrough, read: () => Promise<Progress>): Promise<void> {
    if (stream.destroyed || stream.writableEnded) return;
    const progress = await read();
    if (stream.destroyed || stream.writableEnded) return;
    if (stream.writableLength + stream.readableLength > unreadEvents) {
      stream.destroy();
      return;
    }
    const isOver = progress.isRunning === false;
    const event: ServerSentEvent = { event: isOver ? 'over' : 'progress', data: progress };
    stream.write(event);
    if (isOver) stream.end();
  }

  private endAll(): void {
    for (const stream of this.followed.keys()) stream.end();
  }
}
