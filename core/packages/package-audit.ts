import type { AuditLog, Log, ModulePlan, PackageOperator, PackageSource, Transaction, UnitOfWork } from '../api/index.js';
import { nameOf } from './refusal.js';

export interface PackageAuditDependencies {
  readonly audit: AuditLog;
  readonly unitOfWork: UnitOfWork;
  readonly log: Log;
}

/** What is written into the audit log about packages: what was done in its own transaction, and what was not done in one of its own. */
export class PackageAudit {
  constructor(private readonly dependencies: PackageAuditDependencies) {}

  /** @param before, after versions; undefined where there is none. */
  async record(
    transaction: Transaction,
    subject: string,
    action: string,
    before: string | undefined,
    after: string | undefined,
    { by, via }: PackageOperator,
    reason?: string,
  ): Promise<void> {
    const entry = { area: 'modules', subject, scope: 'instance', action, before, after, by, via };
    await this.dependencies.audit.record(transaction, reason === undefined ? entry : { ...entry, reason });
  }

  /** Who tried what, and why it was not done, can be looked up afterwards as what was done can. */
  async recordRefusal(
    refusal: unknown,
    source: PackageSource,
    plan: ModulePlan | undefined,
    operator: PackageOperator,
  ): Promise<void> {
    const { unitOfWork, log } = this.dependencies;
    const reason = refusal instanceof Error ? refusal.message : String(refusal);
    try {
      await unitOfWork.write((transaction) =>
        this.record(transaction, plan?.id ?? nameOf(source), 'refused', plan?.from, plan?.version, operator, reason),
      );
    } catch (error) {
      log.warn('A refused package could not be written into the audit log.', { package: nameOf(source), reason, error });
    }
  }
}
