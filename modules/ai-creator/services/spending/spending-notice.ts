import { countLimits, deliverySizes } from '@portico/ai-providers/api';
import { type BudgetExceeded, type BudgetState, type Cost, formatMoney, UsageLedger } from '@portico/ai-usage/api';
import { type AccessContext, inject, injectable, Messages, PortalError, UnitOfWork } from '@portico/core';
import { SettingsLink } from '../settings/settings-link.js';
import { formatWait, translator } from '../translator.js';
import { GenerationUsage } from './generation-usage.js';

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
  /** Whether the reader is one of those who can do something about a price that is not known: to others it says nothing. */
  readonly mayPrice: boolean;
}

/** What authors and administrators read about money. */
@injectable()
export class SpendingNotice {
  constructor(
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(GenerationUsage) private readonly usage: GenerationUsage,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async notes(access: AccessContext): Promise<SpendingNotes> {
    const { person, site, locale } = access;
    if (!person || !site) return { estimates: [], previewsExtra: false, warnings: [], mayPrice: false };
    const who = { siteId: site.id, personId: person.id };
    return this.unitOfWork.read(async (reader) => {
      const estimates = await Promise.all(
        deliverySizes.map(async (size) =>
          sizeEstimate(size, await this.usage.estimates(reader, { siteId: site.id, size }, counts), locale),
        ),
      );
      const soft = await this.ledger.exceeded(reader, who, 'softLimit');
      // What is left until nothing more is sent says more than where warnings begin.
      const limit = soft?.rule.hardLimit == null ? 'softLimit' : 'hardLimit';
      const warnings = soft
        ? [this.messages.text('spending.warning', { state: this.ledger.describe(soft, limit, locale) }, locale)]
        : [];
      return {
        estimates: estimates.some(({ millionths }) => millionths.length > 0) ? estimates : [],
        previewsExtra: this.usage.hasUnknownPreviews(site.id),
        warnings,
        mayPrice: this.settingsLink.onInstance(access),
      };
    });
  }

  /** The budget that stands in the way of one more image, or undefined. */
  async obstacle(access: AccessContext): Promise<BudgetState | undefined> {
    const { person, site } = access;
    if (!person || !site) return undefined;
    const who = { siteId: site.id, personId: person.id };
    return this.unitOfWork.read((reader) => this.ledger.exceeded(reader, who, 'hardLimit'));
  }

  /** A budget in the words of those who may change it; empty for others. */
  describe(state: BudgetState | undefined, access: AccessContext): string {
    const mayKnow = state && this.settingsLink.for(access) !== undefined;
    return mayKnow ? this.ledger.describe(state, 'hardLimit', access.locale) : '';
  }

  /** The exact limit for those who may change it; for others the sentence says no more than that it did not work. */
  refusal({ state }: BudgetExceeded, access: AccessContext): PortalError {
    const { locale } = access;
    const exact = this.describe(state, access);
    const time = formatWait(state.retryAfter, translator(this.messages, locale));
    const sentence = exact
      ? this.messages.text('spending.refused', { state: exact }, locale)
      : this.messages.text(state.isShort ? 'error.rate-limited' : 'error.insufficient-quota', { time }, locale);
    return new PortalError('ai-creator-budget', sentence, { status: 429, retryAfter: state.retryAfter });
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
