import { inject, injectable, type SqlValue, UnitOfWork } from '@portico/core';
import type { Account } from '../api/index.js';
import { Directory } from './directory.js';

/** A page of a list. `next` is the key to ask on with; undefined at the end. */
export interface PeoplePage {
  readonly people: readonly Account[];
  readonly next: string | undefined;
}

const pageSize = 20;

/** People by email address, in pages by key. */
@injectable()
export class PeopleList {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
  ) {}

  /** @param search part of an email address or a name. @param siteId only those who have a role in this site. */
  async page(query: { readonly after?: string; readonly search?: string; readonly siteId?: string }): Promise<PeoplePage> {
    const conditions = ['p.email > ?'];
    const values: SqlValue[] = [query.after ?? ''];
    const search = query.search?.trim().toLowerCase();
    if (search) {
      conditions.push("(p.email LIKE ? ESCAPE '!' OR lower(p.name) LIKE ? ESCAPE '!')");
      const pattern = `%${search.replace(/[%_!]/g, '!$&')}%`;
      values.push(pattern, pattern);
    }
    if (query.siteId !== undefined) {
      conditions.push('EXISTS (SELECT 1 FROM identity_role_assignment a WHERE a.site_id = ? AND a.person_id = p.id)');
      values.push(query.siteId);
    }
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ id: string; email: string }>(
        `SELECT p.id, p.email FROM identity_person p WHERE ${conditions.join(' AND ')} ORDER BY p.email LIMIT ${pageSize + 1}`,
        values,
      ),
    );
    const shown = rows.slice(0, pageSize);
    const people = shown.map((row) => this.directory.byId(row.id)).filter((account) => account !== undefined);
    return { people, next: rows.length > pageSize ? shown.at(-1)?.email : undefined };
  }
}
