import { setTimeout } from 'node:timers/promises';
import {
  AuditLog,
  type Contributions,
  contributions,
  inject,
  injectable,
  type JobKind,
  type JobRun,
  PortalError,
  type Site,
  type SiteContent,
  SiteContents,
  UnitOfWork,
  z,
} from '@portico/core';
import { yieldToEventLoop } from '@portico/core/util';
import { eraseKind } from './site-lifecycle.js';
import { SiteRepository } from './site-repository.js';

/** Rows of one piece: few enough that nobody who saves something waits for it. */
const rowsAtOnce = 50;
/** What is on its way, such as an answer of an image service, is waited for as long as that may take. */
const pauseMillis = 1000;
const mostRounds = 900;
const inUse = 'Something is still being done in this site. It is erased later.';
const input = z.strictObject({ id: z.string() });
const cursor = z.strictObject({ done: z.number() });

/**
 * Erases a site piece by piece: each module takes some of its rows and files, in a transaction that also notes how far the job has come. What is erased is
 * gone for good and not counted again, so that after a restart the job goes on with what is left, whatever the module. The site itself goes last, with its
 * entry in the audit log, and only when no module has anything of it any more.
 */
@injectable()
export class EraseSite implements JobKind {
  readonly kind = eraseKind;
  readonly label = 'job.erase';
  readonly canCancel = false;

  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(contributions(SiteContents)) private readonly contents: Contributions<SiteContent>,
  ) {}

  async run(run: JobRun): Promise<undefined> {
    const { id } = input.parse(run.input);
    const away = this.sites.awayById(id);
    if (!away) return undefined;
    let done = run.cursor === undefined ? 0 : cursor.parse(run.cursor).done;
    if (run.cursor === undefined) await this.begin(run, id);
    // A module may write once more while others are erased, and keeps what is paid for until it has come: around until nobody has anything.
    for (let round = 0; ; round += 1) {
      for (const { value } of this.contents.all())
        for (let count = -1; count !== 0; done += count) count = await this.piece(run, value, id, done);
      if (await this.end(run, away.site, done)) return undefined;
      if (round === mostRounds) throw new PortalError('site-in-use', inUse, { status: 409 });
      await setTimeout(pauseMillis, undefined, { signal: run.signal });
    }
  }

  /** Takes the site itself away; false when a module has something of it again, or still. */
  private end(run: JobRun, { id, name, address }: Site, done: number): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      for (const { value } of this.contents.all()) if ((await value.count(transaction, id)) > 0) return false;
      await this.sites.remove(transaction, id);
      await this.audit.record(transaction, {
        area: 'sites',
        subject: address,
        scope: id,
        action: 'erased',
        before: { name },
        by: await run.by(transaction),
      });
      await run.save(transaction, { done, total: done });
      return true;
    });
  }

  private async begin(run: JobRun, id: string): Promise<void> {
    const counts = await this.unitOfWork.read(async (reader) => {
      let sum = 0;
      for (const { value } of this.contents.all()) sum += await value.count(reader, id);
      return sum;
    });
    await this.unitOfWork.write((transaction) => run.save(transaction, { done: 0, total: counts, cursor: { done: 0 } }));
  }

  private async piece(run: JobRun, content: SiteContent, id: string, done: number): Promise<number> {
    await yieldToEventLoop();
    run.signal.throwIfAborted();
    return this.unitOfWork.write(async (transaction) => {
      const count = await content.erase(transaction, id, rowsAtOnce);
      if (count > 0) await run.save(transaction, { done: done + count, cursor: { done: done + count } });
      return count;
    });
  }
}
