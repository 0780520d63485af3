import { countLimits, deliverySizes } from '@portico/ai-providers/api';
import { type AccessContext, inject, injectable, Messages, type PortalError, UnitOfWork } from '@portico/core';
import { SettingsLink } from '../settings/settings-link.js';
import { formatSeconds, translator } from '../translator.js';
import { BudgetPresenter } from './budget-presenter.js';
import { type BudgetState, exceeded } from './budgets.js';
import { formatMoney } from './money.js';
import type { Cost } from './prices.js';
import { BudgetExceeded, UsageLedger } from './usage-ledger.js';

export interface SizeEstimate {
  readonly size: string;
  /** Of one image, two, three, and so on; empty when it is not known. */
  readonly millionths: readonly number[];
  readonly currency: string | undefined;
  /** The same, ready to be read. */
  readonly costs: readonly string[];
}

/** What a person reads about money and limits before anything is sent. */
export interface SpendingNotes {
  /** What each size will cost, about; empty when no size has a known price. */
  readonly estimates: readonly SizeEstimate[];
  /** Whether one image has previews whose cost the estimates do not hold. */
  readonly previewsExtra: boolean;
  readonly warnings: readonly string[];
}

const one = { images: 1, cost: 0 };

@injectable()
export class SpendingNotice {
  constructor(
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BudgetPresenter) private readonly budgetPresenter: BudgetPresenter,
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async notes(access: AccessContext): Promise<SpendingNotes> {
    const { person, site, locale } = access;
    if (!person || !site) return { estimates: [], previewsExtra: false, warnings: [] };
    const who = { siteId: site.id, personId: person.id };
    return this.unitOfWork.read(async (reader) => {
      const estimates = await Promise.all(
        deliverySizes.map(async (size) =>
          sizeEstimate(size, await this.ledger.estimates(reader, { ...who, size }, counts), locale),
        ),
      );
      const states = await this.ledger.states(reader, who);
      const soft = exceeded(states, one, 'softLimit');
      // What is left until nothing more is sent says more than where warnings begin.
      const limit = soft?.rule.hardLimit == null ? 'softLimit' : 'hardLimit';
      const warnings = soft
        ? [this.messages.text('budgets.warning', { state: this.budgetPresenter.state(soft, limit, locale) }, locale)]
        : [];
      return {
        estimates: estimates.some(({ millionths }) => millionths.length > 0) ? estimates : [],
        previewsExtra: this.ledger.hasUnknownPreviews(who),
        warnings,
      };
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
      { time: formatSeconds(retryAfter, translator(this.messages, access.locale)) },
      access.locale,
    );
    if (this.settingsLink.for(access) === undefined) return new BudgetExceeded(error.state, sentence);
    const state = this.budgetPresenter.state(error.state, 'hardLimit', access.locale);
    return new BudgetExceeded(error.state, this.messages.text('budgets.refused', { state }, access.locale));
  }
}

const counts = Array.from({ length: countLimits.max }, (_, index) => index + 1);

function sizeEstimate(size: string, costs: readonly (Cost | undefined)[], locale: string): SizeEstimate {
  const known = costs.flatMap((cost) => cost ?? []);
  return {
    size,
    millionths: known.map(({ cost }) => cost),
    currency: known[0]?.currency,
    costs: known.map(({ cost, currency }) => formatMoney(cost, currency, locale)),
  };
}
