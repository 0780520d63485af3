import { type Class, contributions, optional, serviceToken, tokenId } from '../api/index.js';
import { Container, type ServiceIdentifier } from '../libraries/kernel.js';
import type { Declarations, Made } from './declarations.js';
import type { PointView } from './point-view.js';
import type { ServiceEntry, ServiceRegistry } from './service-registry.js';

/** What one start of a module is made of: its own container under the portal's, and the objects in it. */
export class ModuleContainer {
  private readonly container: Container;

  /** @param onMade told of each object a class of the module's became, in the order of their making. */
  constructor(
    root: Container,
    private readonly onMade: (made: unknown) => void,
  ) {
    this.container = new Container({ parent: root });
  }

  bindConstant(token: symbol, value: unknown): void {
    this.container.bind(token).toConstantValue(value);
  }

  /** Required services as they are now: they are the ones this start lives and dies with. */
  bindRequired(entries: readonly ServiceEntry[]): void {
    for (const entry of entries) this.bindConstant(serviceToken(entry.id), entry.service);
  }

  /** Handles, for services that may come and go. */
  bindHandles(ranges: Readonly<Record<string, string>>, services: ServiceRegistry, asking: string): void {
    for (const [id, range] of Object.entries(ranges))
      this.bindConstant(optional(serviceToken(id)), services.handle(id, range, asking));
  }

  bindPoint(view: PointView<unknown>): void {
    this.container.bind(contributions(Symbol.for(`portico.point:${view.id}`) as never)).toConstantValue(view);
  }

  /** Each class once per start, however often it is named; tokens of the module's own lead to them. */
  bindDeclared(declared: Declarations): void {
    for (const each of declared.classes)
      this.container
        .bind(each)
        .toSelf()
        .inSingletonScope()
        .onActivation((_, made) => {
          this.onMade(made);
          return made;
        });
    for (const { token, made } of [...declared.bindings, ...declared.services]) {
      if (this.container.isCurrentBound(token)) continue;
      if (made.kind === 'class') this.container.bind(token).toService(made.from);
      else this.bindConstant(token, made.value);
    }
  }

  make(made: Made): unknown {
    return made.kind === 'value' ? made.value : this.get(made.from);
  }

  get<T>(from: Class<T>): T {
    try {
      return this.container.get<T>(from as ServiceIdentifier<T>);
    } catch (error) {
      throw new Error(`${from.name || 'A class'} cannot be made: ${explained(error)}`, { cause: error });
    }
  }
}

/** inversify names symbols; people know the ids in their manifest. */
function explained(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const missing =
    /No (?:matching )?bindings? found[\s\S]*?Symbol\((portico\.(service|optional|former|contributions):[^)]+)\)/.exec(message);
  if (missing === null) return message;
  const id = tokenId(Symbol(missing[1]));
  if (missing[2] === 'contributions') return `it asks for the contributions to ${id}, which this module does not host.`;
  if (missing[2] === 'former') return `it asks for the former service ${id}, which this module does not decorate.`;
  return `it asks for the service ${id}; name it under "${missing[2] === 'optional' ? 'optional' : 'requires'}" in the manifest.`;
}
