import { Clock, type Command, type CommandCall, inject, injectable } from '@portico/core';
import type { Price } from '../entities/price.js';
import { writeAmount } from '../services/spending/money.js';
import { PriceEntry, typedPrice } from '../services/spending/price-entry.js';
import { Prices } from '../services/spending/prices.js';
import { asOption, Operator } from './operator.js';
import { typedOptions, withOptionNames } from './typed-options.js';

/** The option of each field of the form. */
const names = {
  model: 'model',
  validFrom: 'from',
  currency: 'currency',
  inputPrice: 'input',
  outputPrice: 'output',
  imagePrice: 'image',
} as const;

const lineOf = ({ id, model, validFrom, currency, ...price }: Price): string =>
  [
    id,
    model,
    validFrom,
    currency,
    `input ${writeAmount(price.inputPrice)}`,
    `output ${writeAmount(price.outputPrice)}`,
    `image ${writeAmount(price.imagePrice)}`,
  ].join('  ');

@injectable()
export class PricesList implements Command {
  readonly name = 'prices list';
  readonly summary = 'Lists what models cost: per million tokens, and per image.';
  readonly whenEmpty = 'No price is entered yet, so no cost is known.';
  readonly options = [asOption];

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(Prices) private readonly prices: Prices,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    this.operator.person(options.as);
    for (const price of this.prices.all()) print(lineOf(price));
  }
}

@injectable()
export class PricesSet implements Command {
  readonly name = 'prices set';
  readonly summary = 'Sets what a model costs from a day on; a price from that very day is replaced, earlier ones stay.';
  readonly options = [
    { name: 'model', value: 'name', required: true, description: 'Name of the model.' },
    { name: 'input', value: 'amount', description: 'Per million input tokens, e.g. 5.00.' },
    { name: 'output', value: 'amount', description: 'Per million output tokens.' },
    { name: 'image', value: 'amount', description: 'Per image, for services that count no tokens.' },
    { name: 'currency', value: 'letters', description: 'Three letters. Default: as the other prices, else USD.' },
    { name: 'from', value: 'date', description: 'The first day, YYYY-MM-DD. Default: today.' },
    asOption,
  ];

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(Prices) private readonly prices: Prices,
    @inject(PriceEntry) private readonly entry: PriceEntry,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    const { person, locale } = this.operator.person(options.as);
    const usual = {
      validFrom: this.clock.now().toISOString().slice(0, 10),
      currency: this.prices.all().at(-1)?.currency ?? 'USD',
    };
    await withOptionNames(names, async () => {
      const price = this.entry.read(typedPrice.parse({ ...usual, ...typedOptions(options, names) }), locale);
      await this.prices.add(price, person, 'command', true);
      const stored = this.prices.all().find(({ model, validFrom }) => model === price.model && validFrom === price.validFrom);
      if (stored) print(lineOf(stored));
    });
  }
}

@injectable()
export class PricesRemove implements Command {
  readonly name = 'prices remove';
  readonly summary = 'Removes a price. Costs that are counted already stay.';
  readonly arguments = [{ name: 'id', required: true, description: 'Id of the price, as `prices list` prints it.' }];
  readonly options = [asOption];

  constructor(
    @inject(Operator) private readonly operator: Operator,
    @inject(Prices) private readonly prices: Prices,
  ) {}

  async run({ arguments: { id = '' }, options, print }: CommandCall): Promise<void> {
    const { person } = this.operator.person(options.as);
    print(lineOf(await this.prices.remove(id, person, 'command')));
  }
}
