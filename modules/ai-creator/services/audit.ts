import {
  type AccessContext,
  type AuditArea,
  type AuditDescription,
  type AuditEntry,
  type AuditRecord,
  inject,
  injectable,
  Messages,
} from '@portico/core';
import type { Generation } from '../entities/generation.js';

/** Who did it, with the name of the API token that did it for them, and where. */
export function actorOf({ person, token }: AccessContext, via: AuditEntry['via']): Pick<AuditEntry, 'by' | 'via'> {
  const name = person?.name || person?.email || '';
  return { by: { id: person?.id ?? '', name: token ? `${name} (token ${token.name})` : name }, via };
}

/** What somebody did with a generation. */
export function generationEntry({ id, siteId }: Pick<Generation, 'id' | 'siteId'>, action: string): AuditEntry {
  return { area: 'ai-creator', subject: 'generation', attribute: id, scope: siteId, action };
}

/** What entries of this module hold as their values, by their subject. */
interface Said {
  readonly size?: string;
  readonly count?: number;
  readonly endsOn?: string;
}

/** Puts the entries of this module into words. Descriptions of images are kept only as long as they may be, so they stand in no entry. */
@injectable()
export class CreatorAuditArea implements AuditArea {
  readonly area = 'ai-creator';
  readonly label = 'module.name';

  constructor(@inject(Messages) private readonly messages: Messages) {}

  describe({ subject, attribute = '' }: AuditRecord, locale?: string): AuditDescription | undefined {
    const text = (key: string, values = {}): string => this.messages.text(key, values, locale);
    const of = (said: unknown): Said => (typeof said === 'object' && said !== null ? said : {});
    if (subject === 'generation')
      return {
        what: text('audit.generation'),
        value: (said) => text('audit.ordered', { count: of(said).count ?? 1, size: of(said).size ?? '' }),
      };
    if (subject === 'image') return { what: text('audit.image'), value: () => text('audit.some-document') };
    if (subject === 'breaker' || subject === 'test-image') return { what: text(`audit.${subject}`) };
    if (subject === 'model') return { what: text('audit.model') };
    if (subject !== 'model-warning') return undefined;
    return {
      what: text('audit.model-named', { model: attribute }),
      value: (said) => text('audit.ends', { date: of(said).endsOn ?? '' }),
    };
  }
}
