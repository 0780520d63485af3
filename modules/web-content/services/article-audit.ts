import {
  type AuditArea,
  type AuditDescription,
  type AuditEntry,
  type AuditRecord,
  inject,
  injectable,
  Messages,
} from '@portico/core';
import type { ArticleEntity } from '../entities/index.js';

const area = 'web-content';

/** An entry about an article, or about what somebody wrote into a form of it and did not save. */
export function articleEntry(
  { title, siteId }: Pick<ArticleEntity, 'title' | 'siteId'>,
  change: Pick<AuditEntry, 'action' | 'before' | 'after'>,
  subject: 'article' | 'draft' = 'article',
): AuditEntry {
  return { area, subject, attribute: title, scope: siteId, ...change };
}

/** Puts these entries into words. */
@injectable()
export class ArticlesAuditArea implements AuditArea {
  readonly area = area;
  readonly label = 'module.name';

  constructor(@inject(Messages) private readonly messages: Messages) {}

  describe({ subject, attribute = '' }: AuditRecord, locale?: string): AuditDescription | undefined {
    if (subject !== 'article' && subject !== 'draft') return undefined;
    return {
      what: this.messages.text(
        `audit.${subject}`,
        { title: attribute || this.messages.text('audit.untitled', {}, locale) },
        locale,
      ),
    };
  }
}
