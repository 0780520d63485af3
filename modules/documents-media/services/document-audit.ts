import {
  type AuditArea,
  type AuditDescription,
  type AuditEntry,
  AuditLog,
  type AuditRecord,
  inject,
  injectable,
  Messages,
  type Transaction,
} from '@portico/core';
import type { Folder } from '../api/documents.js';
import type { DocumentEntity } from '../entities/document.js';
import { Metadata, type MetadataValues } from './metadata.js';
import { indexWords } from './metadata-words.js';
import type { RulePermissions } from './rules.js';

/** The area of the audit log in which documents and folders stand. */
const area = 'documents-media';

type Change = Pick<AuditEntry, 'action' | 'before' | 'after'>;
type Named = Pick<DocumentEntity, 'id' | 'siteId' | 'name' | 'metadataKinds'>;

/**
 * An entry about a document. The name of one that was made from a description mostly repeats it, and entries stay longer than descriptions may: such
 * a document stands there by its id.
 */
export function documentEntry(document: Named, change: Change): AuditEntry {
  return { area, subject: 'document', attribute: nameIn(document) ?? document.id, scope: document.siteId, ...change };
}

/** The name of a document where an entry may hold it. */
export function nameIn({ name, metadataKinds }: Pick<DocumentEntity, 'name' | 'metadataKinds'>): string | undefined {
  return metadataKinds === null ? name : undefined;
}

export function folderEntry({ siteId, name }: Pick<Folder, 'siteId' | 'name'>, change: Change): AuditEntry {
  return { area, subject: 'folder', attribute: name, scope: siteId, ...change };
}

/** What is written of a document besides its rows, in the transaction that adds it. */
@injectable()
export class AddedDocuments {
  constructor(
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** The words by which it is found, and its entry of the audit log. */
  async note(transaction: Transaction, entity: DocumentEntity, metadata: MetadataValues = {}): Promise<void> {
    const { id, mimeType, size } = entity;
    for (const { kind, text } of this.metadata.searchTexts(metadata)) await indexWords(transaction, entity, kind, text);
    await this.audit.record(transaction, documentEntry(entity, { action: 'added', after: { id, type: mimeType, size } }));
  }
}

const isId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Puts these entries into words. */
@injectable()
export class DocumentsAuditArea implements AuditArea {
  readonly area = area;
  readonly label = 'module.name';

  constructor(@inject(Messages) private readonly messages: Messages) {}

  describe({ subject, attribute = '' }: AuditRecord, locale?: string): AuditDescription | undefined {
    if (subject !== 'document' && subject !== 'folder') return undefined;
    const text = (key: string, values = {}): string => this.messages.text(key, values, locale);
    const rules = (said: unknown): string =>
      Object.entries(said as RulePermissions)
        .map(([role, actions]) => {
          const decided = Object.entries(actions).map(([action, may]) =>
            text(`audit.rule.${may ? 'may' : 'may-not'}`, { action: text(`audit.rule-action.${action}`) }),
          );
          return `${role}: ${decided.join(', ')}`;
        })
        .join('; ');
    return {
      what: isId.test(attribute) ? text('audit.made-document') : text(`audit.${subject}`, { name: attribute }),
      value: (said, name) => (name === 'permissions' ? rules(said) : undefined),
    };
  }
}
