import {
  type AccessContext,
  type ConditionalPoint,
  extensionPoint,
  type MenuBadge,
  PortalError,
  type Reader,
  type ServiceToken,
  serviceToken,
  type Transaction,
} from '@portico/core';
import type { BudgetLimit, BudgetState, UsageSubject } from './budgets.js';

export * from './budgets.js';
export { formatMoney } from './money.js';

/** A kind of paid work: what one more of it will cost is estimated from what the last ones of the same kind used. */
export interface PaidWork {
  /** Id of the feature that pays, e.g. `images`. */
  readonly feature: string;
  /** As the service names it. Prices are entered by model. */
  readonly model: string;
  readonly quality: string;
}

/** Paid work that is about to be done. */
export interface UsageOrder extends PaidWork, UsageSubject {
  /** Id of what is made: one entry of the ledger. */
  readonly id: string;
  /** When it was ordered; ISO 8601. Budgets and prices go by it. */
  readonly at: string;
  /** Id of the provider, when it is known. */
  readonly provider: string | null;
  /** How many images are asked for. */
  readonly count: number;
  /** Output tokens that it will use beside the usual ones, e.g. for previews; undefined when there are none or nobody knows. */
  readonly extraTokens?: number | undefined;
}

/** What came of it. */
export interface UsageOutcome {
  /** The model that answered; null: the one that was ordered. */
  readonly model: string | null;
  /** How many images came. */
  readonly came: number;
  /** Whether it may have been carried out, and charged, although nothing came. Then what was ordered is counted. */
  readonly maybeCharged: boolean;
  /** Null: unknown, which is not 0. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** How many of them belong to pictures, which may have prices of their own. */
  readonly inputImageTokens?: number | null;
  readonly outputImageTokens?: number | null;
  /** Code of the failure, or null. */
  readonly errorCode: string | null;
  /** What a safety system objected to, between commas. */
  readonly categories: string | null;
}

/** Work that no budget was asked about, e.g. a test by an administrator. */
export interface RecordedUsage extends PaidWork {
  readonly id: string;
  /** Undefined: the whole instance. */
  readonly siteId: string | undefined;
  readonly personId: string;
  readonly provider: string | null;
  readonly images: number;
  /** Null: unknown, which is not 0. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** How many of them belong to pictures, which may have prices of their own. */
  readonly inputImageTokens?: number | null;
  readonly outputImageTokens?: number | null;
  readonly errorCode: string | null;
}

/** Millionths of a currency. */
export interface Cost {
  readonly cost: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** How often something failed in the same way. */
export interface FailureSum {
  readonly code: string;
  readonly categories: string | null;
  readonly count: number;
  /** ISO 8601. */
  readonly last: string;
  /** Of the last one. */
  readonly id: string;
}

/** Both sides of the database: what a transaction wrote is counted in it, before it is committed. */
export type UsageDatabase = Pick<Reader, 'query' | 'repository'>;

/** A hard limit is in the way. The sentence says no more than that; `state` is for those who may change it. */
export class BudgetExceeded extends PortalError {
  constructor(readonly state: BudgetState) {
    super('budget-exceeded', 'A budget is used up.', { status: 429, retryAfter: state.retryAfter });
  }
}

/**
 * Where every paid feature posts what it uses. An order is counted in the transaction that commits it, so that any number of them at the same time never
 * exceeds a budget; it is settled once it is known what came, or released when it is certain that nothing was used.
 */
export interface UsageLedger {
  /** @throws BudgetExceeded (429), and then the transaction must leave nothing behind. */
  reserve(transaction: Transaction, order: UsageOrder): Promise<void>;
  /** Replaces what was reserved by what happened, once: a second call changes nothing. */
  settle(transaction: Transaction, id: string, outcome: UsageOutcome): Promise<void>;
  /** The same for what was never sent: it stays in the ledger as a request that used nothing. */
  release(transaction: Transaction, id: string): Promise<void>;
  /** Counts what was done already. */
  record(transaction: Transaction, usage: RecordedUsage): Promise<void>;
  /** What each of these orders will cost, about; undefined where no price, or no usage to go by, is known. */
  estimates(
    database: UsageDatabase,
    work: PaidWork,
    orders: readonly Pick<UsageOrder, 'count' | 'extraTokens'>[],
  ): Promise<readonly (Cost | undefined)[]>;
  /** What was paid, by id; what is not settled, or has no known cost, is left out. */
  costs(reader: UsageDatabase, ids: readonly string[]): Promise<ReadonlyMap<string, Cost>>;
  /** The first budget that one more request for one image would exceed. */
  exceeded(database: UsageDatabase, subject: UsageSubject, limit: BudgetLimit): Promise<BudgetState | undefined>;
  /** E.g. "Each person: 10 of 10 images per day." */
  describe(state: BudgetState, limit: BudgetLimit, locale: string): string;
  /** Failures of a feature since a time (ISO 8601), by code and by what a safety system named. */
  failures(database: UsageDatabase, feature: string, since: string): Promise<readonly FailureSum[]>;
}
export const UsageLedger: ServiceToken<UsageLedger> = serviceToken('ai-usage.ledger');

/** What opens the pages and commands of AI Usage. */
export const UsagePermissions = {
  /** Usage of the whole instance, budgets and prices. */
  manage: 'ai-usage.manage-usage',
  /** Usage of one site. */
  viewSite: 'ai-usage.view-site-usage',
} as const;

/** What AI Usage asks of a feature that costs money. All of it is a read of memory. */
export interface PaidFeature {
  /** Models that prices may be entered for, as suggestions. */
  models(): readonly string[];
  /** Whether a model was shut down, so that no price is entered for it. */
  isRetired(model: string): boolean;
  /** Stands at AI Usage in the menus, of the instance or of one site. */
  badge?(access: AccessContext): MenuBadge | undefined;
}
/** A feature says with its `when` when it is there. Without any that is, the pages of AI Usage are not there either. */
export const PaidFeatures: ConditionalPoint<PaidFeature> = extensionPoint('ai-usage.paid-features', {
  requires: { models: 'function', isRetired: 'function' },
  conditional: true,
});

/** A page of the Control Panel beside AI Usage, Budgets and Prices. */
export interface UsagePage {
  /** Key of its title in the messages of the module that contributes it. */
  readonly label: string;
  readonly href: string;
}
export const UsagePages: ConditionalPoint<UsagePage> = extensionPoint('ai-usage.pages', {
  requires: { label: 'text', href: 'text' },
  conditional: true,
  called: 'point.page',
});

/** One of these pages, as a view shows it. */
export interface UsageTab {
  readonly href: string;
  readonly label: string;
  readonly isCurrent: boolean;
}

/** The pages beside each other, for each of them. */
export interface UsageTabs {
  /** @param current `href` of the page that shows them. */
  of(ctx: { readonly access: AccessContext; url(place: string): string }, current: string): readonly UsageTab[];
}
export const UsageTabs: ServiceToken<UsageTabs> = serviceToken('ai-usage.tabs');
export type { AiUsageErrorCode } from './error-codes.js';
