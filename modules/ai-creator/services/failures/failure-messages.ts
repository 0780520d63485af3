import { type AccessContext, inject, injectable, Messages } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { ChosenProvider } from '../provider/chosen-provider.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { instanceSettings, SettingsLink } from '../settings/settings-link.js';
import { formatSeconds, translator } from '../translator.js';
import { type ErrorCatalogEntry, errorCatalogEntry, type FailureCode, type RemedyPage, type RetryRule } from './error-catalog.js';

export interface FailureLink {
  readonly label: string;
  readonly href: string;
  /** Leaves the portal. */
  readonly isExternal: boolean;
}

/** A failure as administrators read it. */
export interface FailureExplanation {
  /** What happened, and what exactly arrived. */
  readonly cause: string;
  readonly remedy: string;
  readonly retry: RetryRule;
  readonly links: readonly FailureLink[];
}

/** What is known of one failure; each part may be missing. */
export type Failure = Partial<
  Pick<Generation, 'errorCode' | 'errorDetail' | 'model' | 'keyFrom' | 'provider' | 'requestId' | 'state'>
>;

const pages: Readonly<Record<Exclude<RemedyPage, 'settings'>, string>> = {
  service: '/ai-creator/service',
  usage: '/ai-creator/usage',
};

/** The rows of the error catalog in the words of administrators. */
@injectable()
export class FailureMessages {
  constructor(
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(ChosenProvider) private readonly providers: Pick<ChosenProvider, 'byId' | 'id'>,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Whether it is somebody who can do something about failures: an administrator of the instance, or of the site. */
  isReadBy(access: AccessContext): boolean {
    return this.settingsLink.for(access) !== undefined;
  }

  /** Undefined for those who can do nothing about it, and for what is no failure. */
  for(access: AccessContext, failure: Failure): FailureExplanation | undefined {
    const settings = this.settingsLink.for(access);
    return settings === undefined ? undefined : this.of(failure, access.locale, settings);
  }

  /** As details of an error, with addresses that lead there as they are; empty for those who can do nothing about it. */
  facts(access: AccessContext, failure: Failure): Readonly<Record<string, unknown>> {
    const explanation = this.for(access, failure);
    if (!explanation) return {};
    const { cause, remedy } = explanation;
    const site = access.site ? `/web/${access.site.address}` : '';
    return { cause, remedy, links: explanation.links.map((link) => ({ ...link, href: link.href.replace(/^~/, site) })) };
  }

  /** @param settings the page of the settings that the reader may open; undefined: there are no pages where it is read. */
  of(failure: Failure, locale: string, settings?: string): FailureExplanation | undefined {
    const row = errorCatalogEntry(failure.state === 'unknown' ? 'unknown' : (failure.errorCode ?? ''));
    if (!row) return undefined;
    return {
      cause: [this.cause(row, locale, failure), failure.errorDetail, this.request(failure, locale)].filter(Boolean).join(' '),
      remedy: this.remedy(row, locale, failure.provider),
      retry: row.retry,
      links: this.links(row, locale, settings, failure.provider),
    };
  }

  /** What happened, as far as it is known where. */
  cause({ code, cause }: ErrorCatalogEntry, locale: string, { model, keyFrom }: Failure = {}): string {
    const from = code === 'invalid-api-key' ? this.messages.text(`cause-from.${keyFrom ?? 'any'}`, {}, locale) : '';
    return this.messages.text(cause, { from, model: model ?? this.messages.text('cause-model.any', {}, locale) }, locale);
  }

  /** Under which id the service knows the request. */
  private request({ requestId }: Failure, locale: string): string | undefined {
    return requestId ? this.messages.text('cause-request', { id: requestId }, locale) : undefined;
  }

  /** What to do about it, with the name and the address of the service and what holds it. @param provider its id; left out: the one in use. */
  remedy({ remedy }: ErrorCatalogEntry, locale: string, provider?: string | null): string {
    const { name, address, place } = this.providers.byId(provider ?? this.providers.id)?.provider ?? {};
    const text = (key: string): string => this.messages.text(key, {}, locale);
    const values = {
      provider: name ?? text('remedy-address.any-provider'),
      address: address?.url ?? place ?? text('remedy-address.any'),
      variable: address?.setBy ?? text('remedy-address.variable'),
    };
    return this.messages.text(remedy, values, locale);
  }

  /** What the portal does by itself. */
  retry({ retry }: ErrorCatalogEntry, locale: string): string {
    const { retries, retryCapSeconds } = this.config.values;
    const translate = translator(this.messages, locale);
    return translate(`error-catalog.retry-${retry}`, { retries, time: formatSeconds(retryCapSeconds, translate) });
  }

  /**
   * Only those who may open the instance's settings may open its pages; a page of the service comes from the provider that failed.
   * @param provider its id; left out: the one in use.
   */
  links(
    { code, page }: ErrorCatalogEntry,
    locale: string,
    settings: string | undefined,
    provider?: string | null,
  ): readonly FailureLink[] {
    const links: FailureLink[] = [];
    const isInstance = settings === instanceSettings.href;
    if (settings && page) {
      const shown = isInstance ? page : 'settings';
      const href = shown === 'settings' ? settings : pages[shown];
      links.push({ label: this.messages.text(`error-catalog.page-${shown}`, {}, locale), href, isExternal: false });
    }
    const help = this.helpOf(code, provider ?? this.providers.id);
    if (help)
      links.push({
        label: this.messages.text('error-catalog.help', { place: new URL(help).host }, locale),
        href: help,
        isExternal: true,
      });
    return links;
  }

  private helpOf(code: FailureCode, provider: string): string | undefined {
    const help: Readonly<Partial<Record<string, string>>> = this.providers.byId(provider)?.provider.help ?? {};
    return help[code];
  }
}
