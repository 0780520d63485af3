import {
  type AccessContext,
  AccessControl,
  type ExplainedStep,
  inject,
  injectable,
  Messages,
  optional,
  type ServiceHandle,
} from '@portico/core';
import { NewMenuExplanations } from '@portico/documents-media/api';
import { Availability, requiredPermissions } from './availability.js';
import { BudgetWords } from './budget-words.js';
import { SettingsLink } from './settings-link.js';
import { SpendingNotice } from './spending-notice.js';

/** Why a person sees Create AI Image, or does not. */
export interface ButtonExplanation {
  readonly isVisible: boolean;
  readonly steps: readonly (ExplainedStep & { readonly title: string; readonly blocks: boolean })[];
  readonly blocking: ExplainedStep | undefined;
}

const instanceSettings = {
  href: '/configuration/instance-settings/ai-creator',
  hrefPermission: 'configuration.manage-instance-settings',
};
const siteSettings = { href: '~/configuration/site-settings/ai-creator', hrefPermission: 'configuration.manage-site-settings' };

/** Walks everything that decides, in the words of people; the answers are those of the menu itself. */
@injectable()
export class Explanations {
  constructor(
    @inject(optional(NewMenuExplanations)) private readonly menu: ServiceHandle<NewMenuExplanations>,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(Availability) private readonly availability: Availability,
    @inject(Messages) private readonly messages: Messages,
    @inject(SpendingNotice) private readonly spending: SpendingNotice,
    @inject(BudgetWords) private readonly budgetWords: BudgetWords,
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
  ) {}

  async explain(access: AccessContext, given: readonly string[]): Promise<ButtonExplanation> {
    const explanation = this.menu.get()?.explain('create-ai-image', access, given);
    const asked = explanation?.steps ?? [this.noMenu(access)];
    const steps = asked.flatMap((step) => this.inWords(step, access));
    const blocking = steps.find(({ met }) => !met);
    const all = [...steps, this.keyStep(access), await this.budgetStep(access)];
    return {
      isVisible: explanation?.visible === true,
      blocking,
      steps: all.map((step) => ({ ...step, title: this.titleOf(step, access), blocks: step === blocking })),
    };
  }

  private inWords(step: ExplainedStep, access: AccessContext): readonly ExplainedStep[] {
    if (step.criterion === 'setting') return this.switches(access, step);
    if (step.criterion === 'flag')
      return [{ href: '/configuration/feature-flags', hrefPermission: 'configuration.manage-flags', ...step }];
    if (step.criterion !== 'permission') return [step];
    const roles = this.accessControl.get()?.rolesWith(step.subject) ?? ['Administrator'];
    return [{ ...step, changeableBy: this.text(access, 'why.by-roles', { roles: roles.join(', ') }) }];
  }

  /** The setting as the two switches that people know. */
  private switches(access: AccessContext, step: ExplainedStep): readonly ExplainedStep[] {
    const { settings } = this.availability;
    const onInstance = settings.get({ kind: 'instance' }).enabled === true;
    const onSite = settings.get(access.scope).enabled === true;
    const isLocked = settings.resolve(access.scope, 'enabled').lockedBy !== undefined;
    const by = (key: string, page: object): object =>
      isLocked ? { changeableBy: step.changeableBy } : { changeableBy: this.text(access, key), ...page };
    const instance: ExplainedStep = {
      criterion: 'instance',
      subject: step.subject,
      met: onInstance,
      reason: this.text(access, onInstance ? 'why.instance-on' : 'why.instance-off'),
      ...by('why.by-instance', instanceSettings),
    };
    if (!onInstance || access.scope.kind === 'instance') return [instance];
    const site: ExplainedStep = {
      criterion: 'site',
      subject: step.subject,
      met: onSite,
      reason: this.text(access, onSite ? 'why.site-on' : 'why.site-off'),
      ...by('why.by-site', siteSettings),
    };
    return [instance, site];
  }

  /** A missing key hides nothing; people look for it here all the same. */
  private keyStep(access: AccessContext): ExplainedStep {
    const isMissing = this.availability.keyMissing(access.scope);
    return {
      criterion: 'key',
      subject: 'ai-creator.apiKey',
      met: !isMissing,
      reason: this.text(access, isMissing ? 'why.key-missing' : 'why.key-set'),
      changeableBy: this.text(access, 'why.by-instance'),
      ...instanceSettings,
    };
  }

  /** A budget that is used up hides nothing either: Create refuses. The exact one is for those who may change it. */
  private async budgetStep(access: AccessContext): Promise<ExplainedStep> {
    const obstacle = await this.spending.obstacle(access);
    const mayKnow = this.settingsLink.for(access) !== undefined;
    const state = obstacle && mayKnow ? this.budgetWords.state(obstacle, 'hardLimit', access.locale) : '';
    return {
      criterion: 'budget',
      subject: 'ai-creator.budget',
      met: !obstacle,
      reason: this.text(access, obstacle ? 'why.budget-used' : 'why.budget-left', { state }).trim(),
      changeableBy: this.text(access, 'why.by-budgets'),
      href: '/ai-creator/budgets',
      hrefPermission: 'configuration.manage-instance-settings',
    };
  }

  private noMenu(access: AccessContext): ExplainedStep {
    return {
      criterion: 'module',
      subject: 'documents-media',
      met: false,
      reason: this.text(access, 'why.no-menu'),
      changeableBy: this.text(access, 'why.by-operator'),
    };
  }

  private titleOf({ criterion, subject }: ExplainedStep, access: AccessContext): string {
    const known = (requiredPermissions as readonly string[]).includes(subject);
    return this.text(access, known ? `why.${subject}` : `why.${criterion}`, { subject });
  }

  private text(access: AccessContext, key: string, values: Readonly<Record<string, string>> = {}): string {
    return this.messages.text(key, values, access.locale);
  }
}
