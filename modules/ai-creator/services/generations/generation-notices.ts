import {
  type AccessContext,
  Clock,
  type CompiledMessage,
  inject,
  injectable,
  type MenuBadge,
  Messages,
  type PageAddition,
} from '@portico/core';
import { type OpenGeneration, OpenGenerations } from './open-generations.js';
import { settledStates } from './state.js';

/** What a page says about the generations of whoever reads it. */
export interface Notices {
  readonly isRunning: boolean;
  readonly badge: MenuBadge | undefined;
  /** What came to an end a short while ago: told once in each browser. */
  readonly settled: readonly SettledNotice[];
}

export interface SettledNotice {
  readonly id: string;
  readonly kind: 'success' | 'warning';
  readonly sentence: string;
}

/** After that nobody waits for it any more; the menu still says what is there. */
const newsMillis = 3_600_000;
const shownLetters = 60;

/** The badge at My recent generations, and what is told when something is ready, wherever in the site its author is. */
@injectable()
export class GenerationNotices implements PageAddition {
  readonly view = 'generation-notices';

  constructor(
    @inject(OpenGenerations) private readonly open: OpenGenerations,
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  model(access: AccessContext): object | undefined {
    const notices = this.of(access);
    if (!notices.isRunning && notices.settled.length === 0) return undefined;
    return { notices, messages: this.clientMessages(access) };
  }

  of(access: AccessContext): Notices {
    const own = this.ownOf(access);
    const since = this.clock.now().getTime() - newsMillis;
    return {
      isRunning: own.some(isRunning),
      badge: this.badgeOf(own, access.locale),
      settled: own
        .filter(
          ({ settledAt, errorCode }) => settledAt !== undefined && Date.parse(settledAt) > since && errorCode !== 'cancelled',
        )
        .map((generation) => this.notice(generation, access.locale)),
    };
  }

  badge(access: AccessContext): MenuBadge | undefined {
    return this.badgeOf(this.ownOf(access), access.locale);
  }

  /** What the client says by itself. */
  private clientMessages({ locale }: AccessContext): Readonly<Record<string, CompiledMessage>> {
    return Object.fromEntries(clientMessages.map((key) => [key, this.messages.compiled(key, locale)]));
  }

  private ownOf({ person, site }: AccessContext): readonly OpenGeneration[] {
    return person && site ? this.open.of({ personId: person.id, siteId: site.id }) : [];
  }

  private badgeOf(own: readonly OpenGeneration[], locale: string): MenuBadge | undefined {
    const count = own.filter(({ state }) => state === 'offered').length;
    const label = (key: string, count: number): string => this.messages.text(key, { count }, locale);
    if (count > 0) return { kind: 'success', text: String(count), label: label('notices.ready-count', count) };
    const running = own.filter(isRunning).length;
    return running > 0 ? { kind: 'info', text: String(running), label: label('notices.running-count', running) } : undefined;
  }

  private notice({ id, state, description, count, ready }: OpenGeneration, locale: string): SettledNotice {
    const text = description.replace(/\s+/g, ' ').trim() || this.messages.text('generation.forgotten', {}, locale);
    const name = text.length > shownLetters ? `${text.slice(0, shownLetters - 1)}…` : text;
    const isReady = state === 'offered';
    return {
      id,
      kind: isReady ? 'success' : 'warning',
      sentence: this.messages.text(
        isReady ? (ready < count ? 'notices.ready-some' : 'notices.ready') : 'notices.failed',
        { description: name, ready, count },
        locale,
      ),
    };
  }
}

const clientMessages = ['notices.show', 'notices.many'];

const isRunning = ({ state }: OpenGeneration): boolean => !settledStates.includes(state);
