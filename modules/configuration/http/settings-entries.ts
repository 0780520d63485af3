import {
  type AccessContext,
  type ConditionalContributions,
  type Contribution,
  contributions,
  inject,
  injectable,
  Log,
  notFound,
} from '@portico/core';
import {
  type SettingsLink,
  SettingsLinks,
  type SettingsNotice,
  type SettingsNoticeSource,
  SettingsNotices,
  type SettingsSection,
  type SettingsUse,
  SettingsUses,
} from '../api/index.js';
import { DeploymentSettings } from '../services/deployment-settings.js';
import { permissions } from '../services/permissions.js';
import { SettingPresenter } from '../services/setting-presenter.js';
import { type CatalogEntry, SettingsCatalog } from '../services/settings-catalog.js';

interface SettingsEntry {
  readonly title: string;
  readonly description?: string;
  readonly href: string;
  /** How many things wait there for somebody. */
  readonly notices: number;
}

interface SettingsEntrySection {
  readonly key: SettingsSection;
  readonly title: string;
  /** The page of this section alone. */
  readonly href: string;
  readonly entries: readonly SettingsEntry[];
}

/** What modules say about the settings of a scope. */
@injectable()
class EntryNotices {
  constructor(@inject(contributions(SettingsNotices)) private readonly sources: ConditionalContributions<SettingsNoticeSource>) {}

  of(settings: string, access: AccessContext): readonly SettingsNotice[] {
    const about = this.sources.visible(access).filter(({ value }) => value.settings === settings);
    return this.sources.each((source) => source.notices(access), about).flat();
  }
}

/** How much of limits is used, as modules say it. */
@injectable()
class EntryUses {
  constructor(
    @inject(contributions(SettingsUses)) private readonly sources: ConditionalContributions<SettingsUse>,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
    @inject(Log) private readonly log: Log,
  ) {}

  /** By field. Asked side by side; who fails or is late says nothing. */
  async of(settings: string, access: AccessContext): Promise<ReadonlyMap<string, string>> {
    const asked = this.sources
      .visible(access)
      .filter(({ value }) => value.settings === settings)
      .map(async ({ module, value }) => {
        try {
          return [value.field, await this.inTime(async () => value.use(access))] as const;
        } catch (error) {
          this.log.warn('How much of a limit is used could not be found out.', {
            setting: `${settings}.${value.field}`,
            module,
            error,
          });
          return [value.field, undefined] as const;
        }
      });
    return new Map((await Promise.all(asked)).flatMap(([field, said]) => (said === undefined ? [] : [[field, said] as const])));
  }

  private async inTime<T>(ask: () => Promise<T>): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), this.deployment.choicesMillis);
    });
    try {
      return await Promise.race([ask(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

export const sectionKeys = ['content-and-data', 'platform', 'security'] as const satisfies readonly SettingsSection[];
export const places = { instance: '/configuration/instance-settings', site: '~/configuration/site-settings' } as const;

/** The entries of Instance Settings and Site Settings that exist for a person, here and now. */
@injectable()
export class SettingsEntries {
  constructor(
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
    @inject(contributions(SettingsLinks)) private readonly links: ConditionalContributions<SettingsLink>,
    @inject(EntryNotices) readonly notices: EntryNotices,
    @inject(EntryUses) readonly uses: EntryUses,
  ) {}

  /** @throws PortalError `not-found` for an entry that is not there, whatever the reason. */
  find(id: string, access: AccessContext): CatalogEntry {
    const found = this.visible(access).find(({ value }) => value.id === id);
    if (!found) throw notFound();
    return found;
  }

  sections(access: AccessContext): readonly SettingsEntrySection[] {
    const scope = access.scope.kind;
    const shown = this.visible(access);
    return sectionKeys.flatMap((section) => {
      const entries = shown.filter(({ value }) => value.section === section).map((each) => this.entry(each, access));
      const links = this.links.visible(access).filter(({ value }) => value.section === section);
      entries.push(...this.links.each((_, link) => this.link(link, access), links));
      return entries.length > 0
        ? [
            {
              key: section,
              title: this.presenter.ours(`section.${section}`, undefined, access.locale),
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

  private entry({ module, value: { id, title, description } }: CatalogEntry, access: AccessContext): SettingsEntry {
    const { locale, scope } = access;
    return {
      title: this.presenter.theirs(module, title, locale),
      ...(description ? { description: this.presenter.theirs(module, description, locale) } : {}),
      href: `${places[scope.kind]}/${id}`,
      notices: this.notices.of(id, access).length,
    };
  }

  private link({ module, value }: Contribution<SettingsLink>, access: AccessContext): SettingsEntry {
    const { title, description, href } = value;
    return {
      title: this.presenter.theirs(module, title, access.locale),
      ...(description ? { description: this.presenter.theirs(module, description, access.locale) } : {}),
      href,
      notices: value.notices?.(access) ?? 0,
    };
  }
}
