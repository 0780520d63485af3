import {
  type AccessContext,
  Clock,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  Messages,
} from '@portico/core';
import { type PaidFeature, PaidFeatures } from '../../api/index.js';
import type { Price } from '../../entities/price.js';
import { writeAmount } from '../amounts.js';
import type { Editor } from '../audit.js';
import type { EnteredTable, ShownRow } from '../entered-table.js';
import { PriceEntry, type TypedPrice, typedPrice } from './price-entry.js';
import { PriceRepository } from './price-repository.js';

/** The price table. */
@injectable()
export class PriceTable implements EnteredTable<Price, TypedPrice> {
  readonly page = 'prices';
  readonly columns = [
    { label: 'prices.model' },
    { label: 'prices.valid-from', kind: 'short' },
    { label: 'prices.currency' },
    { label: 'prices.input', kind: 'number' },
    { label: 'prices.output', kind: 'number' },
    { label: 'prices.input-images', kind: 'number' },
    { label: 'prices.output-images', kind: 'number' },
    { label: 'prices.image', kind: 'number' },
    { label: 'prices.entered' },
  ] as const;
  readonly form = typedPrice;
  readonly optionNames = {
    model: 'model',
    validFrom: 'from',
    currency: 'currency',
    inputPrice: 'input',
    outputPrice: 'output',
    inputImagePrice: 'input-images',
    outputImagePrice: 'output-images',
    imagePrice: 'image',
  } as const;
  readonly options = [
    { name: 'model', value: 'name', description: 'Name of the model.' },
    { name: 'input', value: 'amount', description: 'Per million input tokens, e.g. 5.00.' },
    { name: 'output', value: 'amount', description: 'Per million output tokens.' },
    {
      name: 'input-images',
      value: 'amount',
      description: 'Per million input tokens of pictures. Default: as other input tokens.',
    },
    {
      name: 'output-images',
      value: 'amount',
      description: 'Per million output tokens of pictures. Default: as other output tokens.',
    },
    { name: 'image', value: 'amount', description: 'Per image, for services that count no tokens.' },
    { name: 'currency', value: 'letters', description: 'Three letters. Default: as the other prices, else USD.' },
    { name: 'from', value: 'date', description: 'The first day, YYYY-MM-DD. Default: today.' },
  ];
  readonly commands = {
    list: {
      summary: 'Lists what models cost: per million tokens, and per image.',
      whenEmpty: 'No price is entered yet, so no cost is known.',
    },
    add: {
      verb: 'set',
      summary: 'Sets what a model costs from a day on; a price from that very day is replaced, earlier ones stay.',
      required: ['model'],
    },
    remove: {
      summary: 'Removes a price. Costs that are counted already stay.',
      id: 'Id of the price, as `prices list` prints it.',
    },
  } as const;

  constructor(
    @inject(PriceRepository) private readonly prices: PriceRepository,
    @inject(PriceEntry) private readonly entry: PriceEntry,
    @inject(contributions(PaidFeatures)) private readonly features: ConditionalContributions<PaidFeature>,
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async usual(): Promise<Partial<TypedPrice>> {
    const prices = await this.prices.all();
    return { validFrom: this.clock.now().toISOString().slice(0, 10), currency: prices.at(-1)?.currency ?? 'USD' };
  }

  choices(access: AccessContext): object {
    const features = this.features.visible(access);
    return { models: [...new Set(this.features.each((feature) => feature.models(), features).flat())] };
  }

  async rows(locale: string): Promise<readonly ShownRow[]> {
    return (await this.prices.all()).map((price) => ({
      id: price.id,
      title: price.model,
      cells: [
        { text: price.validFrom },
        { text: price.currency },
        ...[price.inputPrice, price.outputPrice, price.inputImagePrice, price.outputImagePrice, price.imagePrice].map(
          (millionths) => ({ text: millionths === null ? '–' : writeAmount(millionths) }),
        ),
        { by: price.enteredBy, at: price.enteredAt },
      ],
      removeLabel: this.messages.text('prices.remove-label', { model: price.model, date: price.validFrom }, locale),
    }));
  }

  async lines(): Promise<readonly string[]> {
    return (await this.prices.all()).map((price) => this.line(price));
  }

  line({
    id,
    model,
    validFrom,
    currency,
    inputPrice,
    outputPrice,
    inputImagePrice,
    outputImagePrice,
    imagePrice,
  }: Price): string {
    return [
      id,
      model,
      validFrom,
      currency,
      `input ${writeAmount(inputPrice)}`,
      `output ${writeAmount(outputPrice)}`,
      ...(inputImagePrice === null ? [] : [`input images ${writeAmount(inputImagePrice)}`]),
      ...(outputImagePrice === null ? [] : [`output images ${writeAmount(outputImagePrice)}`]),
      `image ${writeAmount(imagePrice)}`,
    ].join('  ');
  }

  /** From a terminal a price replaces the one from that very day; a form is told that there is one. */
  add(typed: TypedPrice, editor: Editor, locale: string): Promise<Price> {
    // A fact, whoever asks.
    const isRetired = (model: string): boolean => this.features.each((feature) => feature.isRetired(model)).some(Boolean);
    return this.prices.add(this.entry.read(typed, locale, isRetired), editor, editor.via === 'command');
  }

  remove(id: string, editor: Editor): Promise<Price> {
    return this.prices.remove(id, editor);
  }
}
