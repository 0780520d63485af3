import { type AuditEntry, AuditLog, inject, injectable, Log, type Scope, UnitOfWork } from '@portico/core';

/** Days before an end on which administrators are warned. */
export const warningDays = [7, 30, 90] as const;

/** What administrators must know about a chosen model. */
export interface ModelNotice {
  readonly scope: Scope;
  readonly model: string;
  /** What is used in its place; undefined while it is still used itself. */
  readonly instead: string | undefined;
  readonly shutdownDate: string | undefined;
  readonly daysLeft: number | undefined;
  /** 7, 30 or 90; undefined when it is gone. */
  readonly within: number | undefined;
}

/** Writes down what becomes of the chosen models: each move once, each warning once. */
@injectable()
export class ModelAudit {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Log) private readonly log: Log,
  ) {}

  async record(notices: readonly ModelNotice[]): Promise<void> {
    for (const notice of notices) {
      if (notice.instead !== undefined) await this.move(notice, notice.instead);
      else if (notice.within !== undefined) await this.warn(notice, notice.within);
    }
  }

  private async move({ scope, model, instead }: ModelNotice, used: string): Promise<void> {
    const about = { subject: 'model', scope: scope.kind === 'site' ? scope.siteId : 'instance' };
    const { records } = await this.audit.list({ area: 'ai-creator', ...about }, undefined, 1);
    if (records[0]?.before === model && records[0]?.after === used) return;
    await this.write({ ...about, action: 'moved', before: model, after: used });
    this.log.warn('The chosen model is gone; the next of the preference list takes its place.', { model, instead });
  }

  /** Once for each of the 90, 30 and 7 days, and anew when the day of the end is another one. */
  private async warn({ scope, model, shutdownDate, daysLeft }: ModelNotice, within: number): Promise<void> {
    const about = { subject: 'model-warning', attribute: model, scope: scope.kind === 'site' ? scope.siteId : 'instance' };
    const { records } = await this.audit.list({ area: 'ai-creator', ...about }, undefined, 20);
    const isSeen = records
      .map(({ after }) => after as { readonly within?: number; readonly endsOn?: string } | undefined)
      .some((after) => after?.endsOn === shutdownDate && (after?.within ?? within + 1) <= within);
    if (isSeen) return;
    await this.write({ ...about, action: 'warned', after: { endsOn: shutdownDate, within } });
    this.log.warn('A chosen model ends soon.', { model, daysLeft });
  }

  private async write(entry: Pick<AuditEntry, 'subject' | 'attribute' | 'scope' | 'action' | 'before' | 'after'>): Promise<void> {
    await this.unitOfWork.write((transaction) =>
      this.audit.record(transaction, {
        area: 'ai-creator',
        ...entry,
        by: { id: 'system', name: 'Portico' },
        via: 'system',
      }),
    );
  }
}
