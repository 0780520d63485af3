import { isRetired } from '@portico/ai-providers/api';
import type { PaidFeature } from '@portico/ai-usage/api';
import type { SettingsNotice, SettingsNoticeSource } from '@portico/configuration/api';
import {
  type AccessContext,
  Flags,
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  type MenuBadge,
  Messages,
  SiteDirectory,
} from '@portico/core';
import { creatorFlag } from '../availability/availability.js';
import type { ModelNotice } from '../models/model-audit.js';
import { ModelMonitor } from '../models/model-monitor.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';

/** What administrators read about chosen models that end or are gone: above the settings, in the menu, and from `portico doctor`. */
@injectable()
export class ModelNotices implements SettingsNoticeSource, IntegrityCheck {
  readonly settings = 'ai-creator';

  constructor(
    @inject(ModelMonitor) private readonly watch: ModelMonitor,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(Messages) private readonly messages: Messages,
    @inject(Flags) private readonly flags: Flags,
  ) {}

  /** What is known of them: before a list was read nobody can say that they are there. */
  get title(): string {
    return this.watch.checkedAt === undefined
      ? 'No chosen image model is known to end; the list of models was not read yet.'
      : 'The chosen image models are there, and stay.';
  }

  /** For the instance also those of sites that chose for themselves; for a site its own, or the instance's that it inherits. */
  notices({ scope, locale }: AccessContext): readonly SettingsNotice[] {
    const all = scope.kind === 'instance' ? this.watch.notices() : [this.watch.notice(scope) ?? this.watch.inherited(scope)];
    return all.flatMap((notice) => (notice ? [this.inWords(notice, locale)] : []));
  }

  inWords(notice: ModelNotice, locale?: string): SettingsNotice {
    const { scope, model, instead, shutdownDate, daysLeft, within } = notice;
    const name =
      scope.kind === 'site'
        ? (this.sites.byId(scope.siteId)?.name ?? scope.siteId)
        : this.messages.text('service.instance', {}, locale);
    const values = { scope: name, model, instead: instead ?? '', date: shutdownDate ?? '', days: daysLeft ?? 0 };
    return {
      kind: instead || within === 7 ? 'danger' : 'warning',
      text: this.messages.text(instead ? 'service.moved' : 'service.ends', values, locale),
    };
  }

  /** Beside the pages about money and models, for the model that this very scope chose. */
  badge({ scope, locale }: AccessContext): MenuBadge | undefined {
    const notice = this.watch.notice(scope);
    return notice && { kind: 'warning', text: '1', label: this.messages.text('service.notice-count', {}, locale) };
  }

  async run(): Promise<readonly IntegrityFinding[]> {
    if (!this.flags.isEnabled(creatorFlag)) return [];
    return this.watch.notices().map((notice) => ({ severity: 'warning', message: this.inWords(notice).text }));
  }
}

/** Images, as AI Usage asks about them: the models of the service in use, and a mark when a chosen one ends. */
@injectable()
export class ImagesFeature implements PaidFeature {
  constructor(
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ModelNotices) private readonly notices: ModelNotices,
  ) {}

  models(): readonly string[] {
    const { preferred = [], suggested = [] } = this.client.provider?.modelNames ?? {};
    return [...preferred, ...suggested];
  }

  isRetired(model: string): boolean {
    return isRetired(model);
  }

  badge(access: AccessContext): MenuBadge | undefined {
    return this.notices.badge(access);
  }
}
