import { Clock, inject, injectable } from '@portico/core';
import type { ProviderModel } from '../api/index.js';
import { ImageMaker } from './image-maker.js';
import { isRetired } from './models.js';

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
  private heard = new Map<string, string>();
  private from: string | undefined;

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(ImageMaker) private readonly maker: ImageMaker,
  ) {}

  learn(models: readonly ProviderModel[]): void {
    const from = this.maker.provider?.id;
    if (from !== this.from) this.heard = new Map();
    this.from = from;
    for (const { id, shutdownDate } of models) if (shutdownDate) this.heard.set(id, shutdownDate);
  }

  /** @param listed the models that a key may use, when the service was just asked. Another key may see others, so they are not kept. */
  of(model: string, listed?: readonly ProviderModel[]): ModelState {
    const name = model.trim();
    const { provider } = this.maker;
    const heard = provider?.id === this.from ? this.heard.get(name) : undefined;
    const shutdownDate = heard ?? provider?.modelNames?.shutdowns?.[name];
    const daysLeft =
      shutdownDate === undefined ? undefined : Math.ceil((Date.parse(shutdownDate) - this.clock.now().getTime()) / dayMillis);
    const known = { ...(shutdownDate ? { shutdownDate } : {}), ...(daysLeft === undefined ? {} : { daysLeft }) };
    const isListed = provider?.modelNames?.listed === false ? undefined : listed?.some(({ id }) => id === name);
    if (isRetired(name) || (daysLeft !== undefined && daysLeft <= 0) || isListed === false) return { kind: 'gone', ...known };
    if (daysLeft !== undefined && daysLeft <= noticeDays) return { kind: 'ends', ...known };
    return { kind: isListed ? 'there' : 'unknown', ...known };
  }
}
