import {
  type ConditionalContributions,
  type ConditionalOptions,
  type Disposable,
  type DisposableStore,
  type ExtensionPoint,
  optional,
  PortalError,
  type ServiceToken,
  tokenId,
} from '../api/index.js';
import { lackOf } from '../api/point-requirements.js';
import { isConditional } from '../api/tokens.js';
import { Container } from '../libraries/kernel.js';
import type { PointRegistry } from './point-registry.js';
import type { ServiceRegistry } from './service-registry.js';

/** What the core itself offers to modules. All of it is there before the first module starts, and stays. */
export class CoreServices {
  /** Holds nothing but constants, bound before boot: containers of modules hang below it and can be dropped. */
  readonly root = new Container();
  /** Services and points by id, with their version. */
  readonly offers = new Map<string, string>();

  constructor(
    private readonly services: ServiceRegistry,
    private readonly points: PointRegistry,
    private readonly store: DisposableStore,
  ) {}

  bind<T>(token: ServiceToken<T>, service: T, version: string): void {
    const id = tokenId(token);
    const known = this.services.best(id);
    if (known?.service === service) return;
    if (known !== undefined) throw new PortalError('service-twice', `The core binds ${id} twice.`);
    this.offers.set(id, version);
    this.root.bind(token).toConstantValue(service);
    this.root.bind(optional(token)).toConstantValue({ get: () => service });
    this.services.add({ id, version, module: 'core', ranking: 0, age: 0, service });
  }

  host<T>(point: ExtensionPoint<T>, version: string): ConditionalContributions<T> {
    const id = tokenId(point);
    const { view, closing } = this.points.open(point, 'core', version, this);
    this.offers.set(id, version);
    this.store.add(closing);
    return view as unknown as ConditionalContributions<T>;
  }

  contribute<T>(point: ExtensionPoint<T>, value: T, { id, order = 100, when }: ConditionalOptions): Disposable {
    const pointId = tokenId(point);
    const named = id ?? String(this.points.countOf(pointId, 'core'));
    if (when !== undefined && !isConditional(point))
      throw new PortalError(
        'when-not-asked',
        `The core contributes "${named}" to ${pointId} with a "when", which nobody asks there.`,
      );
    const lack = lackOf(pointId, value);
    if (lack !== undefined)
      throw new PortalError('contribution-incomplete', `The core contributes "${named}" to ${pointId}, ${lack}.`);
    const contribution = Object.freeze({ id: named, module: 'core', order, when, value });
    return this.store.add(this.points.publish([{ point: pointId, range: '*', contribution }]));
  }

  /** Points of the core's API are known to everybody, whichever module hosts them. */
  knows(point: string): boolean {
    return this.offers.has(point) || point.startsWith('portico.');
  }
}
