export { CatalogAuditPresenter } from './audit-presenter.js';
export { auditEntities, auditMigrations } from './audit-row.js';
export { auditCheck, StoredAuditChain } from './stored-audit-chain.js';
export { StoredAuditLog } from './stored-audit-log.js';
export { StoredSecurityEvents } from './stored-security-events.js';
