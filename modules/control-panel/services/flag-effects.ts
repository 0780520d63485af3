import { Flags, inject, injectable, Messages, Modules } from '@portico/core';
import { ContributionNames } from './contribution-names.js';

/** One thing that appears and disappears with a flag. */
export interface FlagEffect {
  /** As people know it on the screen. */
  readonly name: string;
  /** What it is, e.g. "Menu item". */
  readonly kind: string;
  /** Id of the module that brings it. */
  readonly module: string;
  /** The flag it is bound to, when that is one that depends on the flag in question. */
  readonly through: string | undefined;
}

/** The same as a screen shows it. */
export interface ShownEffect extends FlagEffect {
  /** The module as people know it. */
  readonly moduleName: string;
}

/** What a flag affects, as a screen shows it. */
export interface ShownEffects {
  /** What people see, by the names they see. */
  readonly named: readonly ShownEffect[];
  /** What works unseen and has but an identifier. */
  readonly unseen: readonly ShownEffect[];
  /** Whether those with a name are so few that one sentence says them. */
  readonly areFew: boolean;
  /** The modules of what works unseen, as people know them. */
  readonly modules: string;
}

/** One that people know by the name it has on the screen, and the others. */
type FoundEffect = FlagEffect & { readonly isNamed: boolean };

const mostInASentence = 3;

/** Says what a flag affects, from the data that decides it: `enabledBy` of modules and `when` of contributions. */
@injectable()
export class FlagEffects {
  constructor(
    @inject(Flags) private readonly flags: Flags,
    @inject(Modules) private readonly modules: Modules,
    @inject(ContributionNames) private readonly names: ContributionNames,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** What is bound to the flag itself first, then what is bound to flags that depend on it. */
  of(key: string, locale: string): readonly FlagEffect[] {
    return this.found(key, locale).map(({ isNamed, ...effect }) => effect);
  }

  shown(key: string, locale: string): ShownEffects {
    const found = this.found(key, locale).map((effect) => ({ ...effect, moduleName: this.names.module(effect.module, locale) }));
    const effects = [...new Map(found.map((effect) => [`${effect.kind} ${effect.name}`, effect])).values()];
    const named = effects.filter(({ isNamed }) => isNamed);
    const unseen = effects.filter(({ isNamed }) => !isNamed);
    const modules = [...new Set(unseen.map(({ moduleName }) => moduleName))].join(', ');
    return { named, unseen, areFew: named.length <= mostInASentence, modules };
  }

  private found(key: string, locale: string): readonly FoundEffect[] {
    return this.withDependents(key).flatMap((flag) => {
      const through = flag === key ? undefined : flag;
      const contributed = this.modules.contributionsWhen(flag).map(({ point, id, module }) => {
        const facts = this.names.find(point, id, module) ?? { id, module };
        const kind = this.names.kind(point, facts, locale);
        // What has no kind may have a title that is no key: that of a check is a sentence.
        const isNamed = kind !== undefined && facts.label !== undefined;
        return {
          name: isNamed ? this.names.name(facts, locale) : (facts.subject ?? id),
          kind: kind ?? this.messages.text('flags.kind.other', { point }, locale),
          module,
          through,
          isNamed,
        };
      });
      return [...this.modulesOf(flag, through, locale), ...contributed];
    });
  }

  private modulesOf(flag: string, through: string | undefined, locale: string): readonly FoundEffect[] {
    const switched = this.modules
      .list()
      .filter(({ enabledBy }) => enabledBy === flag)
      .map(({ id }) => id);
    const following = switched.flatMap((id) => this.modules.dependentsOf(id)).filter((id) => !switched.includes(id));
    const kind = this.messages.text('flags.kind.module', undefined, locale);
    return [...switched, ...new Set(following)].map((id) => ({
      name: this.names.module(id, locale),
      kind,
      module: id,
      through,
      isNamed: true,
    }));
  }

  private withDependents(key: string): readonly string[] {
    const found = new Set([key]);
    // A set is walked in the order of its growth, so that what is added is visited too.
    for (const flag of found) for (const dependent of this.flags.state(flag)?.dependents ?? []) found.add(dependent);
    return [...found];
  }
}
