import { cleanDescription } from '@portico/ai-providers/api';
import { type SecretState, Settings, type SettingsHandle } from '@portico/configuration/api';
import {
  type AccessContext,
  defineFlag,
  type FirstStep,
  Flags,
  inject,
  injectable,
  instanceScope,
  Messages,
  PortalError,
  type Scope,
  type Site,
} from '@portico/core';
import { scopeRefusal } from '@portico/core/util';
import { DocumentPermissions } from '@portico/documents-media/api';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { ProviderKey } from '../provider/provider-key.js';
import { creatorSettings } from '../settings/settings.js';
import { instanceSettings } from '../settings/settings-link.js';

export const createAiImage = defineFlag('LPD-10793', {
  type: 'release',
  title: 'Create AI Image',
  description: 'Authors make images from words in Documents and Media and in the item selector.',
  owner: 'Portico',
  introduced: '2026-11-22',
  review: '2027-11-22',
});
export const creatorFlag = createAiImage.key;
export const createImages = 'ai-creator.create-images';
export const requiredPermissions = [DocumentPermissions.add, createImages] as const;

/** What stands between a person and a new image; undefined when nothing does. */
export type Obstacle = 'flag' | 'setting' | 'permission';

/** Who makes images, and in which site. */
export interface Author {
  readonly personId: string;
  readonly site: Site;
}

const missingCodes = { provider: 'ai-creator-provider-missing', key: 'ai-creator-key-missing' } as const;

/** Asks, on every request, everything that decides whether images can be made. */
@injectable()
export class Availability {
  readonly settings: SettingsHandle<typeof creatorSettings.fields>;

  constructor(
    @inject(Flags) private readonly flags: Flags,
    @inject(Settings) settings: Settings,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ProviderKey) private readonly key: ProviderKey,
    @inject(Messages) private readonly messages: Messages,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  /** The part that does not depend on a person. */
  switchedOff(scope: Scope): 'flag' | 'setting' | undefined {
    if (!this.flags.isEnabled(creatorFlag)) return 'flag';
    return this.settings.get(scope).enabled === true ? undefined : 'setting';
  }

  obstacle(access: AccessContext): Obstacle | undefined {
    return this.switchedOff(access.scope) ?? (requiredPermissions.every((id) => access.can(id)) ? undefined : 'permission');
  }

  /** @throws PortalError `ai-creator-off` (403), `forbidden` (403), `insufficient-scope` (403), `not-found` (404) outside of a site. */
  require(access: AccessContext): Author {
    const { person, site } = access;
    if (!person || !site) throw new PortalError('not-found', 'This page does not exist, or you may not see it.', { status: 404 });
    const obstacle = this.obstacle(access);
    if (obstacle === 'permission') {
      const refusal = scopeRefusal(access, ...requiredPermissions);
      if (refusal) throw refusal;
      throw new PortalError('forbidden', this.messages.text('off.permission', {}, access.locale), { status: 403 });
    }
    if (obstacle)
      throw new PortalError('ai-creator-off', this.messages.text(`off.${obstacle}`, {}, access.locale), { status: 403 });
    return { personId: person.id, site };
  }

  /** @throws PortalError `ai-creator-provider-missing` (409), `ai-creator-key-missing` (409). */
  requireService({ scope, locale }: AccessContext): void {
    const missing = this.missing(scope);
    if (missing) throw new PortalError(missingCodes[missing], this.messages.text(`off.${missing}`, {}, locale), { status: 409 });
  }

  /** Which scope supplies the key; null when there is none. */
  keyFrom(scope: Scope): NonNullable<SecretState['suppliedBy']> | null {
    return this.key.from(scope);
  }

  /** A description as the service in use gets it; undefined when that is how it was typed. */
  promptAsSent(description: string): string | undefined {
    const plain = cleanDescription(description);
    const sent = this.client.provider?.promptAsSent?.(plain) ?? plain;
    return sent === plain ? undefined : sent;
  }

  /** Characters of the longest prompt that the provider takes: a description, and the words of a style. */
  get promptLimit(): number {
    return this.client.promptLimit;
  }

  /** What must be there before anything can be sent: somebody who makes images, and the key that the provider needs. */
  missing(scope: Scope): 'provider' | 'key' | undefined {
    const { provider } = this.client;
    if (!provider) return 'provider';
    return provider.needsKey && this.key.read(scope) === undefined ? 'key' : undefined;
  }
}

/** What a new portal lacks until authors can make images; not there while the flag is off. */
@injectable()
export class ImagesStep implements FirstStep {
  readonly label = 'first-steps.images';
  readonly text = 'first-steps.images-text';
  readonly action = 'first-steps.images-action';
  readonly href = instanceSettings.href;

  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
  ) {}

  isDone(): boolean {
    const { provider } = this.client;
    const hasKey = !provider?.needsKey || this.availability.keyFrom(instanceScope) !== null;
    return provider !== undefined && hasKey && this.availability.settings.get(instanceScope).enabled === true;
  }
}
