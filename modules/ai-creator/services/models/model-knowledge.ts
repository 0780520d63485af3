import type { ImageProvider, ProviderModel } from '@portico/ai-providers/api';
import { isRetired } from '@portico/ai-providers/api';
import { Clock, inject, injectable } from '@portico/core';
import { ImageProviderClient } from '../provider/image-provider-client.js';

export interface ModelState {
  /** `unknown`: nothing is known against it. */
  readonly kind: 'there' | 'unknown' | 'ends' | 'gone';
  readonly shutdownDate?: string;
  readonly daysLeft?: number;
}

/** Days before its end at which a model is worth a warning. */
const noticeDays = 90;
const dayMillis = 24 * 3600 * 1000;

/** When the models of the service in use end: the announcements as of this version, and what it said since. */
@injectable()
export class ModelKnowledge {
  /** Days by provider and model. */
  private readonly heard = new Map<string, Map<string, string>>();

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
  ) {}

  learn(provider: string, models: readonly ProviderModel[]): void {
    const days = this.heard.get(provider) ?? new Map<string, string>();
    this.heard.set(provider, days);
    for (const { id, shutdownDate } of models) if (shutdownDate) days.set(id, shutdownDate);
  }

  /** @param listed the models that a key may use, when the service was just asked. Another key may see others, so they are not kept. */
  of(model: string, listed?: readonly ProviderModel[], provider: ImageProvider | undefined = this.client.provider): ModelState {
    const name = model.trim();
    const shutdownDate = this.heard.get(provider?.id ?? '')?.get(name) ?? provider?.modelNames?.shutdowns?.[name];
    const daysLeft =
      shutdownDate === undefined ? undefined : Math.ceil((Date.parse(shutdownDate) - this.clock.now().getTime()) / dayMillis);
    const known = { ...(shutdownDate ? { shutdownDate } : {}), ...(daysLeft === undefined ? {} : { daysLeft }) };
    const isListed = provider?.modelNames?.listed === false ? undefined : listed?.some(({ id }) => id === name);
    if (isRetired(name) || (daysLeft !== undefined && daysLeft <= 0) || isListed === false) return { kind: 'gone', ...known };
    if (daysLeft !== undefined && daysLeft <= noticeDays) return { kind: 'ends', ...known };
    return { kind: isListed ? 'there' : 'unknown', ...known };
  }
}
