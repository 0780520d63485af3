import {
  ApiCatalog,
  type CatalogEntry,
  type CatalogKind,
  Explanations,
  inject,
  injectable,
  MessageCatalog,
  Modules,
} from '@portico/core';
import { foldText } from '@portico/core/util';
import { ContributionNames } from './contribution-names.js';

/** An entry by the names that people see. */
export interface ShownEntry extends CatalogEntry {
  readonly name: string;
  /** The name is that of code, or an id: English. */
  readonly isCode: boolean;
  readonly moduleName: string;
  /** The first sentence of the description. */
  readonly brief: string;
}

/** A point as it stands now. */
export interface StandingPoint {
  /** The module that opens it; undefined while none does. */
  readonly host: string | undefined;
  /** Who adds what to it, by module. What was there and has gone with its module is left out. */
  readonly contributors: readonly Contributor[];
}

/** What one module adds to a point now. */
export interface Contributor {
  readonly module: string;
  readonly moduleName: string;
  readonly contributions: readonly { readonly id: string; readonly name: string }[];
}

/** The catalogue of what modules can build on, of this portal as it stands. */
@injectable()
export class CatalogEntries {
  constructor(
    @inject(ApiCatalog) private readonly catalog: ApiCatalog,
    @inject(Explanations) private readonly explanations: Explanations,
    @inject(Modules) private readonly modules: Modules,
    @inject(ContributionNames) private readonly names: ContributionNames,
    @inject(MessageCatalog) private readonly words: MessageCatalog,
  ) {}

  /** Those in which every word of a text stands: in a name, an id, what is said of it, or the name of its module. */
  found(text: string, kind: CatalogKind | undefined, locale: string): readonly ShownEntry[] {
    const wanted = foldText(text).split(' ').filter(Boolean);
    return this.catalog
      .entries()
      .filter((entry) => kind === undefined || entry.kind === kind)
      .map((entry) => this.shown(entry, locale))
      .filter(({ name, id, description, moduleName }) => {
        const about = foldText([name, id, description, moduleName].join(' '));
        return wanted.every((word) => about.includes(word));
      })
      .sort((a, b) => a.name.localeCompare(b.name, locale) || a.id.localeCompare(b.id));
  }

  find(kind: CatalogKind, id: string, locale: string): ShownEntry | undefined {
    const entry = this.catalog.entries().find((each) => each.kind === kind && each.id === id);
    return entry && this.shown(entry, locale);
  }

  /** Modules that offer a service now. */
  providersOf(service: string): readonly string[] {
    return this.modules
      .list()
      .flatMap(({ id, state, provides }) => (state === 'active' && provides.includes(service) ? [id] : []));
  }

  /** Modules that ask for a service: the names of those that cannot do without it. */
  usersOf(service: string): readonly string[] {
    return this.modules.list().flatMap(({ id, requires }) => (requires.includes(service) ? [id] : []));
  }

  /** Any point by its id. All are taken when this is called: once for a page, however many points stand on it. */
  points(locale: string): (id: string) => StandingPoint {
    const points = new Map(this.explanations.points().map((point) => [point.id, point]));
    const there = new Set(
      this.modules
        .list()
        .flatMap(({ id: module, contributes }) => contributes.map(({ point, id }) => `${module} ${point} ${id}`)),
    );
    return (point) => {
      const { host, contributions = [] } = points.get(point) ?? {};
      const active = contributions.filter(({ module, id }) => module === 'core' || there.has(`${module} ${point} ${id}`));
      const contributors = [...new Set(active.map(({ module }) => module))].map((module) => ({
        module,
        moduleName: this.nameOf(module, locale),
        contributions: active
          .filter((facts) => facts.module === module)
          .map((facts) => ({ id: facts.id, name: this.names.name(facts, locale) })),
      }));
      return { host, contributors };
    };
  }

  nameOf(module: string, locale: string): string {
    return this.names.module(module, locale);
  }

  private shown(entry: CatalogEntry, locale: string): ShownEntry {
    const label = entry.label && this.words.for(entry.module).text(entry.label, undefined, locale);
    const name = entry.kind === 'event' ? entry.id : (entry.imported?.name ?? label ?? entry.id);
    // The marks of code are for editors.
    const description = entry.description.replaceAll('`', '');
    const brief = /^[\s\S]*?(?<!e\.g|i\.e)[.](?=\s|$)/.exec(description)?.[0] ?? description;
    return { ...entry, name, isCode: name !== label, description, brief, moduleName: this.nameOf(entry.module, locale) };
  }
}
