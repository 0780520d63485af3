import { type AccessContext, type AuditVia, inject, injectable, Messages, PortalError } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { actorOf } from '../audit.js';
import { Availability } from '../availability/availability.js';
import { type PinnedSource, referenceOf, type SourceReference } from '../images/pinned-source.js';
import { VariationSources } from '../images/variation-sources.js';
import { GenerationStore } from './generation-store.js';
import { type Cancelled, GenerationWorker } from './generation-worker.js';
import { Generations, ownerOf } from './generations.js';
import type { ImageOrder } from './image-order.js';
import { OrderValidation } from './order-validation.js';
import { type Reservation, Reservations } from './reservations.js';
import { settledStates } from './state.js';

export interface NewGeneration extends ImageOrder {
  readonly idempotencyKey: string;
  readonly rootId?: string;
  readonly folderId?: string;
  /** The picture to vary. */
  readonly source?: SourceReference;
  /** Made of what this one was made of. */
  readonly sameSourceAs?: Generation;
  /** Where it was asked for. */
  readonly via: AuditVia;
}

/**
 * Orders of images. One is placed in four steps: authorise (may this person, here, now), validate (words, style, folder, key), pin (take the picture that
 * is varied, as it is now, into a file of its own), reserve (row, audit entry, file and place in the budgets in one transaction). Then it is durable, and
 * the worker sends it. What fails on the way leaves nothing behind. The same key again gets the answer of the first.
 */
@injectable()
export class GenerationOrders {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(OrderValidation) private readonly validation: OrderValidation,
    @inject(VariationSources) private readonly sources: VariationSources,
    @inject(Reservations) private readonly reservations: Reservations,
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationWorker) private readonly worker: GenerationWorker,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Characters of the longest prompt that the image service takes. */
  get promptLimit(): number {
    return this.availability.promptLimit;
  }

  /** Durable when the promise resolves; it goes on whether anybody waits or not. @throws PortalError `not-found` (404) for the folder. */
  async create(access: AccessContext, order: NewGeneration): Promise<Generation> {
    const author = this.availability.require(access);
    // What was answered once is answered the same again, whatever stands in the way of a new one by now. Which of two is the first is decided later, in
    // the transaction that reserves.
    const isKnown = (await this.reservations.findByIdempotencyKey(author.personId, order.idempotencyKey)) !== undefined;
    if (!isKnown) await this.validation.require(access, order);
    const pinned = isKnown ? undefined : await this.pin(access, order);
    const { retention, openOrders } = this.availability.settings.get(access.scope);
    const { generation, isNew } = await this.reserve(access, {
      ...ownerOf(author),
      description: order.description,
      size: order.size,
      count: order.count,
      style: order.style,
      idempotencyKey: order.idempotencyKey,
      rootId: order.rootId,
      folderId: order.folderId,
      source: order.source,
      pinned,
      retention,
      mostOpen: openOrders,
      actor: actorOf(access, order.via),
    });
    if (isNew) this.worker.enqueue(generation);
    return generation;
  }

  /** One image that did not come, once more, as a generation of its own. @throws PortalError `nothing-missing` (409) when all came. */
  async retry(access: AccessContext, id: string, idempotencyKey: string): Promise<Generation> {
    const { generation, images } = await this.generations.find(access, id);
    const isMissing = settledStates.includes(generation.state) && images.length < generation.count;
    if (!isMissing || generation.description === '') {
      throw new PortalError('nothing-missing', this.messages.text('retry.nothing', {}, access.locale), { status: 409 });
    }
    const { description, size, rootId, folderId, style } = generation;
    return this.create(access, {
      description,
      size,
      count: 1,
      ...(style && { style }),
      idempotencyKey,
      rootId,
      folderId: folderId ?? undefined,
      source: referenceOf(generation),
      sameSourceAs: generation,
      via: 'screen',
    });
  }

  /** Undefined when there was nothing left to cancel. */
  async cancel(access: AccessContext, id: string): Promise<Cancelled | undefined> {
    const { generation } = await this.generations.find(access, id);
    if (generation.state === 'sent') await this.store.askedToStop(generation);
    return this.worker.cancel(generation.id);
  }

  /** Lets go of what was not added. @throws PortalError `generation-runs` (409) while more may come. */
  async discard(access: AccessContext, id: string): Promise<void> {
    const { generation } = await this.generations.find(access, id);
    if (!(await this.store.discard(generation)))
      throw new PortalError('generation-runs', this.messages.text('discard.runs', {}, access.locale), { status: 409 });
  }

  /** Takes the picture that is varied, as it is now. */
  private async pin(access: AccessContext, { source, sameSourceAs }: NewGeneration): Promise<PinnedSource | undefined> {
    if (!source) return undefined;
    this.sources.require(access);
    if (sameSourceAs) return this.sources.pinAgain(sameSourceAs);
    if (source.kind === 'document') return this.sources.pinDocument(access, source.id);
    const { image, generation } = await this.generations.image(access, source.id);
    return this.sources.pinImage(image, generation);
  }

  private async reserve(access: AccessContext, order: Reservation): ReturnType<Reservations['reserve']> {
    try {
      const reserved = await this.reservations.reserve(access, order);
      if (!reserved.isNew) await this.sources.release(order.pinned);
      return reserved;
    } catch (error) {
      await this.sources.release(order.pinned);
      throw error;
    }
  }
}
