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
