import {
  type AccessContext,
  type AuditVia,
  Clock,
  inject,
  injectable,
  instanceScope,
  invalidInput,
  Messages,
  notFound,
  PortalError,
} from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import type { GeneratedImage } from '../../entities/generated-image.js';
import type { Generation } from '../../entities/generation.js';
import { actorOf } from '../audit-actor.js';
import { type Author, Availability } from '../availability/availability.js';
import { deniedWord } from '../descriptions/deny-list.js';
import { readStyles, styledPrompt } from '../descriptions/styles.js';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import { type PinnedSource, referenceOf, type SourceReference } from '../images/pinned-source.js';
import { VariationSources } from '../images/variation-sources.js';
import { SpendingNotice } from '../spending/spending-notice.js';
import { BudgetExceeded } from '../spending/usage-ledger.js';
import {
  type GenerationOwner,
  GenerationStore,
  type GenerationWithImages,
  type RecentGenerations,
  type Reservation,
  settledStates,
} from './generation-store.js';
import { type Cancelled, GenerationWorker } from './generation-worker.js';
import type { ImageOrder } from './image-order.js';

export interface NewGeneration extends ImageOrder {
  readonly token: string;
  readonly rootId?: string;
  readonly folderId?: string;
  /** The picture to vary. */
  readonly source?: SourceReference;
  /** Made of what this one was made of. */
  readonly sameSourceAs?: Generation;
  /** Where it was asked for. */
  readonly via: AuditVia;
}

/** A part of a list that goes on after `next`. */
export interface GenerationPage {
  readonly rounds: readonly GenerationWithImages[];
  readonly next: string | undefined;
}

const ownerOf = ({ personId, site }: Author): GenerationOwner => ({ personId, siteId: site.id });

/** Generations for pages and commands; every call asks whether the person may. */
@injectable()
export class Generations {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(GenerationWorker) private readonly worker: GenerationWorker,
    @inject(Documents) private readonly documents: Documents,
    @inject(Messages) private readonly words: Messages,
    @inject(Clock) private readonly clock: Clock,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(SpendingNotice) private readonly spending: SpendingNotice,
    @inject(VariationSources) private readonly sources: VariationSources,
  ) {}

  /** Characters of the longest prompt that the image service takes. */
  get promptLimit(): number {
    return this.availability.promptLimit;
  }

  /** Durable when the promise resolves; it goes on whether anybody waits or not. @throws PortalError `not-found` (404) for the folder. */
  async create(access: AccessContext, order: NewGeneration): Promise<Generation> {
    const author = this.availability.require(access);
    // What was answered once is answered the same again, whatever stands in the way of a new one by now.
    if (!(await this.store.findClick(author.personId, order.token))) await this.requireAllowed(access, order);
    const pinned = await this.pin(access, author, order);
    const { retention } = this.availability.settings.get(access.scope);
    const { generation, isNew } = await this.reserve(access, {
      ...ownerOf(author),
      description: order.description,
      size: order.size,
      count: order.count,
      style: order.style,
      token: order.token,
      rootId: order.rootId,
      folderId: order.folderId,
      source: order.source,
      pinned,
      retention,
      actor: actorOf(access, order.via),
    });
    if (isNew) this.worker.enqueue(generation.id);
    return generation;
  }

  /** @throws PortalError for whatever keeps this from being made now. */
  private async requireAllowed(access: AccessContext, order: NewGeneration): Promise<void> {
    this.availability.requireKey(access);
    this.breaker.require(access);
    const denied = deniedWord(order.description, this.availability.settings.get(access.scope).denyList);
    if (denied) throw invalidInput({ description: this.words.text('create.denied', { word: denied }, access.locale) });
    if (order.folderId) await this.documents.folder(access, order.folderId);
    const { styles } = this.availability.settings.get(access.scope);
    if (order.style && !readStyles(styles).some(({ name }) => name === order.style)) {
      throw invalidInput({ style: this.words.text('create.style-unknown', {}, access.locale) });
    }
    this.requireRoom(access, order, styles);
  }

  /** The words of a style are sent as well. @throws PortalError `invalid-input` (400) when both are too long together. */
  private requireRoom(access: AccessContext, { description, style }: NewGeneration, styles: readonly string[]): void {
    const { length } = styledPrompt(description, style ?? null, styles);
    const limit = this.promptLimit;
    if (length <= limit) return;
    const key = style ? 'create.style-too-long' : 'create.description-too-long';
    throw invalidInput({ description: this.words.text(key, { style: style ?? '', length, limit }, access.locale) });
  }

  /** One image that did not come, once more, as a round of its own. @throws PortalError `nothing-missing` (409) when all came. */
  async retry(access: AccessContext, id: string, token: string): Promise<Generation> {
    const { generation, images } = await this.find(access, id);
    const isMissing = settledStates.includes(generation.state) && images.length < generation.count;
    if (!isMissing || generation.description === '') {
      throw new PortalError('nothing-missing', this.words.text('retry.nothing', {}, access.locale), { status: 409 });
    }
    const { description, size, rootId, folderId, style } = generation;
    return this.create(access, {
      description,
      size,
      count: 1,
      ...(style && { style }),
      token,
      rootId,
      folderId: folderId ?? undefined,
      source: referenceOf(generation),
      sameSourceAs: generation,
      via: 'screen',
    });
  }

  /** Takes the picture that is varied, as it is now; nothing when the same click did so before. */
  private async pin(
    access: AccessContext,
    { personId }: Author,
    { source, sameSourceAs, token }: NewGeneration,
  ): Promise<PinnedSource | undefined> {
    if (!source) return undefined;
    if (await this.store.findClick(personId, token)) return undefined;
    this.sources.require(access);
    if (sameSourceAs) return this.sources.pinAgain(sameSourceAs);
    if (source.kind === 'document') return this.sources.pinDocument(access, source.id);
    const { image, generation } = await this.image(access, source.id);
    return this.sources.pinImage(image, generation);
  }

  private async reserve(access: AccessContext, order: Reservation): ReturnType<GenerationStore['reserve']> {
    try {
      const reserved = await this.store.reserve(order);
      if (!reserved.isNew) await this.sources.letGo(order.pinned);
      return reserved;
    } catch (error) {
      await this.sources.letGo(order.pinned);
      throw error instanceof BudgetExceeded ? this.spending.refusal(error, access) : error;
    }
  }

  async find(access: AccessContext, id: string): Promise<GenerationWithImages> {
    const found = await this.store.findOf(ownerOf(this.availability.require(access)), id);
    if (!found || this.isExpired(found.generation)) throw notFound('generation');
    return found;
  }

  /** An earlier one to start from: as long as its description is kept, its results may have expired. */
  async earlier(access: AccessContext, id: string): Promise<Generation> {
    const found = await this.store.findOf(ownerOf(this.availability.require(access)), id);
    if (!found || !this.isRemembered(found.generation)) throw notFound('generation');
    return found.generation;
  }

  async rounds(access: AccessContext, id: string): Promise<readonly GenerationWithImages[]> {
    const { generation } = await this.find(access, id);
    const rounds = await this.store.roundsOf(ownerOf(this.availability.require(access)), generation.rootId);
    return rounds.filter((round) => round.generation.state !== 'discarded' && !this.isExpired(round.generation));
  }

  async recent(access: AccessContext): Promise<RecentGenerations> {
    const { waiting, cameToNothing } = await this.store.recentOf(ownerOf(this.availability.require(access)));
    const isThere = ({ generation }: GenerationWithImages): boolean => !this.isExpired(generation);
    return { waiting: waiting.filter(isThere), cameToNothing: cameToNothing.filter(isThere) };
  }

  /** The same in parts, newest first. @param after where the part before ended. */
  async page(access: AccessContext, limit: number, after?: string): Promise<GenerationPage> {
    const found = await this.store.openOf(ownerOf(this.availability.require(access)), limit + 1, after);
    const rounds = found.slice(0, limit);
    return {
      rounds: rounds.filter(({ generation }) => !this.isExpired(generation)),
      next: found.length > limit ? rounds.at(-1)?.generation.id : undefined,
    };
  }

  /** One's own descriptions in this site, each once, newest first. */
  async previous(access: AccessContext, limit = 8): Promise<readonly { readonly id: string; readonly description: string }[]> {
    const rounds = await this.store.latestOf(ownerOf(this.availability.require(access)));
    const seen = new Set<string>();
    return rounds
      .filter((round) => this.isRemembered(round) && !seen.has(round.description) && seen.add(round.description))
      .slice(0, limit)
      .map(({ id, description }) => ({ id, description }));
  }

  async image(access: AccessContext, id: string): Promise<{ readonly image: GeneratedImage; readonly generation: Generation }> {
    const found = await this.store.imageOf(ownerOf(this.availability.require(access)), id);
    if (!found || this.isExpired(found.generation)) throw notFound('image');
    return found;
  }

  /** Undefined when there was nothing left to cancel. */
  async cancel(access: AccessContext, id: string): Promise<Cancelled | undefined> {
    const { generation } = await this.find(access, id);
    return this.worker.cancel(generation.id);
  }

  /** Lets go of what was not added. @throws PortalError `generation-runs` (409) while more may come. */
  async discard(access: AccessContext, id: string): Promise<void> {
    const { generation } = await this.find(access, id);
    if (!(await this.store.discard(generation)))
      throw new PortalError('generation-runs', this.words.text('discard.runs', {}, access.locale), { status: 409 });
  }

  /**
   * Resolves when nothing more happens by itself.
   * @param told hears how far it is, at each change.
   */
  async settled(
    id: string,
    signal: AbortSignal,
    told: (generation: Generation) => void = () => {},
  ): Promise<Generation | undefined> {
    for (;;) {
      const changed = this.nextChange(id, signal);
      const generation = await this.store.find(id);
      if (!generation || signal.aborted || settledStates.includes(generation.state)) {
        changed.stop();
        return generation;
      }
      told(generation);
      await changed.happened;
    }
  }

  private nextChange(id: string, signal: AbortSignal): { readonly happened: Promise<void>; stop(): void } {
    let stop: () => void = () => {};
    const happened = new Promise<void>((resolve) => {
      const listening = this.store.onDidChange((changed) => changed === id && stop());
      stop = () => {
        void listening.dispose();
        signal.removeEventListener('abort', stop);
        resolve();
      };
      signal.addEventListener('abort', stop);
    });
    return { happened, stop };
  }

  /** Whether its description is kept, or belongs to images that wait. */
  private isRemembered({ description, state, settledAt, expiresAt }: Generation): boolean {
    if (description === '') return false;
    if (!settledStates.includes(state)) return true;
    const now = this.clock.now().getTime();
    if (state === 'offered' && now < Date.parse(expiresAt)) return true;
    const { promptRetention } = this.availability.settings.get(instanceScope);
    return now < Date.parse(settledAt ?? expiresAt) + promptRetention * 3_600_000;
  }

  private isExpired({ expiresAt, state }: Generation): boolean {
    return settledStates.includes(state) && Date.parse(expiresAt) <= this.clock.now().getTime();
  }
}
