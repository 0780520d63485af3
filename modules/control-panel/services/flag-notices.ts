import type { SettingsLink } from '@portico/configuration/api';
import { Clock, type FlagState, Flags, inject, injectable } from '@portico/core';

/** Whether the date has passed at which somebody was to decide whether the flag can go. */
export function isOverdue({ review, available }: FlagState, today: string): boolean {
  return available && review !== undefined && review < today;
}

/** What waits for an operator on the Feature Flags screen. */
@injectable()
export class FlagNotices {
  constructor(
    @inject(Flags) private readonly flags: Flags,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** ISO date. */
  get today(): string {
    return this.clock.now().toISOString().slice(0, 10);
  }

  /** Flags whose review is overdue. */
  overdue(): readonly FlagState[] {
    const { today } = this;
    return this.flags.all().filter((state) => isOverdue(state, today));
  }
}

/** The Feature Flags screen among the Instance Settings, with the number of overdue reviews. */
@injectable()
export class FlagSettingsLink implements SettingsLink {
  readonly id = 'feature-flags';
  readonly section = 'platform';
  readonly title = 'flags.title';
  readonly description = 'flags.description';
  readonly href = '/configuration/feature-flags';

  constructor(@inject(FlagNotices) private readonly flagNotices: FlagNotices) {}

  notices(): number {
    return this.flagNotices.overdue().length;
  }
}
