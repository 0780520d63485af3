export { CatalogAuditPresenter } from './audit-presenter.js';
export { auditEntities, auditMigrations } from './audit-row.js';
export { StoredAuditLog } from './stored-audit-log.js';
