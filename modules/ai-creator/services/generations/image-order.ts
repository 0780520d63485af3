import { cleanDescription, countLimits, type DeliverySize, deliverySizes } from '@portico/ai-providers/api';
import { invalidInput, type Messages } from '@portico/core';

/** What an author asks for, checked. */
export interface ImageOrder {
  readonly description: string;
  readonly size: DeliverySize;
  readonly count: number;
  /** Name of a style preset of the site. */
  readonly style?: string;
}

export type OrderField = 'description' | 'size' | 'count';

/**
 * Checks what came from a form, a script or a command.
 * @param limit characters of the longest prompt that the image service takes. @throws PortalError `invalid-input` (400) with a sentence per field.
 */
export function readOrder(
  typed: { readonly description: string; readonly size: string; readonly count: string | number; readonly style?: string },
  messages: Messages,
  limit: number,
  locale?: string,
): ImageOrder {
  const problems: Partial<Record<OrderField, string>> = {};
  const description = cleanDescription(typed.description);
  if (description === '') problems.description = messages.text('create.description-missing', {}, locale);
  if (description.length > limit) {
    problems.description = messages.text('create.description-too-long', { limit, length: description.length }, locale);
  }
  const size = deliverySizes.find((known) => known === typed.size);
  if (!size) problems.size = messages.text('create.size-unknown', { sizes: deliverySizes.join(', ') }, locale);
  const count = /^\d{1,2}$/.test(String(typed.count)) ? Number(typed.count) : Number.NaN;
  if (!(count >= countLimits.min && count <= countLimits.max)) {
    problems.count = messages.text('create.count-unknown', { min: countLimits.min, max: countLimits.max }, locale);
  }
  if (!size || Object.keys(problems).length > 0) throw invalidInput(problems);
  return { description, size, count, ...(typed.style && { style: typed.style }) };
}

/** Pixels of one side; every delivery size is a square. */
export const sideOf = (size: DeliverySize): number => Number(size.split('x')[0]);
