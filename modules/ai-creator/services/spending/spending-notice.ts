import { type AccessContext, inject, injectable, Messages, type PortalError, UnitOfWork } from '@portico/core';
import { deliverySizes } from '../../api/index.js';
import { SettingsLink } from '../settings/settings-link.js';
import { BudgetWords } from './budget-words.js';
import { type BudgetState, exceeded } from './budgets.js';
import { formatMoney } from './money.js';
import { BudgetExceeded, UsageLedger } from './usage-ledger.js';

/** What a person reads about money and limits before anything is sent. */
export interface SpendingNotes {
  /** What one image of each size will cost, about; empty when it is not known. */
  readonly estimates: readonly {
    readonly size: string;
    readonly millionths: number;
    readonly currency: string;
    readonly text: string;
  }[];
  readonly warnings: readonly string[];
}

const one = { images: 1, cost: 0 };

@injectable()
export class SpendingNotice {
  constructor(
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BudgetWords) private readonly budgetWords: BudgetWords,
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async notes(access: AccessContext): Promise<SpendingNotes> {
    const { person, site, locale } = access;
    if (!person || !site) return { estimates: [], warnings: [] };
    const who = { siteId: site.id, personId: person.id };
    return this.unitOfWork.read(async (reader) => {
      const estimates = await Promise.all(
        deliverySizes.map(async (size) => {
          const cost = await this.ledger.estimate(reader, { ...who, size, count: 1 });
          if (!cost) return [];
          return [{ size, millionths: cost.cost, currency: cost.currency, text: formatMoney(cost.cost, cost.currency, locale) }];
        }),
      );
      const states = await this.ledger.states(reader, who);
      const soft = exceeded(states, one, 'softLimit');
      const warnings = soft
        ? [this.messages.text('budgets.warning', { state: this.budgetWords.state(soft, 'softLimit', locale) }, locale)]
        : [];
      return { estimates: estimates.flat(), warnings };
    });
  }

  /** The budget that stands in the way of one more image, or undefined. */
  async obstacle(access: AccessContext): Promise<BudgetState | undefined> {
    const { person, site } = access;
    if (!person || !site) return undefined;
    const states = await this.unitOfWork.read((reader) => this.ledger.states(reader, { siteId: site.id, personId: person.id }));
    return exceeded(states, one, 'hardLimit');
  }

  /** The exact limit for those who may change it; for others the sentence says no more than that it did not work. */
  refusal(error: BudgetExceeded, access: AccessContext): PortalError {
    const { rule, retryAfter } = error.state;
    const isShort = rule.unit === 'running' || rule.period === 'minute' || rule.period === 'hour';
    const sentence = this.messages.text(
      isShort ? 'error.too-fast' : 'error.out-of-tokens',
      { seconds: retryAfter },
      access.locale,
    );
    if (this.settingsLink.for(access) === undefined) return new BudgetExceeded(error.state, sentence);
    const state = this.budgetWords.state(error.state, 'hardLimit', access.locale);
    return new BudgetExceeded(error.state, this.messages.text('budgets.refused', { state }, access.locale));
  }
}
