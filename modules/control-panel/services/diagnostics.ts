import {
  type AccessContext,
  AccessContexts,
  AccessControl,
  type DeploymentFinding,
  DeploymentReport,
  type ExplainablePoint,
  type ExplainedContribution,
  type ExplainedStep,
  Explanations,
  inject,
  injectable,
  Messages,
  optional,
  type Person,
  PersonDirectory,
  PortalError,
  type ServiceHandle,
  type Site,
  SiteDirectory,
} from '@portico/core';
import { foldText } from '@portico/core/util';
import { ContributionNames } from './contribution-names.js';
import { permissions } from './permissions.js';

export interface Question {
  readonly point: string;
  /** Id of the contribution, or `<module>/<id>`. */
  readonly contribution: string;
  /** Address of a site; left out: the instance. */
  readonly site?: string;
  /** Email address; `guest` for somebody who is not signed in; left out: whoever asks. */
  readonly person?: string;
  /** The facts that the page states, with commas; `none`; left out: all that the contribution asks for. */
  readonly given?: string;
}

/** Something that can be asked about. */
export interface DiagnosticChoice {
  readonly point: string;
  readonly id: string;
  readonly module: string;
  /** By the names that people see. */
  readonly label: string;
  /** Whether people see it under a name; the rest works unseen, and is for developers. */
  readonly isNamed: boolean;
}

export interface AnsweredStep extends Omit<ExplainedStep, 'hrefPermission'> {
  readonly title: string;
  /** The first step that is not met: it hides the contribution. */
  readonly blocks: boolean;
}

export interface Answer {
  readonly point: string;
  readonly contribution: string;
  readonly module: string;
  readonly visible: boolean;
  readonly summary: string;
  readonly steps: readonly AnsweredStep[];
  readonly blocking?: AnsweredStep;
}

const titled = [
  'module',
  'host',
  'flag',
  'setting',
  'scope',
  'permission',
  'contributed',
  'given',
  'site',
  'address',
  'signed-in',
  'rule',
];

/** Answers why a contribution of any module is, or is not, there: for whoever asks, and for others to those who may diagnose. */
@injectable()
export class Diagnostics {
  constructor(
    @inject(Explanations) private readonly explanations: Explanations,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
    @inject(optional(PersonDirectory)) private readonly people: ServiceHandle<PersonDirectory>,
    @inject(Messages) private readonly messages: Messages,
    @inject(DeploymentReport) private readonly deployment: DeploymentReport,
    @inject(ContributionNames) private readonly names: ContributionNames,
  ) {}

  /** What nobody can follow of what the deployment says, for those who may diagnose. */
  async findings(asker: AccessContext): Promise<readonly DeploymentFinding[]> {
    return this.mayAskForOthers(asker) ? this.deployment.findings() : [];
  }

  /** All that can be asked about, by the names that people see; what has none goes by its ids. */
  choices({ locale }: AccessContext): readonly DiagnosticChoice[] {
    return this.points()
      .flatMap(({ id: point, contributions }) =>
        contributions.map((facts) => {
          const { id, module } = facts;
          const isNamed = this.names.isRecognised(facts, locale);
          const label = isNamed ? this.names.option(point, facts, locale) : `${point}: ${module}/${id}`;
          return { point, id, module, label, isNamed };
        }),
      )
      .sort((left, right) => left.label.localeCompare(right.label, locale));
  }

  /**
   * What is meant by some words: the one that is called so, else all in whose name, or ids, every word stands.
   */
  search(asker: AccessContext, text: string): readonly DiagnosticChoice[] {
    const all = this.choices(asker);
    const wanted = foldText(text);
    const called = all.filter(({ label }) => foldText(label) === wanted);
    if (called.length > 0) return called;
    const words = wanted.split(' ').filter(Boolean);
    return all.filter(({ label, point, module, id }) => {
      const about = foldText(`${label} ${point} ${module} ${id}`);
      return words.every((word) => about.includes(word));
    });
  }

  moduleName({ locale }: AccessContext, id: string): string {
    return this.names.module(id, locale);
  }

  points(): readonly ExplainablePoint[] {
    return this.explanations.points().filter(({ contributions }) => contributions.length > 0);
  }

  sitesFor(asker: AccessContext): readonly Site[] {
    return (this.sites.get()?.all() ?? []).filter((site) => this.maySee(asker, site));
  }

  mayAskForOthers({ person }: AccessContext): boolean {
    return person?.kind === 'system' || this.contexts.for(person).can(permissions.diagnose);
  }

  /** @throws PortalError `contribution-unknown`, `site-unknown`, `person-unknown` (404), `forbidden` (403). */
  ask(asker: AccessContext, { point, contribution, site, person, given }: Question): readonly Answer[] {
    const about = this.personOf(asker, person);
    const at = site ? this.siteOf(asker, site) : undefined;
    const access = this.contexts.for(about, at, asker.locale);
    const facts =
      given === undefined || given === '' ? undefined : given === 'none' ? [] : given.split(',').map((fact) => fact.trim());
    const found = this.explanations.explain(point, contribution, access, facts);
    if (found.length === 0)
      throw new PortalError('contribution-unknown', this.text(asker, 'diagnostics.unknown', { point, contribution }), {
        status: 404,
      });
    return found.map((each) => this.inWords(asker, access, each));
  }

  private inWords(asker: AccessContext, access: AccessContext, found: ExplainedContribution): Answer {
    const { point, id, module, visible, blocking } = found;
    const steps = found.steps.map((step) => this.step(asker, access, step, step === blocking));
    const facts = this.names.find(point, id, module);
    const what = facts ? this.names.name(facts, asker.locale) : id;
    const name = access.person?.name ?? this.text(asker, 'diagnostics.guest');
    const place = access.site?.name ?? this.text(asker, 'diagnostics.instance');
    const summary = this.text(asker, visible ? 'diagnostics.visible' : 'diagnostics.hidden', { name, place, what });
    const first = steps.find(({ blocks }) => blocks);
    return { point, contribution: id, module, visible, summary, steps, ...(first ? { blocking: first } : {}) };
  }

  /** A step in the words of who asks, with the way to its page when that is theirs. */
  step(asker: AccessContext, access: AccessContext, step: ExplainedStep, blocks: boolean): AnsweredStep {
    const { criterion, subject, met, reason, changeableBy, href, hrefPermission } = {
      ...step,
      ...this.wayOut(asker, step, access.site !== undefined),
    };
    const key = titled.includes(criterion) ? criterion : 'other';
    const link = href && !met ? this.link(asker, access.site, href, hrefPermission) : undefined;
    return {
      criterion,
      subject,
      met,
      reason: criterion === 'module' && !met ? this.whyAway(asker, subject, reason) : reason,
      title: this.text(asker, `diagnostics.step.${key}`, {
        subject: this.names.subject(criterion, subject, asker.locale),
        criterion,
      }),
      blocks,
      ...(changeableBy ? { changeableBy } : {}),
      ...(link ? { href: link } : {}),
    };
  }

  /** The reason may be the text of an error, which is for those who manage modules. */
  private whyAway(asker: AccessContext, module: string, reason: string): string {
    const isTheirs = asker.person?.kind === 'system' || this.contexts.for(asker.person).can(permissions.modules);
    return isTheirs ? reason : this.text(asker, 'diagnostics.module-away', { module: this.names.module(module, asker.locale) });
  }

  /** Pages and people for steps that do not name them. */
  private wayOut(asker: AccessContext, { criterion, subject, href }: ExplainedStep, inSite: boolean): Partial<ExplainedStep> {
    if (href !== undefined) return {};
    if (criterion === 'flag') return { href: '/configuration/feature-flags', hrefPermission: permissions.flags };
    if (criterion === 'module') return { href: `/configuration/modules/${subject}`, hrefPermission: permissions.modules };
    if (criterion === 'host') return { href: '/configuration/modules', hrefPermission: permissions.modules };
    if (criterion !== 'permission') return {};
    const roles = this.accessControl.get()?.rolesWith(subject) ?? ['Administrator'];
    const page = inSite
      ? { href: '~/identity/memberships', hrefPermission: 'identity.manage-memberships' }
      : { href: '/identity/users', hrefPermission: 'identity.manage-people' };
    return { ...page, changeableBy: this.text(asker, 'diagnostics.by-roles', { roles: roles.join(', ') }) };
  }

  private link(asker: AccessContext, site: Site | undefined, href: string, permission: string | undefined): string | undefined {
    const inSite = href.startsWith('~/');
    if (inSite && !site) return undefined;
    const where = this.contexts.for(asker.person, inSite ? site : undefined);
    if (permission !== undefined && !where.can(permission)) return undefined;
    return inSite ? `/web/${site?.address}/${href.slice(2)}` : href;
  }

  /** @throws PortalError `person-unknown` (404), `forbidden` (403). */
  personOf(asker: AccessContext, email: string | undefined): Person | undefined {
    if (email === undefined || email === '' || email === asker.person?.email) return asker.person;
    if (!this.mayAskForOthers(asker))
      throw new PortalError('forbidden', this.text(asker, 'diagnostics.only-yourself'), { status: 403 });
    if (email === 'guest') return undefined;
    const found = this.people.get()?.byEmail(email);
    if (!found) throw new PortalError('person-unknown', this.text(asker, 'diagnostics.no-person', { email }), { status: 404 });
    return found;
  }

  /** A site that somebody may not see is as unknown as one that is not there. @throws PortalError `site-unknown` (404). */
  siteOf(asker: AccessContext, address: string): Site {
    const found = this.sites.get()?.byAddress(address);
    if (found && this.maySee(asker, found)) return found;
    throw new PortalError('site-unknown', this.text(asker, 'diagnostics.no-site', { address }), { status: 404 });
  }

  private maySee(asker: AccessContext, site: Site): boolean {
    if (this.mayAskForOthers(asker)) return true;
    const there = this.contexts.for(asker.person, site);
    return (!site.audience || there.isAmong(site.audience)) && there.can('sites.view-site');
  }

  private text({ locale }: AccessContext, key: string, values?: Readonly<Record<string, string>>): string {
    return this.messages.text(key, values, locale);
  }
}
