import { createHash } from 'node:crypto';
import { BudgetExceeded } from '@portico/ai-usage/api';
import {
  type AccessContext,
  type AuditEntry,
  AuditLog,
  Clock,
  Ids,
  In,
  inject,
  injectable,
  Messages,
  notFound,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { Generation } from '../../entities/generation.js';
import { isSameSource, type PinnedSource, type SourceReference, sourceColumns } from '../images/pinned-source.js';
import { SpendingNotice } from '../spending/spending-notice.js';
import type { ImageOrder } from './image-order.js';
import { openStates } from './state.js';
import { GenerationStateWriter } from './state-writer.js';

export interface Reservation extends ImageOrder {
  readonly siteId: string;
  readonly personId: string;
  readonly idempotencyKey: string;
  readonly rootId: string | undefined;
  readonly folderId: string | undefined;
  readonly source: SourceReference | undefined;
  /** Its bytes; undefined when this request was reserved before. */
  readonly pinned: PinnedSource | undefined;
  /** Hours that results are kept for their author. */
  readonly retention: number;
  /** Orders that one person may have open at a time, in all sites together. */
  readonly mostOpen: number;
  readonly actor: Pick<AuditEntry, 'by' | 'via'>;
}

const hour = 3600 * 1000;

/** The first row of a generation, with its audit entry, its file and its place in the budgets, in one transaction. */
@injectable()
export class Reservations {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(GenerationStateWriter) private readonly writer: GenerationStateWriter,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(SpendingNotice) private readonly spending: SpendingNotice,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /**
   * One idempotency key of a person is one generation, however often it arrives.
   * @throws PortalError `generation-differs` (409) when the same key comes with another request, `ai-creator-budget` and
   * `too-many-open-orders` (429).
   */
  async reserve(
    access: AccessContext,
    order: Reservation,
  ): Promise<{ readonly generation: Generation; readonly isNew: boolean }> {
    try {
      return await this.reserveOnce(order, access.locale);
    } catch (error) {
      throw error instanceof BudgetExceeded ? this.spending.refusal(error, access) : error;
    }
  }

  /** The generation that this person's key made before, if any. */
  async findByIdempotencyKey(personId: string, idempotencyKey: string): Promise<Generation | undefined> {
    return (
      (await this.unitOfWork.read((reader) => reader.repository(Generation).findOneBy({ personId, idempotencyKey }))) ?? undefined
    );
  }

  private async reserveOnce(
    order: Reservation,
    locale: string,
  ): Promise<{ readonly generation: Generation; readonly isNew: boolean }> {
    const now = this.clock.now();
    return this.unitOfWork.write(async (transaction) => {
      const { personId, siteId, idempotencyKey } = order;
      const before = await transaction.repository(Generation).findOneBy({ personId, idempotencyKey });
      if (before) {
        if (!isSameRequest(before, order))
          throw new PortalError('generation-differs', 'This form was sent before with other content. Open it anew.', {
            status: 409,
          });
        return { generation: before, isNew: false };
      }
      if (order.source && !order.pinned) throw notFound('picture');
      await this.requireTurn(transaction, order, locale);
      const id = this.ids.next();
      const root = order.rootId && (await transaction.repository(Generation).findOneBy({ id: order.rootId, personId, siteId }));
      const generation = await this.writer.reserve(transaction, {
        id,
        siteId,
        personId,
        idempotencyKey,
        rootId: root ? root.rootId : id,
        folderId: order.folderId ?? null,
        description: order.description,
        descriptionHash: descriptionHash(order),
        size: order.size,
        count: order.count,
        style: order.style ?? null,
        ...(order.pinned && sourceColumns(order.pinned)),
        maybeCharged: false,
        attempts: 0,
        createdAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + order.retention * hour).toISOString(),
      });
      await this.audit.record(transaction, {
        area: 'ai-creator',
        subject: 'generation',
        attribute: id,
        scope: siteId,
        action: 'created',
        after: { size: order.size, count: order.count },
        ...order.actor,
      });
      if (order.pinned) await transaction.keepBlob(order.pinned.blob);
      return { generation, isNew: true };
    });
  }

  /** One person's orders do not fill the queue. Counted in the transaction, so that no number of clicks at once gets past it. */
  private async requireTurn(transaction: Transaction, { personId, mostOpen }: Reservation, locale: string): Promise<void> {
    const open = await transaction.repository(Generation).countBy({ personId, state: In([...openStates]) });
    if (open < mostOpen) return;
    const sentence = this.messages.text('create.too-many-open', { count: mostOpen }, locale);
    throw new PortalError('too-many-open-orders', sentence, { status: 429, expose: true, retryAfter: turnSeconds });
  }
}

/** Soon enough to ask again: an image takes about as long. */
const turnSeconds = 30;

type ComparedRequest = Pick<Reservation, 'siteId' | 'idempotencyKey' | 'folderId' | 'source' | keyof ImageOrder>;

/** Stays when the words are forgotten. With the key in it, two requests with the same words have nothing in common. */
const descriptionHash = ({ idempotencyKey, description }: Pick<ComparedRequest, 'idempotencyKey' | 'description'>): string =>
  createHash('sha256').update(`${idempotencyKey}\n${description}`).digest('hex');

/** Whether what comes with a key that was there before asks for the same. */
function isSameRequest(before: Generation, request: ComparedRequest): boolean {
  return (
    (['siteId', 'size', 'count'] as const).every((key) => before[key] === request[key]) &&
    (before.description === request.description || before.descriptionHash === descriptionHash(request)) &&
    before.style === (request.style ?? null) &&
    before.folderId === (request.folderId ?? null) &&
    isSameSource(before, request.source)
  );
}
