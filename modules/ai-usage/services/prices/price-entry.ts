import { inject, injectable, invalidInput, Messages, z } from '@portico/core';
import { readAmount } from '../amounts.js';
import type { NewPrice } from './price-repository.js';

const typed = z.string().default('');
/** A price as it is typed, on a screen or in a terminal. */
export const typedPrice = z.strictObject({
  model: typed,
  validFrom: typed,
  currency: typed,
  inputPrice: typed,
  outputPrice: typed,
  inputImagePrice: typed,
  outputImagePrice: typed,
  imagePrice: typed,
});
export type TypedPrice = z.output<typeof typedPrice>;

/** Reads prices as people type them. */
@injectable()
export class PriceEntry {
  constructor(@inject(Messages) private readonly messages: Messages) {}

  /**
   * @param isRetired whether a model was shut down, by what the features that pay say.
   * @throws PortalError `invalid-input` (400) with a sentence for each field.
   */
  read(form: TypedPrice, locale: string, isRetired: (model: string) => boolean): NewPrice {
    const errors: Record<string, string> = {};
    const wrong = (field: string, key: string): void => {
      errors[field] = this.messages.text(key, {}, locale);
    };
    const model = form.model.trim();
    const currency = form.currency.trim().toUpperCase();
    if (!/^[\w.:/-]{1,100}$/.test(model) || isRetired(model)) wrong('model', 'prices.model-wrong');
    if (!z.iso.date().safeParse(form.validFrom).success) wrong('validFrom', 'prices.date-wrong');
    if (!/^[A-Z]{3}$/.test(currency)) wrong('currency', 'prices.currency-wrong');
    const amounts = { inputPrice: 0, outputPrice: 0, imagePrice: 0 };
    for (const name of ['inputPrice', 'outputPrice', 'imagePrice'] as const) {
      const read = form[name].trim() === '' ? 0 : readAmount(form[name]);
      if (read === undefined) wrong(name, 'prices.amount-wrong');
      else amounts[name] = read;
    }
    const ofImages: { inputImagePrice: number | null; outputImagePrice: number | null } = {
      inputImagePrice: null,
      outputImagePrice: null,
    };
    for (const name of ['inputImagePrice', 'outputImagePrice'] as const) {
      const read = form[name].trim() === '' ? null : readAmount(form[name]);
      if (read === undefined) wrong(name, 'prices.amount-wrong');
      else ofImages[name] = read;
    }
    if (Object.keys(errors).length === 0 && Object.values(amounts).every((value) => value === 0))
      wrong('outputPrice', 'prices.amount-missing');
    if (Object.keys(errors).length > 0) throw invalidInput(errors);
    return { model, validFrom: form.validFrom, currency, ...amounts, ...ofImages };
  }
}
