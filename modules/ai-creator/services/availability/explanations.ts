import {
  type AccessContext,
  AccessControl,
  type ExplainedStep,
  inject,
  injectable,
  Messages,
  optional,
  PortalError,
  Explanations as PortalExplanations,
  type Scope,
  type ServiceHandle,
} from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { instanceSettings, siteSettings } from '../settings/settings-link.js';
import { Availability, requiredPermissions } from './availability.js';
import { AvailabilitySteps } from './availability-steps.js';

const modulesPage = { href: '/configuration/modules', hrefPermission: 'configuration.manage-modules' };
const membersPage = { href: '~/identity/memberships', hrefPermission: 'identity.manage-memberships' };

export interface ButtonStep extends ExplainedStep {
  readonly title: string;
  /** The first step that is not met: it hides the button. */
  readonly blocks: boolean;
  /** The button is there, and no image can be made. */
  readonly prevents: boolean;
}

/** Why a person sees Create AI Image, or does not. */
export interface ButtonExplanation {
  readonly isVisible: boolean;
  /** Whether an image can be made, as far as can be known without asking the service. */
  readonly canCreate: boolean;
  readonly steps: readonly ButtonStep[];
  readonly blocking: ButtonStep | undefined;
}

/** Where the button is asked about. */
export interface ExplanationScope {
  readonly uploads: boolean;
  readonly folder?: string;
}

/** Walks everything that decides, in the words of people; the answers are those of the menu itself. */
@injectable()
export class Explanations {
  constructor(
    @inject(PortalExplanations) private readonly portal: PortalExplanations,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(Documents) private readonly documents: Documents,
    @inject(Availability) private readonly availability: Availability,
    @inject(AvailabilitySteps) private readonly making: AvailabilitySteps,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async explain(access: AccessContext, { uploads, folder }: ExplanationScope): Promise<ButtonExplanation> {
    const given = uploads ? ['uploads'] : [];
    const [found] = this.portal.explain('documents-media.new-menu-items', 'ai-creator/create-ai-image', access, given);
    const asked = (found?.steps ?? []).flatMap((step) => this.inWords(step, access));
    const hiding = folder === undefined ? asked : [...asked, await this.folderStep(access, folder)];
    const blocking = hiding.find(({ met }) => !met);
    const making = await this.making.of(access);
    const isVisible = found !== undefined && blocking === undefined;
    const prevents = (step: ExplainedStep): boolean => isVisible && !step.met && step.criterion !== 'model';
    const inOrder = [...hiding, ...making].map((step) => ({
      ...step,
      title: this.titleOf(step, access),
      blocks: step === blocking,
      prevents: making.includes(step) && prevents(step),
    }));
    return {
      isVisible,
      canCreate: isVisible && !making.some(prevents),
      steps: inOrder,
      blocking: inOrder.find(({ blocks }) => blocks),
    };
  }

  /** A folder that somebody may not see is one that is not there. */
  private async folderStep(access: AccessContext, folder: string): Promise<ExplainedStep> {
    const found = await this.documents.folderToAdd(access, folder).then(
      () => 'there',
      (error) => (error instanceof PortalError && error.status === 403 ? 'denied' : 'missing'),
    );
    return { criterion: 'folder', subject: folder, met: found === 'there', reason: this.text(access, `why.folder-${found}`) };
  }

  private inWords(step: ExplainedStep, access: AccessContext): readonly ExplainedStep[] {
    if (step.criterion === 'setting') return this.switches(access, step);
    if (step.criterion === 'flag')
      return [{ href: '/configuration/feature-flags', hrefPermission: 'configuration.manage-flags', ...step }];
    if (step.criterion === 'module' || step.criterion === 'host')
      return [{ ...step, changeableBy: this.text(access, 'why.by-operator'), ...modulesPage }];
    if (step.criterion !== 'permission') return [step];
    const roles = this.accessControl.get()?.rolesWith(step.subject) ?? ['Administrator'];
    return [{ ...step, changeableBy: this.text(access, 'why.by-roles', { roles: roles.join(', ') }), ...membersPage }];
  }

  /** The setting as the two switches that people know, each with where its value comes from. */
  private switches(access: AccessContext, step: ExplainedStep): readonly ExplainedStep[] {
    const { settings } = this.availability;
    const instance = this.switchStep(access, step, { kind: 'instance' });
    if (!instance.met || access.scope.kind === 'instance') return [instance];
    const site = this.switchStep(access, step, access.scope);
    return [
      instance,
      settings.resolve(access.scope, 'enabled').own === undefined
        ? { ...site, reason: this.text(access, 'why.site-inherits') }
        : site,
    ];
  }

  private switchStep(access: AccessContext, step: ExplainedStep, scope: Scope): ExplainedStep {
    const { value, origin, lockedBy } = this.availability.settings.resolve(scope, 'enabled');
    const met = value === true;
    const from = this.text(access, lockedBy ? 'why.from-lock' : `why.from-${origin}`, { place: lockedBy ?? '' });
    const wayOut = lockedBy
      ? { changeableBy: this.text(access, 'why.by-lock', { place: lockedBy }) }
      : {
          changeableBy: this.text(access, `why.by-${scope.kind}`),
          ...(scope.kind === 'instance' ? instanceSettings : siteSettings),
        };
    return {
      criterion: scope.kind,
      subject: step.subject,
      met,
      reason: this.text(access, `why.${scope.kind}-${met ? 'on' : 'off'}`, { from }),
      ...wayOut,
    };
  }

  private titleOf({ criterion, subject }: ExplainedStep, access: AccessContext): string {
    const known = (requiredPermissions as readonly string[]).includes(subject);
    // Where nothing has a name, none is left out with two blanks.
    return this.text(access, known ? `why.${subject}` : `why.${criterion}`, { subject }).replace(/ {2,}/g, ' ');
  }

  private text(access: AccessContext, key: string, values: Readonly<Record<string, string>> = {}): string {
    return this.messages.text(key, values, access.locale);
  }
}
