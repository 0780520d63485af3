import { inject, injectable, invalidInput, Messages, optional, type ServiceHandle, SiteDirectory, z } from '@portico/core';
import { People, Roles } from '@portico/identity/api';
import { type BudgetRule, type BudgetTarget, budgetPeriods, budgetTargets, budgetUnits } from '../../api/budgets.js';
import { readAmount } from '../amounts.js';
import { amount } from './budget-presenter.js';
import type { NewBudget } from './budget-repository.js';

const typed = z.string().default('');
/** A budget as it is typed, on a screen or in a terminal. */
export const typedBudget = z.strictObject({
  target: z.enum(budgetTargets),
  subject: typed,
  unit: z.enum(budgetUnits),
  period: z.enum(budgetPeriods).default('day'),
  softLimit: typed,
  hardLimit: typed,
});
export type TypedBudget = z.output<typeof typedBudget>;

/** Reads budgets as people type them, and writes them so. */
@injectable()
export class BudgetEntry {
  constructor(
    @inject(Messages) private readonly messages: Messages,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
    @inject(optional(Roles)) private readonly roles: ServiceHandle<Roles>,
  ) {}

  /** Names that a budget may be for: addresses of sites and roles. People are many, and are typed. */
  subjects(): readonly string[] {
    const roles = this.roles.get()?.all() ?? [];
    return [
      ...this.sites.all().map(({ address }) => address),
      ...roles.flatMap(({ name, places }) => (places.length > 0 ? [name] : [])),
    ];
  }

  /** @throws PortalError `invalid-input` (400) with a sentence for each field. */
  read({ target, unit, period, ...form }: TypedBudget, locale: string): NewBudget {
    const errors: Record<string, string> = {};
    const wrong = (field: string, key: string): void => {
      errors[field] = this.messages.text(key, {}, locale);
    };
    const subject = this.subjectOf(target, form.subject.trim());
    if (subject === undefined) wrong('subject', 'budgets.subject-wrong');
    // Who names somebody and leaves "each person" means one: a limit for all must not come of it.
    if (subject === null && form.subject.trim() !== '') wrong('subject', 'budgets.subject-needless');
    const limitOf = (name: 'softLimit' | 'hardLimit'): number | null => {
      const text = form[name].trim();
      if (text === '') return null;
      const value = unit === 'cost' ? readAmount(text) : /^\d{1,7}$/.test(text) ? Number(text) : undefined;
      if (value === undefined) wrong(name, 'budgets.limit-wrong');
      return value ?? null;
    };
    const [softLimit, hardLimit] = [limitOf('softLimit'), limitOf('hardLimit')];
    if (Object.keys(errors).length === 0) {
      if (softLimit === null && hardLimit === null) wrong('hardLimit', 'budgets.limit-missing');
      if (softLimit !== null && hardLimit !== null && softLimit > hardLimit) wrong('softLimit', 'budgets.soft-larger');
    }
    if (Object.keys(errors).length > 0) throw invalidInput(errors);
    return { target, subject: subject ?? null, unit, period, softLimit, hardLimit };
  }

  write({ target, subject, unit, period, softLimit, hardLimit }: BudgetRule): TypedBudget {
    const limit = (value: number | null): string => (value === null ? '' : amount(unit, value));
    return {
      target,
      subject: this.nameOf(target, subject ?? ''),
      unit,
      period,
      softLimit: limit(softLimit),
      hardLimit: limit(hardLimit),
    };
  }

  /** What the typed word stands for: the address of a site, the email address of a person, the name of a role. */
  private subjectOf(target: BudgetTarget, typed: string): string | null | undefined {
    if (target === 'site') return this.sites.byAddress(typed)?.id;
    if (target === 'person') return this.people.get()?.byEmail(typed)?.id;
    if (target === 'role' || target === 'each-of-role') return this.roleNamed(typed);
    return null;
  }

  /** Everybody is a guest, so that nobody has a budget as one. */
  private roleNamed(typed: string): string | undefined {
    const role = this.roles.get()?.byName(typed);
    return role && role.places.length > 0 ? role.name : undefined;
  }

  private nameOf(target: BudgetTarget, subject: string): string {
    if (target === 'site') return this.sites.byId(subject)?.address ?? subject;
    return target === 'person' ? (this.people.get()?.byId(subject)?.email ?? subject) : subject;
  }
}
