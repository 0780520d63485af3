import { type Activity, inject, injectable, Log, UnitOfWork } from '@portico/core';
import { ApiTokenRepository } from './api-token-repository.js';
import { Directory } from './directory.js';
import { FirstRun } from './first-run.js';
import { RoleCatalog } from './role-catalog.js';
import { SessionStore } from './session-store.js';

const flushMillis = 60_000;

/** Brings everything a request asks for into memory, and keeps the times of last use on disk now and then. */
@injectable()
export class IdentityStart implements Activity {
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(FirstRun) private readonly firstRun: FirstRun,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(): Promise<void> {
    await this.unitOfWork.read(async (reader) => {
      await this.directory.load(reader);
      await this.sessions.load(reader);
      await this.tokens.load(reader);
      await this.catalog.load(reader);
    });
    await this.firstRun.run();
    this.timer = setInterval(() => {
      this.flushing = this.flush().catch((error: unknown) => {
        this.log.warn('The times of last use could not be written; they will be, next time.', { error });
      });
    }, flushMillis).unref();
  }

  async onStop(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush(0);
  }

  private async flush(lag?: number): Promise<void> {
    await this.sessions.flush(lag);
    await this.tokens.flush(lag);
  }
}
