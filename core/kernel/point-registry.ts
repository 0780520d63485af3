import {
  type Contribution,
  type Disposable,
  PortalError,
  type RegisteredContribution,
  toDisposable,
  tokenId,
} from '../api/index.js';
import { lackOf, openRequirements, type RequiredProperties, requiredProperties } from '../api/point-requirements.js';
import { contributionLabel, isConditional } from '../api/tokens.js';
import type { ContributionErrors } from './contribution-errors.js';
import { PointView } from './point-view.js';
import { satisfiesRange } from './version.js';
import type { Visibility } from './visibility.js';

/** A contribution on its way to a point. */
export interface PublishedContribution {
  readonly point: string;
  /** The versions of the point it was written for. */
  readonly range: string;
  readonly contribution: Contribution<unknown>;
}

export interface FormerContribution extends Pick<Contribution<unknown>, 'id' | 'module' | 'when'> {
  readonly range: string;
  /** Message key of the name that people see, and of what they call such a contribution. */
  readonly label?: string;
  readonly kind?: string;
  /** Name of a command, address of pages, id of a permission. */
  readonly subject?: string;
}

function defined<T extends object>(facts: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) as Partial<T>;
}

/** What a contribution says of itself as data; it may be anything, and what breaks when it is read is found out where it is used. */
function shownFacts(point: string, value: unknown): Pick<FormerContribution, 'label' | 'kind' | 'subject'> {
  if (typeof value !== 'object' || value === null) return {};
  const factAt = (...among: readonly string[]): string | undefined => {
    for (const key of among) {
      try {
        const fact = (value as Readonly<Record<string, unknown>>)[key];
        if (typeof fact === 'string') return fact;
      } catch {
        return undefined;
      }
    }
    return undefined;
  };
  return defined({ label: factAt('label', 'title'), kind: kindOf(point, value), subject: factAt('name', 'prefix', 'id') });
}

function kindOf(point: string, value: unknown): string | undefined {
  try {
    return contributionLabel(point, value);
  } catch {
    return undefined;
  }
}

/** All points and all that is contributed, whether its point has a host or not. */
export class PointRegistry {
  private readonly views = new Map<string, PointView<unknown>>();
  private readonly offered = new Map<string, readonly PublishedContribution[]>();
  /** What was ever contributed, by point and then by module and id; of it only what an explanation needs. */
  private readonly remembered = new Map<string, Map<string, FormerContribution>>();
  /** Left out for a `when` that nobody asks, and counted already. */
  private readonly refused = new WeakSet<Contribution<unknown>>();
  /** What each was found to have, or to lack, when its point asked for these. */
  private readonly judged = new WeakMap<Contribution<unknown>, { readonly by: RequiredProperties; readonly isWhole: boolean }>();

  constructor(
    private readonly visibility: Visibility,
    private readonly contributionErrors: ContributionErrors,
    private readonly onListenerError: (error: unknown) => void,
  ) {}

  /** How many contributions there are, parked ones included. */
  get size(): number {
    let count = 0;
    for (const list of this.offered.values()) count += list.length;
    return count;
  }

  get listenerCount(): number {
    let count = 0;
    for (const view of this.views.values()) count += view.listenerCount;
    return count;
  }

  /** Contributions to any point whose `when` names the flag, by point. */
  whenFlag(flag: string): readonly RegisteredContribution[] {
    return [...this.offered].flatMap(([point, offers]) =>
      offers
        .filter(({ contribution }) => [contribution.when?.flag ?? []].flat().includes(flag))
        .map(({ contribution }) => ({ ...contribution, point })),
    );
  }

  /** How many contributions to a point a module has made. */
  countOf(point: string, module: string): number {
    return (this.offered.get(point) ?? []).filter(({ contribution }) => contribution.module === module).length;
  }

  view(point: string): PointView<unknown> | undefined {
    return this.views.get(point);
  }

  /** Opens a point; what was parked for it is there at once. Disposing closes it and parks everything again. @param code of the host. */
  open(token: symbol, host: string, version: string, code: object): { view: PointView<unknown>; closing: Disposable } {
    const point = tokenId(token);
    const known = this.views.get(point);
    if (known !== undefined)
      throw new PortalError(
        'point-taken',
        `The extension point ${point} is hosted by ${known.host}; ${host} cannot host it too.`,
      );
    const view = new PointView<unknown>(
      point,
      host,
      version,
      isConditional(token),
      this.visibility,
      this.contributionErrors,
      this.onListenerError,
    );
    const closeRequirements = openRequirements(point, code);
    this.views.set(point, view);
    this.refresh(point)();
    const closing = toDisposable(() => {
      closeRequirements();
      this.views.delete(point);
      view.close();
    });
    return { view, closing };
  }

  /** Adds contributions to many points at once: the listeners hear of it when all are in place. */
  publish(offers: readonly PublishedContribution[]): Disposable {
    if (offers.length === 0) return toDisposable(() => {});
    const points = [...new Set(offers.map(({ point }) => point))];
    for (const offer of offers) {
      this.offered.set(offer.point, [...(this.offered.get(offer.point) ?? []), offer]);
      this.remember(offer);
    }
    this.refreshAll(points);
    return toDisposable(() => {
      const gone = new Set(offers);
      for (const point of points)
        this.keep(
          point,
          (this.offered.get(point) ?? []).filter((offer) => !gone.has(offer)),
        );
      this.refreshAll(points);
    });
  }

  /** Every point that has, or had, a host or a contribution. */
  get known(): readonly string[] {
    return [...new Set([...this.views.keys(), ...this.remembered.keys()])].sort();
  }

  /** What was contributed to a point since the portal opened, whether it is there now or not. */
  rememberedAt(point: string): readonly FormerContribution[] {
    return [...(this.remembered.get(point)?.values() ?? [])];
  }

  private remember({ point, range, contribution: { id, module, when, value } }: PublishedContribution): void {
    const at = this.remembered.get(point) ?? new Map<string, FormerContribution>();
    this.remembered.set(point, at.set(`${module}/${id}`, { id, module, when, range, ...shownFacts(point, value) }));
  }

  private keep(point: string, offers: readonly PublishedContribution[]): void {
    if (offers.length === 0) this.offered.delete(point);
    else this.offered.set(point, offers);
  }

  private refreshAll(points: readonly string[]): void {
    for (const tell of points.map((point) => this.refresh(point))) tell();
  }

  private refresh(point: string): () => void {
    const view = this.views.get(point);
    if (view === undefined) return () => {};
    const fitting = (this.offered.get(point) ?? []).filter(({ range }) => satisfiesRange(view.version, range));
    return view.replace(
      fitting.filter((offer) => this.isAsked(view, offer) && this.isWhole(view, offer)).map(({ contribution }) => contribution),
    );
  }

  /** Only who wrote the point's name anew, with other words, gets here with a `when` that nobody asks: it is left out, and said once. */
  private isAsked(view: PointView<unknown>, { point, contribution }: PublishedContribution): boolean {
    if (view.conditional || contribution.when === undefined) return true;
    if (!this.refused.has(contribution)) {
      this.refused.add(contribution);
      const { module, id } = contribution;
      this.contributionErrors.count(
        module,
        point,
        id,
        new PortalError('when-not-asked', `${view.host} asks no "when" of what is contributed to ${point}.`),
      );
    }
    return false;
  }

  /**
   * What its module was asked for when it started, unless the module only wrote the point's name anew and nobody had loaded what declares the point:
   * then it is left out here, and said once.
   */
  private isWhole(view: PointView<unknown>, { point, contribution }: PublishedContribution): boolean {
    const by = requiredProperties(point);
    if (by === undefined) return true;
    const before = this.judged.get(contribution);
    if (before?.by === by) return before.isWhole;
    const { module, id, value } = contribution;
    const lack = lackOf(point, value);
    this.judged.set(contribution, { by, isWhole: lack === undefined });
    if (lack === undefined) return true;
    const message = `${view.host} cannot use "${id}" of ${module} at ${point}, ${lack}.`;
    this.contributionErrors.count(module, point, id, new PortalError('contribution-incomplete', message));
    return false;
  }
}
