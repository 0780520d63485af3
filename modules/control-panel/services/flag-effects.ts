import { Flags, inject, injectable, MessageCatalog, Messages, Modules, type RegisteredContribution } from '@portico/core';
import { kindKey } from './contribution-names.js';
import { dependentsOf } from './module-actions.js';

/** One thing that appears and disappears with a flag. */
export interface FlagEffect {
  /** As people know it on the screen. */
  readonly name: string;
  /** What it is, e.g. "Menu item". */
  readonly kind: string;
  /** The module that brings it. */
  readonly module: string;
  /** The flag it is bound to, when that is one that depends on the flag in question. */
  readonly through: string | undefined;
}

/** What a flag affects, as a screen shows it. */
export interface ShownEffects {
  /** What people see, by the names they see. */
  readonly named: readonly FlagEffect[];
  /** What works unseen and has but an identifier. */
  readonly unseen: readonly FlagEffect[];
  /** Whether those with a name are so few that one sentence says them. */
  readonly areFew: boolean;
  /** The modules of what works unseen. */
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
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** What is bound to the flag itself first, then what is bound to flags that depend on it. */
  of(key: string, locale: string): readonly FlagEffect[] {
    return this.found(key, locale).map(({ isNamed, ...effect }) => effect);
  }

  shown(key: string, locale: string): ShownEffects {
    const effects = [...new Map(this.found(key, locale).map((effect) => [`${effect.kind} ${effect.name}`, effect])).values()];
    const named = effects.filter(({ isNamed }) => isNamed);
    const unseen = effects.filter(({ isNamed }) => !isNamed);
    const modules = [...new Set(unseen.map(({ module }) => module))].join(', ');
    return { named, unseen, areFew: named.length <= mostInASentence, modules };
  }

  private found(key: string, locale: string): readonly FoundEffect[] {
    return this.withDependents(key).flatMap((flag) => {
      const through = flag === key ? undefined : flag;
      const contributed = this.modules.contributionsWhen(flag).map((contribution) => {
        // What has no kind may have a title that is no key: that of a check is a sentence.
        const word = kindKey(contribution.point) === undefined ? undefined : wordOf(contribution);
        return {
          name:
            word === undefined ? identifierOf(contribution) : this.catalog.for(contribution.module).text(word, undefined, locale),
          kind: this.kindOf(contribution, locale),
          module: contribution.module,
          through,
          isNamed: word !== undefined,
        };
      });
      return [...this.modulesOf(flag, through, locale), ...contributed];
    });
  }

  private modulesOf(flag: string, through: string | undefined, locale: string): readonly FoundEffect[] {
    const all = this.modules.list();
    const switched = all.filter(({ enabledBy }) => enabledBy === flag).map(({ id }) => id);
    const following = switched.flatMap((id) => dependentsOf(id, all)).filter((id) => !switched.includes(id));
    const kind = this.messages.text('flags.kind.module', undefined, locale);
    return [...switched, ...new Set(following)].map((id) => ({ name: id, kind, module: id, through, isNamed: true }));
  }

  private withDependents(key: string): readonly string[] {
    const found = new Set([key]);
    // A set is walked in the order of its growth, so that what is added is visited too.
    for (const flag of found) for (const dependent of this.flags.state(flag)?.dependents ?? []) found.add(dependent);
    return [...found];
  }

  private kindOf({ point, value }: RegisteredContribution, locale: string): string {
    const key = kindKey(point, String(factsOf(value).menu));
    return key ? this.messages.text(key, undefined, locale) : this.messages.text('flags.kind.other', { point }, locale);
  }
}

/** Message key of the name that people see. */
function wordOf({ value }: RegisteredContribution): string | undefined {
  const { label, title } = factsOf(value);
  return [label, title].find((each) => typeof each === 'string') as string | undefined;
}

function identifierOf({ id, value }: RegisteredContribution): string {
  const { name, prefix } = factsOf(value);
  return ([name, prefix].find((each) => typeof each === 'string') as string | undefined) ?? id;
}

/** What a contribution says of itself; a contribution may be anything. */
function factsOf(value: unknown): Readonly<Record<string, unknown>> {
  return (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
}
