import { type Cost, UsageLedger } from '@portico/ai-usage/api';
import {
  AuditLog,
  Emitter,
  type Event,
  In,
  inject,
  injectable,
  LessThan,
  MoreThanOrEqual,
  Not,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { GeneratedImage } from '../../entities/generated-image.js';
import { Generation, type GenerationState } from '../../entities/generation.js';
import { UnreadableFile } from '../../entities/unreadable-file.js';
import { generationEntry } from '../audit.js';
import { type ActorOf, type GenerationEvent, settledStates } from './state.js';
import { type GenerationColumns, GenerationStateWriter } from './state-writer.js';

/** A generation with its images, by position. */
export interface GenerationWithImages {
  readonly generation: Generation;
  readonly images: readonly GeneratedImage[];
  /** What came and cannot be read, the oldest first. */
  readonly unreadable?: readonly UnreadableFile[];
  /** What it cost, once that is known. */
  readonly cost?: Cost | undefined;
  /** How many orders are sent before it, while it waits to be sent; 0: it is next. */
  readonly position?: number | undefined;
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

/** Those in which there are no images, and none will come. */
const nothingStates: readonly GenerationState[] = ['failed', 'unknown'];

/** Generations in the database. */
@injectable()
export class GenerationStore {
  private readonly changes = new Emitter<string>();
  /** The id of a generation whose state, or whose images, changed; after the commit. */
  readonly onDidChange: Event<string> = this.changes.event;

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(GenerationStateWriter) private readonly writer: GenerationStateWriter,
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** Makes something happen to a generation; false when it could not happen any more. Durable when the promise resolves. */
  transition<E extends Exclude<GenerationEvent, 'reserve'>>(
    id: string,
    event: E,
    by: ActorOf<E>,
    columns?: GenerationColumns,
  ): Promise<boolean> {
    return this.change(id, (transaction) => this.writer.fire(transaction, id, event, by, columns));
  }

  /** Lets go of the images that wait; false while more may come. What was added stays. */
  async discard({ id, sourceBlob }: Generation): Promise<boolean> {
    return this.change(id, async (transaction) => {
      if (!(await transaction.repository(Generation).existsBy({ id, state: In([...settledStates]) }))) return false;
      const images = transaction.repository(GeneratedImage);
      const waiting = { generationId: id, state: 'offered' as const };
      for (const { originalBlob, renditionBlob } of await images.findBy(waiting)) {
        await transaction.dropBlob(originalBlob);
        if (renditionBlob) await transaction.dropBlob(renditionBlob);
      }
      await images.delete(waiting);
      await dropUnreadable(transaction, id);
      if (sourceBlob) await transaction.dropBlob(sourceBlob);
      await this.writer.update(transaction, id, { sourceBlob: null });
      await this.writer.fire(transaction, id, 'discard', 'author');
      return true;
    });
  }

  /** Its author wants the request to end that is on its way: what comes of that is written when it has ended. */
  async askedToStop(generation: Generation): Promise<void> {
    await this.unitOfWork.write((transaction) => this.audit.record(transaction, generationEntry(generation, 'cancelled')));
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

  images(generationId: string): Promise<GeneratedImage[]> {
    return this.unitOfWork.read((reader) =>
      reader.repository(GeneratedImage).find({ where: { generationId }, order: { position: 'ASC' } }),
    );
  }

  /** Files of these generations that came and cannot be read, the oldest first. */
  private unreadable(generationIds: readonly string[]): Promise<UnreadableFile[]> {
    return this.unitOfWork.read((reader) =>
      reader.repository(UnreadableFile).find({ where: { generationId: In([...generationIds]) }, order: { id: 'ASC' } }),
    );
  }

  /** One of them, with its generation; undefined unless it belongs to the author. */
  async unreadableOf(
    author: GenerationOwner,
    id: string,
  ): Promise<{ readonly file: UnreadableFile; readonly generation: Generation } | undefined> {
    return this.unitOfWork.read(async (reader) => {
      const file = await reader.repository(UnreadableFile).findOneBy({ id });
      const generation = file && (await reader.repository(Generation).findOneBy({ id: file.generationId, ...author }));
      return file && generation ? { file, generation } : undefined;
    });
  }

  /** Undefined for what does not exist and for what belongs to somebody else, or to another site. */
  async findOf(author: GenerationOwner, id: string): Promise<GenerationWithImages | undefined> {
    const generation = await this.unitOfWork.read((reader) => reader.repository(Generation).findOneBy({ id, ...author }));
    if (!generation) return undefined;
    const costs = settledStates.includes(generation.state)
      ? await this.unitOfWork.read((reader) => this.ledger.costs(reader, [id]))
      : undefined;
    return { generation, images: await this.images(id), unreadable: await this.unreadable([id]), cost: costs?.get(id) };
  }

  /** The newest generations of one dialog, oldest first. */
  async ofDialog(author: GenerationOwner, rootId: string): Promise<readonly GenerationWithImages[]> {
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
      const files = await reader.repository(UnreadableFile).find({
        where: { generationId: In(generations.map(({ id }) => id)) },
        order: { id: 'ASC' },
      });
      const costs = await this.ledger.costs(
        reader,
        generations.map(({ id }) => id),
      );
      return generations.map((generation) => ({
        generation,
        cost: costs.get(generation.id),
        images: images.filter(({ generationId }) => generationId === generation.id),
        unreadable: files.filter(({ generationId }) => generationId === generation.id),
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

/** Lets go of what came and cannot be read. */
export async function dropUnreadable(transaction: Transaction, generationId: string): Promise<void> {
  const files = transaction.repository(UnreadableFile);
  for (const { blob } of await files.findBy({ generationId })) await transaction.dropBlob(blob);
  await files.delete({ generationId });
}
