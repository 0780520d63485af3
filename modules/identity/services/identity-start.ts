import { type Activity, inject, injectable, type Lifetime, Log, toDisposable, UnitOfWork } from '@portico/core';
import { every } from '@portico/core/util';
import { ApiTokenRepository } from './api-token-repository.js';
import { Directory } from './directory.js';
import { FirstRun } from './first-run.js';
import { RoleCatalog } from './role-catalog.js';
import { SessionStore } from './session-store.js';

const flushMillis = 60_000;

/** Brings everything a request asks for into memory, and keeps the times of last use on disk now and then. */
@injectable()
export class IdentityStart implements Activity {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(FirstRun) private readonly firstRun: FirstRun,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    await this.unitOfWork.read(async (reader) => {
      await this.directory.load(reader);
      await this.sessions.load(reader);
      await this.tokens.load(reader);
      await this.catalog.load(reader);
    });
    await this.firstRun.run();
    lifetime.add(toDisposable(() => this.flush(0)));
    lifetime.add(
      every(flushMillis, () =>
        this.flush().catch((error: unknown) => {
          this.log.warn('The times of last use could not be written; they will be, next time.', { error });
        }),
      ),
    );
  }

  private async flush(lag?: number): Promise<void> {
    await this.sessions.flush(lag);
    await this.tokens.flush(lag);
  }
}
