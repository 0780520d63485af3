import { type AccessContext, inject, injectable, notFound } from '@portico/core';
import { EntryNotices } from '../services/entry-notices.js';
import { FlagNotices } from '../services/flag-notices.js';
import { permissions } from '../services/permissions.js';
import { SettingPresenter } from '../services/setting-presenter.js';
import { type CatalogEntry, SettingsCatalog } from '../services/settings-catalog.js';

export interface EntryModel {
  readonly title: string;
  readonly description?: string;
  readonly href: string;
  readonly current: boolean;
  /** How many things wait there for somebody. */
  readonly notices?: number;
}

export interface SectionModel {
  readonly key: SectionKey;
  readonly title: string;
  /** The page of this section alone. */
  readonly href: string;
  readonly entries: readonly EntryModel[];
}

export const sectionKeys = ['content-and-data', 'platform', 'security'] as const;
export type SectionKey = (typeof sectionKeys)[number];
export const places = { instance: '/configuration/instance-settings', site: '~/configuration/site-settings' } as const;

/** The entries of Instance Settings and Site Settings that exist for a person, here and now. */
@injectable()
export class SettingsEntries {
  constructor(
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(SettingPresenter) private readonly words: SettingPresenter,
    @inject(FlagNotices) private readonly flagNotices: FlagNotices,
    @inject(EntryNotices) readonly notices: EntryNotices,
  ) {}

  /** @throws PortalError `not-found` for an entry that is not there, whatever the reason. */
  find(id: string, access: AccessContext): CatalogEntry {
    const found = this.visible(access).find(({ value }) => value.id === id);
    if (!found) throw notFound();
    return found;
  }

  sections(access: AccessContext, current?: string): readonly SectionModel[] {
    const scope = access.scope.kind;
    const shown = this.visible(access);
    return sectionKeys.flatMap((section) => {
      const entries = shown.filter(({ value }) => value.section === section).map((each) => this.entry(each, access, current));
      if (section === 'platform' && scope === 'instance' && access.can(permissions.flags))
        entries.push(this.flags(access, current));
      return entries.length > 0
        ? [
            {
              key: section,
              title: this.words.ours(`section.${section}`, undefined, access.locale),
              href: `${places[scope]}?section=${section}`,
              entries,
            },
          ]
        : [];
    });
  }

  /** The definitions that a person may change here. */
  visible(access: AccessContext): readonly CatalogEntry[] {
    const scope = access.scope.kind;
    const permission = scope === 'instance' ? permissions.instanceSettings : permissions.siteSettings;
    if (!access.can(permission)) return [];
    return this.catalog.visible(access).filter(({ value }) => value.scopes.includes(scope));
  }

  private entry(
    { module, value: { id, title, description } }: CatalogEntry,
    access: AccessContext,
    current: string | undefined,
  ): EntryModel {
    const { locale, scope } = access;
    return {
      title: this.words.theirs(module, title, locale),
      ...(description ? { description: this.words.theirs(module, description, locale) } : {}),
      href: `${places[scope.kind]}/${id}`,
      current: id === current,
      notices: this.notices.of(id, access).length,
    };
  }

  private flags({ locale }: AccessContext, current: string | undefined): EntryModel {
    return {
      title: this.words.ours('flags.title', undefined, locale),
      description: this.words.ours('flags.description', undefined, locale),
      href: '/configuration/feature-flags',
      current: current === 'feature-flags',
      notices: this.flagNotices.overdue().length,
    };
  }
}
