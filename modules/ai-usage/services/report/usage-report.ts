import {
  AccessContexts,
  inject,
  injectable,
  Messages,
  optional,
  type Reader,
  type ServiceHandle,
  SiteDirectory,
  UnitOfWork,
} from '@portico/core';
import { People } from '@portico/identity/api';
import { erasedSite, type UsageEntry, wholeInstance } from '../../entities/usage-entry.js';

export interface UsageFilter {
  /** Undefined: the whole instance. */
  readonly siteId: string | undefined;
  /** ISO dates; `until` is the day after the last. */
  readonly from: string;
  readonly until: string;
}

/** Sums of one day, site, person or model. */
export interface UsageSum {
  readonly key: string;
  readonly label: string;
  readonly requests: number;
  readonly failed: number;
  readonly images: number;
  /** Millionths, of all that has a price. */
  readonly cost: number;
  /** Requests that used something whose cost is not known. */
  readonly unpriced: number;
}
export const usageGroups = ['day', 'site', 'person', 'model'] as const;
export type UsageGroup = (typeof usageGroups)[number];

export interface UsageLine extends UsageEntry {
  readonly site: string;
  readonly person: string;
}

const columns: Readonly<Record<UsageGroup, string>> = {
  day: 'substr(at, 1, 10)',
  site: 'site_id',
  person: 'person_id',
  model: 'model',
};
const pageSize = 50;

/** Reads what was used. */
@injectable()
export class UsageReport {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Days in order; the others by images, the largest. */
  async sums(group: UsageGroup, filter: UsageFilter, most = 20): Promise<readonly UsageSum[]> {
    const { where, values } = condition(filter);
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<Omit<UsageSum, 'label'>>(
        `SELECT ${columns[group]} AS "key", COUNT(*) AS requests, COALESCE(SUM(images), 0) AS images, COALESCE(SUM(cost), 0) AS cost,
          SUM(CASE WHEN error_code IS NOT NULL THEN 1 ELSE 0 END) AS failed,
          SUM(CASE WHEN cost IS NULL AND images > 0 THEN 1 ELSE 0 END) AS unpriced
        FROM ai_usage_entry WHERE ${where} GROUP BY 1 ORDER BY ${group === 'day' ? '1' : 'images DESC, 1'} LIMIT ${group === 'day' ? 400 : most}`,
        values,
      ),
    );
    return rows.map((row) => ({ ...row, label: this.label(group, row.key) }));
  }

  /** The total of each currency, and whether something has none. */
  async totals(filter: UsageFilter): Promise<readonly { readonly currency: string; readonly cost: number }[]> {
    const { where, values } = condition(filter);
    return this.unitOfWork.read((reader) =>
      reader.query(
        `SELECT currency, SUM(cost) AS cost FROM ai_usage_entry WHERE ${where} AND cost > 0 AND currency IS NOT NULL GROUP BY currency ORDER BY 1`,
        values,
      ),
    );
  }

  /** Newest first, after `cursor`. */
  async entries(
    filter: UsageFilter,
    cursor?: string,
    limit = pageSize,
  ): Promise<{ readonly lines: readonly UsageLine[]; readonly next?: string }> {
    const { where, values } = condition(filter);
    const [at = '', id = ''] = cursor?.split('~') ?? [];
    const after = cursor ? ' AND (at < ? OR (at = ? AND id < ?))' : '';
    const rows = await this.unitOfWork.read((reader: Reader) =>
      reader.query<UsageEntry>(
        `SELECT id, at, feature, provider, site_id AS "siteId", person_id AS "personId", roles, model, quality, state, images, input_tokens AS "inputTokens",
          output_tokens AS "outputTokens", cost, currency, error_code AS "errorCode"
        FROM ai_usage_entry WHERE ${where}${after} ORDER BY at DESC, id DESC LIMIT ${limit + 1}`,
        [...values, ...(cursor ? [at, at, id] : [])],
      ),
    );
    const lines = rows.slice(0, limit).map((row) => ({
      ...row,
      site: this.label('site', row.siteId),
      person: this.label('person', row.personId),
    }));
    const last = lines.at(-1);
    return { lines, ...(rows.length > limit && last && { next: `${last.at}~${last.id}` }) };
  }

  private label(group: UsageGroup, key: string): string {
    const { person: portal, locale } = this.contexts.system();
    if (group === 'site' && key === wholeInstance) return this.messages.text('usage.instance', {}, locale);
    if (group === 'site' && key === erasedSite) return this.messages.text('usage.erased-site', {}, locale);
    if (group === 'site') return this.sites.byId(key)?.name ?? key;
    if (group !== 'person') return key;
    return this.people.get()?.byId(key)?.name ?? (portal?.id === key ? portal.name : key);
  }
}

function condition({ siteId, from, until }: UsageFilter): { readonly where: string; readonly values: readonly string[] } {
  return siteId === undefined
    ? { where: 'at >= ? AND at < ?', values: [from, until] }
    : { where: 'site_id = ? AND at >= ? AND at < ?', values: [siteId, from, until] };
}
