import {
  type AuditEntry,
  AuditLog,
  Clock,
  Emitter,
  type Event,
  Ids,
  In,
  inject,
  injectable,
  LessThan,
  MoreThanOrEqual,
  Not,
  notFound,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { GeneratedImage } from '../../entities/generated-image.js';
import { Generation, type GenerationState } from '../../entities/generation.js';
import { type PinnedSource, type SourceReference, sourceColumns } from '../images/pinned-source.js';
import { costsOf } from '../spending/generation-cost.js';
import type { Cost } from '../spending/prices.js';
import { UsageLedger } from '../spending/usage-ledger.js';
import { descriptionHash, isSameRequest } from './idempotency.js';
import type { ImageOrder } from './image-order.js';

export interface Reservation extends ImageOrder {
  readonly siteId: string;
  readonly personId: string;
  readonly token: string;
  readonly rootId: string | undefined;
  readonly folderId: string | undefined;
  readonly source: SourceReference | undefined;
  /** Its bytes; undefined when this click was reserved before. */
  readonly pinned: PinnedSource | undefined;
  /** Hours that results are kept for their author. */
  readonly retention: number;
  readonly actor: Pick<AuditEntry, 'by' | 'via'>;
}

/** A generation with its images, by position. */
export interface GenerationWithImages {
  readonly generation: Generation;
  readonly images: readonly GeneratedImage[];
  /** What it cost, once that is known. */
  readonly cost?: Cost | undefined;
}

/** Each newest first. */
export interface RecentGenerations {
  readonly waiting: readonly GenerationWithImages[];
  readonly cameToNothing: readonly GenerationWithImages[];
}

/** Whose generations, and where. */
export interface GenerationOwner {
  readonly personId: string;
  readonly siteId: string;
}

/** States in which nothing more happens by itself. */
export const settledStates: readonly GenerationState[] = ['offered', 'saved', 'discarded', 'failed', 'unknown'];
/** Those in which there are no images, and none will come. */
const nothingStates: readonly GenerationState[] = ['failed', 'unknown'];
const hour = 3600 * 1000;

/** Generations in the database. Every change of a state is a condition: what another did first, stays. */
@injectable()
export class GenerationStore {
  private readonly changes = new Emitter<string>();
  /** The id of a generation whose state, or whose images, changed; after the commit. */
  readonly onDidChange: Event<string> = this.changes.event;

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(UsageLedger) private readonly ledger: UsageLedger,
  ) {}

  /**
   * One click is one generation, however often it arrives.
   * @throws PortalError `generation-differs` (409) when the same token comes with another request, `ai-creator-budget` (429).
   */
  async reserve(order: Reservation): Promise<{ readonly generation: Generation; readonly isNew: boolean }> {
    const now = this.clock.now();
    return this.unitOfWork.write(async (transaction) => {
      const generations = transaction.repository(Generation);
      const before = await generations.findOneBy({ personId: order.personId, token: order.token });
      if (before) {
        if (!isSameRequest(before, order))
          throw new PortalError('generation-differs', 'This form was sent before with other content. Open it anew.', {
            status: 409,
          });
        return { generation: before, isNew: false };
      }
      if (order.source && !order.pinned) throw notFound('picture');
      const id = this.ids.next();
      const root =
        order.rootId && (await generations.findOneBy({ id: order.rootId, personId: order.personId, siteId: order.siteId }));
      const generation = generations.create({
        id,
        siteId: order.siteId,
        personId: order.personId,
        token: order.token,
        rootId: root ? root.rootId : id,
        folderId: order.folderId ?? null,
        description: order.description,
        descriptionHash: descriptionHash(order),
        size: order.size,
        count: order.count,
        style: order.style ?? null,
        ...(order.pinned && sourceColumns(order.pinned)),
        state: 'reserved',
        maybeCharged: false,
        attempts: 0,
        createdAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + order.retention * hour).toISOString(),
      });
      await this.ledger.reserve(transaction, generation);
      await generations.insert(generation);
      await this.audit.record(transaction, {
        area: 'ai-creator',
        subject: 'generation',
        attribute: id,
        scope: order.siteId,
        action: 'created',
        after: { size: order.size, count: order.count },
        ...order.actor,
      });
      if (order.pinned) await transaction.keepBlob(order.pinned.blob);
      return { generation, isNew: true };
    });
  }

  /** Moves on from one of some states; false when it stood in none of them. Durable when the promise resolves. */
  async move(
    id: string,
    from: readonly GenerationState[],
    to: GenerationState,
    also: Partial<Generation> = {},
  ): Promise<boolean> {
    return this.change(id, async (transaction) => {
      const patch = {
        ...also,
        state: to,
        ...(settledStates.includes(to) && { settledAt: this.clock.now().toISOString(), retryAt: null }),
      };
      const generations = transaction.repository(Generation);
      const { affected } = await generations.update({ id, state: In([...from]) }, patch);
      if (affected === 1 && settledStates.includes(to))
        await this.ledger.settle(transaction, await generations.findOneByOrFail({ id }));
      return affected === 1;
    });
  }

  /** Lets go of the images that wait; false while more may come. What was added stays. */
  async discard({ id, sourceBlob }: Generation): Promise<boolean> {
    return this.change(id, async (transaction) => {
      const generations = transaction.repository(Generation);
      if (!(await generations.existsBy({ id, state: In([...settledStates]) }))) return false;
      const images = transaction.repository(GeneratedImage);
      const waiting = { generationId: id, state: 'offered' as const };
      for (const { originalBlob, renditionBlob } of await images.findBy(waiting)) {
        await transaction.dropBlob(originalBlob);
        if (renditionBlob) await transaction.dropBlob(renditionBlob);
      }
      await images.delete(waiting);
      if (sourceBlob) await transaction.dropBlob(sourceBlob);
      await generations.update({ id }, { sourceBlob: null });
      const over = { state: 'discarded', settledAt: this.clock.now().toISOString() } as const;
      await generations.update({ id, state: In(['offered', 'failed', 'unknown']) }, over);
      return true;
    });
  }

  /** A transaction about one generation, told to listeners afterwards. */
  async change<T>(id: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const answer = await this.unitOfWork.write(work);
    this.changes.fire(id);
    return answer;
  }

  async find(id: string): Promise<Generation | undefined> {
    return (await this.unitOfWork.read((reader) => reader.repository(Generation).findOneBy({ id }))) ?? undefined;
  }

  /** What the same click made before. */
  async findClick(personId: string, token: string): Promise<Generation | undefined> {
    return (await this.unitOfWork.read((reader) => reader.repository(Generation).findOneBy({ personId, token }))) ?? undefined;
  }

  images(generationId: string): Promise<GeneratedImage[]> {
    return this.unitOfWork.read((reader) =>
      reader.repository(GeneratedImage).find({ where: { generationId }, order: { position: 'ASC' } }),
    );
  }

  /** Undefined for what does not exist and for what belongs to somebody else, or to another site. */
  async findOf(author: GenerationOwner, id: string): Promise<GenerationWithImages | undefined> {
    const generation = await this.unitOfWork.read((reader) => reader.repository(Generation).findOneBy({ id, ...author }));
    if (!generation) return undefined;
    const costs = settledStates.includes(generation.state)
      ? await this.unitOfWork.read((reader) => costsOf(reader, [id]))
      : undefined;
    return { generation, images: await this.images(id), cost: costs?.get(id) };
  }

  /** The newest rounds of one dialog, oldest first. */
  async roundsOf(author: GenerationOwner, rootId: string): Promise<readonly GenerationWithImages[]> {
    return (await this.withImages({ ...author, rootId, id: MoreThanOrEqual(rootId) })).toReversed();
  }

  /** The newest ones, whatever became of them. */
  latestOf(author: GenerationOwner, limit = 50): Promise<readonly Generation[]> {
    return this.unitOfWork.read((reader) =>
      reader.repository(Generation).find({ where: { ...author }, order: { id: 'DESC' }, take: limit }),
    );
  }

  /** Everything that is not added yet, or on its way, newest first. @param after the last id of the page before. */
  async openOf(author: GenerationOwner, limit = 50, after?: string): Promise<readonly GenerationWithImages[]> {
    const open = { ...author, state: Not(In(['saved', 'discarded'])), ...(after !== undefined && { id: LessThan(after) }) };
    return this.withImages(open, limit);
  }

  /** What is on its way or waits to be added, and what came to nothing: the newest of each, so that neither crowds out the other. */
  async recentOf(author: GenerationOwner, limit = 50): Promise<RecentGenerations> {
    return {
      waiting: await this.withImages({ ...author, state: Not(In([...nothingStates, 'saved', 'discarded'])) }, limit),
      cameToNothing: await this.withImages({ ...author, state: In([...nothingStates]) }, limit),
    };
  }

  /** Newest first. */
  private async withImages(where: object, limit = 50): Promise<readonly GenerationWithImages[]> {
    return this.unitOfWork.read(async (reader) => {
      const generations = await reader.repository(Generation).find({ where, order: { id: 'DESC' }, take: limit });
      const images = await reader.repository(GeneratedImage).find({
        where: { generationId: In(generations.map(({ id }) => id)) },
        order: { position: 'ASC' },
      });
      const costs = await costsOf(
        reader,
        generations.map(({ id }) => id),
      );
      return generations.map((generation) => ({
        generation,
        cost: costs.get(generation.id),
        images: images.filter(({ generationId }) => generationId === generation.id),
      }));
    });
  }

  /** An image together with its generation; undefined unless it belongs to the author. */
  async imageOf(
    author: GenerationOwner,
    id: string,
  ): Promise<{ readonly image: GeneratedImage; readonly generation: Generation } | undefined> {
    return this.unitOfWork.read(async (reader) => {
      const image = await reader.repository(GeneratedImage).findOneBy({ id });
      const generation = image && (await reader.repository(Generation).findOneBy({ id: image.generationId, ...author }));
      return image && generation ? { image, generation } : undefined;
    });
  }

  /** Oldest first. */
  inState(...states: readonly GenerationState[]): Promise<Generation[]> {
    return this.unitOfWork.read((reader) =>
      reader.repository(Generation).find({ where: { state: In([...states]) }, order: { id: 'ASC' } }),
    );
  }
}
