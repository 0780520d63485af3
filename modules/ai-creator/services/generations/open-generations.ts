import {
  type Activity,
  Clock,
  Emitter,
  type Event,
  In,
  inject,
  injectable,
  type Lifetime,
  Log,
  Not,
  type Reader,
  toDisposable,
  UnitOfWork,
} from '@portico/core';
import { GeneratedImage, type ImageState } from '../../entities/generated-image.js';
import { Generation, type GenerationState } from '../../entities/generation.js';
import { type GenerationOwner, GenerationStore } from './generation-store.js';
import { settledStates } from './state.js';

/** What every page may have to say about a generation. */
export interface OpenGeneration {
  readonly id: string;
  readonly state: GenerationState;
  readonly description: string;
  /** How many images were asked for. */
  readonly count: number;
  /** How many came. */
  readonly ready: number;
  readonly errorCode: string | null;
  /** ISO 8601; undefined while it runs. */
  readonly settledAt: string | undefined;
  readonly expiresAt: string;
}

type Row = Pick<Generation, Exclude<keyof OpenGeneration, 'ready'> | 'personId' | 'siteId'>;
const columns = {
  id: true,
  state: true,
  description: true,
  count: true,
  errorCode: true,
  settledAt: true,
  expiresAt: true,
  personId: true,
  siteId: true,
} as const;
const there: readonly ImageState[] = ['offered', 'saved'];
const done: readonly GenerationState[] = ['saved', 'discarded'];
const keyOf = ({ personId, siteId }: GenerationOwner): string => `${personId} ${siteId}`;

/** How many came of each whose images wait. */
async function imagesCame(reader: Reader): Promise<ReadonlyMap<string, number>> {
  const rows = await reader.query<{ id: string; ready: number }>(
    `SELECT generation_id AS id, COUNT(*) AS ready FROM ai_creator_image WHERE state IN (${there.map(() => '?').join(', ')})
       AND generation_id IN (SELECT id FROM ai_creator_generation WHERE state = 'offered') GROUP BY generation_id`,
    there,
  );
  return new Map(rows.map(({ id, ready }) => [id, Number(ready)]));
}

/** What is being made or waits for its author, in memory: pages ask each time. It follows the database one commit behind. */
@injectable()
export class OpenGenerations implements Activity {
  private readonly changes = new Emitter<GenerationOwner>();
  /** Whose generations changed, after they did here. */
  readonly onDidChange: Event<GenerationOwner> = this.changes.event;
  private readonly open = new Map<string, Map<string, OpenGeneration>>();
  private readonly authors = new Map<string, GenerationOwner>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    lifetime.add(toDisposable(() => this.last));
    lifetime.add(
      this.store.onDidChange((id) => {
        this.last = this.last.then(() => this.follow(id));
      }),
    );
    const [rows, came] = await this.unitOfWork.read(async (reader) => {
      const rows: Row[] = await reader.repository(Generation).find({ select: columns, where: { state: Not(In([...done])) } });
      return [rows, await imagesCame(reader)] as const;
    });
    for (const row of rows) this.keep(row, came.get(row.id) ?? 0);
  }

  /** Oldest first. */
  of(author: GenerationOwner): readonly OpenGeneration[] {
    const own = this.open.get(keyOf(author));
    if (!own) return [];
    const now = this.clock.now().toISOString();
    return [...own.values()].filter(({ state, expiresAt }) => !settledStates.includes(state) || expiresAt > now);
  }

  private async follow(id: string): Promise<void> {
    try {
      const { row, ready } = await this.unitOfWork.read(async (reader) => ({
        row: await reader.repository(Generation).findOne({ select: columns, where: { id } }),
        ready: await reader.repository(GeneratedImage).countBy({ generationId: id, state: In([...there]) }),
      }));
      const author = row ?? this.authors.get(id);
      if (row && !done.includes(row.state)) this.keep(row, ready);
      else if (author) this.forget(id, author);
      if (author) this.changes.fire({ personId: author.personId, siteId: author.siteId });
    } catch (error) {
      this.log.warn('What became of a generation is not known to the pages.', { generation: id, error });
    }
  }

  private keep({ personId, siteId, id, state, description, count, errorCode, settledAt, expiresAt }: Row, ready: number): void {
    const key = keyOf({ personId, siteId });
    const own = this.open.get(key) ?? new Map<string, OpenGeneration>();
    own.set(id, { id, state, description, count, ready, errorCode, settledAt: settledAt ?? undefined, expiresAt });
    this.open.set(key, own);
    this.authors.set(id, { personId, siteId });
  }

  private forget(id: string, author: GenerationOwner): void {
    const own = this.open.get(keyOf(author));
    own?.delete(id);
    if (own?.size === 0) this.open.delete(keyOf(author));
    this.authors.delete(id);
  }
}
