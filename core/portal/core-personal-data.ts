import type { AuditLog, PersonalDataSource } from '../api/index.js';
import { personalRows } from '../util/personal-rows.js';

/** What the core itself keeps about people: their entries of the audit log, and their jobs. */
export function corePersonalData(audit: AuditLog): readonly PersonalDataSource[] {
  const entries = personalRows({
    key: 'auditLog',
    label: 'personal.audit',
    table: 'portico_audit',
    owner: 'by_id',
    columns: {
      at: 'at',
      area: 'area',
      subject: 'subject',
      attribute: 'attribute',
      scope: 'scope',
      action: 'action',
      via: 'via',
      address: 'address',
    },
    forget: async (transaction, { id, email }) => void (await audit.anonymise(transaction, id, [email])),
  });
  return [
    // What happened happened: the log says who it was at that time.
    { ...entries, merge: async () => {} },
    personalRows({
      key: 'jobs',
      label: 'personal.jobs',
      table: 'portico_job',
      owner: 'by_id',
      columns: { kind: 'kind', title: 'title', state: 'state', createdAt: 'created_at', endedAt: 'ended_at' },
      times: ['createdAt', 'endedAt'],
      forget: async (transaction, { id }) => {
        await transaction.query("UPDATE portico_job SET by_name = '' WHERE by_id = ?", [id]);
      },
    }),
  ];
}
