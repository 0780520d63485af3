import { type AccessContext, inject, injectable, invalidInput, Messages } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { Availability } from '../availability/availability.js';
import { deniedWord } from '../descriptions/deny-list.js';
import { readStyles, styledPrompt } from '../descriptions/styles.js';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import type { ImageOrder } from './image-order.js';

/** Whether an order can be taken now, as far as its words and its place say. */
@injectable()
export class OrderValidation {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(Documents) private readonly documents: Documents,
    @inject(Messages) private readonly words: Messages,
  ) {}

  /** @throws PortalError for whatever keeps this from being made now. */
  async require(access: AccessContext, order: ImageOrder & { readonly folderId?: string | undefined }): Promise<void> {
    this.availability.requireService(access);
    this.breaker.require(access);
    const { denyList, styles } = this.availability.settings.get(access.scope);
    const denied = deniedWord(order.description, denyList);
    if (denied) throw invalidInput({ description: this.words.text('create.denied', { word: denied }, access.locale) });
    if (order.folderId) await this.documents.folder(access, order.folderId);
    if (order.style && !readStyles(styles).some(({ name }) => name === order.style)) {
      throw invalidInput({ style: this.words.text('create.style-unknown', {}, access.locale) });
    }
    this.requireRoom(access, order, styles);
  }

  /** The words of a style are sent as well. @throws PortalError `invalid-input` (400) when both are too long together. */
  private requireRoom(access: AccessContext, { description, style }: ImageOrder, styles: readonly string[]): void {
    const { length } = styledPrompt(description, style ?? null, styles);
    const limit = this.availability.promptLimit;
    if (length <= limit) return;
    const key = style ? 'create.style-too-long' : 'create.description-too-long';
    throw invalidInput({ description: this.words.text(key, { style: style ?? '', length, limit }, access.locale) });
  }
}
