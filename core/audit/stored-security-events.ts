import { type Acting, actAs, currentlyActing } from '../access/index.js';
import type { AuditLog, Clock, Disposable, Log, SecurityEvent, SecurityEvents, UnitOfWork } from '../api/index.js';
import { every } from '../util/index.js';

interface Dependencies {
  readonly unitOfWork: UnitOfWork;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
}

/** What happened, and may happen again within its minute. */
interface Repeated {
  readonly event: SecurityEvent;
  /** Who acted then; undefined for what is counted together. */
  readonly acting: Acting | undefined;
  readonly since: number;
  /** How often it happened and stands in no entry yet. */
  count: number;
}

const minute = 60_000;
const mostEntries = 60;
/** Of a text that whoever is refused may have chosen: an address, a path. */
const longestText = 200;

/**
 * Refusals and the like in the audit log, merged: see `SecurityEvents`. What is counted and not yet written is written after its minute, when somebody
 * reads the log, and when the portal stops; a kill loses counts of the last minute, and never the first of them.
 */
export class StoredSecurityEvents implements SecurityEvents, Disposable {
  private readonly repeated = new Map<string, Repeated>();
  private readonly timer: Disposable;
  private minuteBegan = 0;
  private entries = 0;
  private pending: Promise<void> = Promise.resolve();

  constructor(private readonly dependencies: Dependencies) {
    this.timer = every(minute, () => this.settle());
  }

  occurred(given: SecurityEvent): void {
    const { subject, attribute } = given;
    const event: SecurityEvent = {
      ...given,
      subject: subject.slice(0, longestText),
      ...(attribute !== undefined && { attribute: attribute.slice(0, longestText) }),
    };
    const acting = currentlyActing();
    const now = this.dependencies.clock.now().getTime();
    const key = [event.action, event.by?.id ?? acting?.person()?.id, event.subject, acting?.address?.()].join('\n');
    const known = this.repeated.get(key);
    if (known && now - known.since < minute) {
      known.count += 1;
      return;
    }
    if (known) this.writeCounted(key, known);
    if (!this.mayWrite(now)) {
      this.countTogether(event, now);
      return;
    }
    this.repeated.set(key, { event, acting, since: now, count: 0 });
    this.write(event, acting, 1, () => this.countTogether(event, now));
  }

  /** Until everything that happened is in the log, or could not be written. */
  async settle(): Promise<void> {
    const now = this.dependencies.clock.now().getTime();
    for (const [key, known] of this.repeated) {
      if (known.count > 0) this.writeCounted(key, known);
      else if (now - known.since >= minute) this.repeated.delete(key);
    }
    await this.pending;
  }

  async dispose(): Promise<void> {
    await this.timer.dispose();
    await this.settle();
  }

  private mayWrite(now: number): boolean {
    if (now - this.minuteBegan >= minute) {
      this.minuteBegan = now;
      this.entries = 0;
    }
    this.entries += 1;
    return this.entries <= mostEntries;
  }

  /** By action alone: who and where from is not told of so many. */
  private countTogether({ action }: SecurityEvent, now: number): void {
    const known = this.repeated.get(action);
    if (known) known.count += 1;
    else this.repeated.set(action, { event: { action, subject: '' }, acting: undefined, since: now, count: 1 });
  }

  private writeCounted(key: string, known: Repeated): void {
    const { event, acting, since, count } = known;
    if (count === 0) return;
    known.count = 0;
    if (this.dependencies.clock.now().getTime() - since >= minute) this.repeated.delete(key);
    this.write(event, acting, count, () => {
      known.count += count;
      this.repeated.set(key, known);
    });
  }

  private write(event: SecurityEvent, acting: Acting | undefined, count: number, failed: () => void): void {
    const { unitOfWork, audit, log } = this.dependencies;
    const asThen = <T>(work: () => T): T => (acting ? actAs(acting, work) : work());
    const entry = { area: 'security', scope: 'instance', ...event, ...(count > 1 && { after: { count } }) };
    const writing = asThen(() => unitOfWork.write((transaction) => audit.record(transaction, entry))).catch((error: unknown) => {
      // A full disk, for one, must not keep anybody from being refused.
      log.warn('An event of security could not be written into the audit log.', { action: event.action, count, error });
      failed();
    });
    this.pending = Promise.all([this.pending, writing]).then(() => undefined);
  }
}
