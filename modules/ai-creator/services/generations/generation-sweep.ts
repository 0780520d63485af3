import { Clock, In, IsNull, inject, injectable, LessThanOrEqual, Not, type Transaction, UnitOfWork } from '@portico/core';
import { GeneratedImage } from '../../entities/generated-image.js';
import { Generation } from '../../entities/generation.js';
import { UnreadableFile } from '../../entities/unreadable-file.js';
import { dropUnreadable, GenerationStore } from './generation-store.js';
import { settledStates } from './state.js';
import { GenerationStateWriter } from './state-writer.js';

const hour = 3_600_000;
const page = 100;

/** What is over is let go in two steps: the files when the results expire, the words when descriptions are kept no longer. */
@injectable()
export class GenerationSweep {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(GenerationStateWriter) private readonly writer: GenerationStateWriter,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** Takes the files of a page of results that nobody added in time; answers how many generations that were. */
  async release(): Promise<number> {
    const now = this.clock.now().toISOString();
    const expired = await this.unitOfWork.read((reader) =>
      reader.repository(Generation).find({
        where: { releasedAt: IsNull(), expiresAt: LessThanOrEqual(now), state: In([...settledStates]) },
        take: page,
      }),
    );
    for (const generation of expired) {
      await this.store.change(generation.id, async (transaction) => {
        await dropFiles(transaction, generation);
        await dropUnreadable(transaction, generation.id);
        await this.writer.update(transaction, generation.id, { sourceBlob: null, releasedAt: now });
        // What was added a moment ago stays called so.
        await this.writer.fire(transaction, generation.id, 'expire', 'sweep');
      });
    }
    return expired.length;
  }

  /**
   * Takes the words of a page of generations that were settled as long ago as descriptions are kept; images that wait keep theirs. Rows whose results
   * have not expired stay without them: the same idempotency key must not become another request. What came and cannot be read stays until then, too: it
   * was paid for. Answers how many generations that were.
   */
  async forget(hours: number): Promise<number> {
    const now = this.clock.now();
    const until = new Date(now.getTime() - hours * hour).toISOString();
    const settled = { settledAt: LessThanOrEqual(until), state: In(settledStates.filter((state) => state !== 'offered')) };
    const over = await this.unitOfWork.read((reader) =>
      reader.repository(Generation).find({
        where: [
          { ...settled, description: Not('') },
          { ...settled, expiresAt: LessThanOrEqual(now.toISOString()) },
        ],
        order: { settledAt: 'ASC' },
        take: page,
      }),
    );
    for (const generation of over) {
      await this.store.change(generation.id, async (transaction) => {
        await dropFiles(transaction, generation);
        const { id: generationId, expiresAt } = generation;
        const isOver = expiresAt <= now.toISOString();
        if (isOver) await dropUnreadable(transaction, generationId);
        const isKept = await transaction.repository(UnreadableFile).existsBy({ generationId });
        if (isOver) await this.writer.remove(transaction, generationId);
        else
          await this.writer.update(transaction, generation.id, {
            description: '',
            sourceName: null,
            sourceBlob: null,
            ...(!isKept && { releasedAt: now.toISOString() }),
          });
      });
    }
    return over.length;
  }
}

/** Lets go of the images of a generation, and of the picture that it varies. */
export async function dropFiles(transaction: Transaction, { id, sourceBlob }: Generation): Promise<void> {
  const images = transaction.repository(GeneratedImage);
  for (const { originalBlob, renditionBlob } of await images.findBy({ generationId: id })) {
    await transaction.dropBlob(originalBlob);
    if (renditionBlob) await transaction.dropBlob(renditionBlob);
  }
  if (sourceBlob) await transaction.dropBlob(sourceBlob);
  await images.delete({ generationId: id });
}
