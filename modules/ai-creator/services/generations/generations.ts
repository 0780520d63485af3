import { type AccessContext, Clock, inject, injectable, instanceScope, notFound } from '@portico/core';
import type { GeneratedImage } from '../../entities/generated-image.js';
import type { Generation } from '../../entities/generation.js';
import type { UnreadableFile } from '../../entities/unreadable-file.js';
import { type Author, Availability } from '../availability/availability.js';
import { GenerationQueue } from './generation-queue.js';
import { type GenerationOwner, GenerationStore, type GenerationWithImages, type RecentGenerations } from './generation-store.js';
import { settledStates } from './state.js';

/** A part of a list that goes on after `next`. */
export interface GenerationPage {
  readonly generations: readonly GenerationWithImages[];
  readonly next: string | undefined;
}

export const ownerOf = ({ personId, site }: Author): GenerationOwner => ({ personId, siteId: site.id });

/** What pages and commands read of generations; every call asks whether the person may. Orders are placed with `GenerationOrders`. */
@injectable()
export class Generations {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(GenerationQueue) private readonly queue: GenerationQueue,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async find(access: AccessContext, id: string): Promise<GenerationWithImages> {
    const found = await this.store.findOf(ownerOf(this.availability.require(access)), id);
    if (!found || this.isExpired(found.generation)) throw notFound('generation');
    return this.inTurn(found);
  }

  /** An earlier one to start from: as long as its description is kept, its results may have expired. */
  async earlier(access: AccessContext, id: string): Promise<Generation> {
    const found = await this.store.findOf(ownerOf(this.availability.require(access)), id);
    if (!found || !this.isRemembered(found.generation)) throw notFound('generation');
    return found.generation;
  }

  /** All of the dialog that a generation belongs to, oldest first. */
  async ofDialog(access: AccessContext, id: string): Promise<readonly GenerationWithImages[]> {
    const { generation } = await this.find(access, id);
    const found = await this.store.ofDialog(ownerOf(this.availability.require(access)), generation.rootId);
    return found
      .filter(({ generation }) => generation.state !== 'discarded' && !this.isExpired(generation))
      .map((each) => this.inTurn(each));
  }

  async recent(access: AccessContext): Promise<RecentGenerations> {
    const { waiting, cameToNothing } = await this.store.recentOf(ownerOf(this.availability.require(access)));
    const isThere = ({ generation }: GenerationWithImages): boolean => !this.isExpired(generation);
    return { waiting: waiting.filter(isThere).map((each) => this.inTurn(each)), cameToNothing: cameToNothing.filter(isThere) };
  }

  /** The same in parts, newest first. @param after where the part before ended. */
  async page(access: AccessContext, limit: number, after?: string): Promise<GenerationPage> {
    const found = await this.store.openOf(ownerOf(this.availability.require(access)), limit + 1, after);
    const shown = found.slice(0, limit);
    return {
      generations: shown.filter(({ generation }) => !this.isExpired(generation)).map((each) => this.inTurn(each)),
      next: found.length > limit ? shown.at(-1)?.generation.id : undefined,
    };
  }

  /** One's own descriptions in this site, each once, newest first. */
  async previous(access: AccessContext, limit = 8): Promise<readonly { readonly id: string; readonly description: string }[]> {
    const latest = await this.store.latestOf(ownerOf(this.availability.require(access)));
    const seen = new Set<string>();
    return latest
      .filter((each) => this.isRemembered(each) && !seen.has(each.description) && seen.add(each.description))
      .slice(0, limit)
      .map(({ id, description }) => ({ id, description }));
  }

  async image(access: AccessContext, id: string): Promise<{ readonly image: GeneratedImage; readonly generation: Generation }> {
    const found = await this.store.imageOf(ownerOf(this.availability.require(access)), id);
    if (!found || this.isExpired(found.generation)) throw notFound('image');
    return found;
  }

  /** What came in the place of an image and cannot be read, for who paid for it. */
  async unreadable(access: AccessContext, id: string): Promise<UnreadableFile> {
    const found = await this.store.unreadableOf(ownerOf(this.availability.require(access)), id);
    if (!found || this.isExpired(found.generation)) throw notFound('file');
    return found.file;
  }

  /**
   * Resolves when nothing more happens by itself.
   * @param onProgress called at each change.
   */
  async settled(
    id: string,
    signal: AbortSignal,
    onProgress: (generation: Generation) => void = () => {},
  ): Promise<Generation | undefined> {
    for (;;) {
      const changed = this.nextChange(id, signal);
      const generation = await this.store.find(id);
      if (!generation || signal.aborted || settledStates.includes(generation.state)) {
        changed.stop();
        return generation;
      }
      onProgress(generation);
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

  /** With its place in the queue, while it has one. */
  inTurn(found: GenerationWithImages): GenerationWithImages {
    const { state, id } = found.generation;
    return state === 'reserved' ? { ...found, position: this.queue.before(id) ?? 0 } : found;
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
