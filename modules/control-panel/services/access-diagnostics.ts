import {
  type AccessContext,
  AccessContexts,
  type AccessExplainer,
  AccessExplainers,
  Addresses,
  type Contributions,
  contributions,
  type ExplainedStep,
  inject,
  injectable,
  Messages,
  type MessageValues,
  PortalError,
} from '@portico/core';
import { audienceText } from '@portico/core/util';
import { ContributionNames } from './contribution-names.js';
import { type AnsweredStep, Diagnostics } from './diagnostics.js';

/** A person by email address (`guest`: somebody who is not signed in), and a permission, an address, or both. */
export interface AccessAsked {
  readonly person?: string;
  readonly site?: string;
  readonly permission?: string;
  /** As it stands in a browser, or from its first slash on. */
  readonly address?: string;
}

export interface AccessAnswer {
  readonly allowed: boolean;
  readonly summary: string;
  readonly steps: readonly AnsweredStep[];
}

/** Answers why a person may, or may not, do or see something: site, address, permission, and what modules decide about what lies there. */
@injectable()
export class AccessDiagnostics {
  constructor(
    @inject(Diagnostics) private readonly diagnostics: Diagnostics,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Addresses) private readonly addresses: Addresses,
    @inject(contributions(AccessExplainers)) private readonly explainers: Contributions<AccessExplainer>,
    @inject(ContributionNames) private readonly names: ContributionNames,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** @throws PortalError `invalid-input` (400), `site-unknown`, `person-unknown` (404), `forbidden` (403). */
  async ask(asker: AccessContext, { person, site, permission, address }: AccessAsked): Promise<AccessAnswer> {
    if (!permission && !address) throw new PortalError('invalid-input', this.text(asker, 'why-access.missing'), { status: 400 });
    const place = address ? this.placeOf(asker, address) : { site, path: undefined };
    const access = this.contexts.for(
      this.diagnostics.personOf(asker, person),
      place.site ? this.diagnostics.siteOf(asker, place.site) : undefined,
      asker.locale,
    );
    const found = [...this.ofSite(asker, access), ...(await this.ofPlace(asker, access, { permission, path: place.path }))];
    const blocking = found.find(({ met }) => !met);
    const steps = found.map((step) => this.diagnostics.step(asker, access, step, step === blocking));
    const name = access.person?.name ?? this.text(asker, 'diagnostics.guest');
    const allowed = blocking === undefined;
    return { allowed, summary: this.text(asker, allowed ? 'why-access.may' : 'why-access.may-not', { name }), steps };
  }

  private ofSite(asker: AccessContext, access: AccessContext): readonly ExplainedStep[] {
    const { site } = access;
    if (!site?.audience) return [];
    const words = { text: (key: string, values?: MessageValues) => this.messages.text(key, values, asker.locale) };
    return [
      {
        criterion: 'site',
        subject: site.name,
        met: access.isAmong(site.audience),
        reason: this.text(asker, 'why-access.site', { audience: audienceText(site.audience, words) }),
        href: `/sites/${site.id}`,
        hrefPermission: 'sites.manage-sites',
      },
    ];
  }

  private async ofPlace(
    asker: AccessContext,
    access: AccessContext,
    { permission, path }: { readonly permission: string | undefined; readonly path: string | undefined },
  ): Promise<readonly ExplainedStep[]> {
    const steps: ExplainedStep[] = [];
    const asked = new Set(permission ? [permission] : []);
    if (path !== undefined) {
      const found = this.addresses.find(path, access);
      const module = found && this.names.module(found.module, asker.locale);
      const key = found ? (found.access ? 'there' : 'not-opened') : 'nothing';
      steps.push({
        criterion: 'address',
        subject: path,
        met: found?.access !== undefined,
        reason: this.text(asker, `why-access.${key}`, { module: module ?? '' }),
      });
      if (found?.access === 'signed-in')
        steps.push({
          criterion: 'signed-in',
          subject: path,
          met: access.person !== undefined,
          reason: this.text(asker, 'why-access.signed-in'),
        });
      if (typeof found?.access === 'object') asked.add(found.access.permission);
    }
    const { locale } = asker;
    for (const { value } of this.explainers.all()) {
      for (const each of asked) steps.push(...(await value.explain({ access, permission: each, locale })));
      if (path !== undefined) steps.push(...this.told(asker, path, await value.explain({ access, path, locale })));
    }
    return steps;
  }

  /** Who asks for themselves does not learn what it is that they do not see, nor whether there is anything. */
  private told(asker: AccessContext, path: string, steps: readonly ExplainedStep[]): readonly ExplainedStep[] {
    if (this.diagnostics.mayAskForOthers(asker)) return steps;
    const unseen = { criterion: 'address', subject: path, met: false, reason: this.text(asker, 'why-access.unseen') };
    return steps.map((step) => (step.met ? step : unseen));
  }

  private text({ locale }: AccessContext, key: string, values?: Readonly<Record<string, string>>): string {
    return this.messages.text(key, values, locale);
  }

  /** The site that an address names, and the path within. */
  private placeOf(asker: AccessContext, address: string): { readonly site: string | undefined; readonly path: string } {
    if (!URL.canParse(address, 'http://portal') || (!address.startsWith('/') && !/^https?:/.test(address)))
      throw new PortalError('invalid-input', this.text(asker, 'why-access.unreadable'), { status: 400 });
    const { pathname } = new URL(address, 'http://portal');
    const [, site, inside = '/'] = /^\/web\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
    return site === undefined ? { site, path: pathname } : { site, path: inside };
  }
}
