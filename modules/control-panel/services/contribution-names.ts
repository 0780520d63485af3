import {
  type ExplainablePoint,
  Explanations,
  Flags,
  inject,
  injectable,
  MessageCatalog,
  Messages,
  type ModuleStatus,
  Permissions,
  tokenId,
} from '@portico/core';

/** What the ids of the portal's own points begin with; its words are those of the core. */
const portal = 'portico.';

const ownerOf = (point: string): string => (point.startsWith(portal) ? 'core' : (point.split('.')[0] ?? point));

export type ContributionFacts = ExplainablePoint['contributions'][number];

/** What people call what modules contribute, and what decides about it. */
@injectable()
export class ContributionNames {
  constructor(
    @inject(Explanations) private readonly explanations: Explanations,
    @inject(Flags) private readonly flags: Flags,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** What people call such a contribution, in the words of the module that opens the point; undefined where it has none. */
  kind(point: string, { kind }: ContributionFacts, locale: string): string | undefined {
    if (kind === undefined) return undefined;
    const word = this.catalog.for(ownerOf(point)).text(kind, undefined, locale);
    return word === kind ? undefined : word;
  }

  /** Of the portal's own part it is the name of the portal. */
  module(id: string, locale: string): string {
    return id === 'core' ? this.messages.text('portal.name', undefined, locale) : this.catalog.nameOf(id, locale);
  }

  /** The name on the screen, also of what has left with its module as long as its words are there; else what it goes by, else its id. */
  name({ id, module, label, subject }: ContributionFacts, locale: string): string {
    // The title of a check is a sentence, not a key.
    if (label?.includes(' ')) return label;
    const word = label === undefined ? undefined : this.catalog.for(module).text(label, undefined, locale);
    return (word === label ? undefined : word) ?? subject ?? id;
  }

  /** Whether people can recognise it: not by an id, a class or the sentence that a check is called. */
  isRecognised(facts: ContributionFacts, locale: string): boolean {
    const name = this.name(facts, locale);
    return name !== facts.id && !name.startsWith(`${facts.module}.`) && !/[.!?]$/.test(name);
  }

  /** As one of a list: "Site Settings (entry of the Control Panel of Settings)". */
  option(point: string, facts: ContributionFacts, locale: string): string {
    const name = this.name(facts, locale);
    const module = this.catalog.nameOf(facts.module, locale);
    const kind = this.kind(point, facts, locale);
    return kind
      ? this.messages.text('diagnostics.option-of-kind', { name, kind, module }, locale)
      : this.messages.text('diagnostics.option', { name, module }, locale);
  }

  find(point: string, contribution: string, module: string): ContributionFacts | undefined {
    return this.at(point).find(({ id, module: owner }) => id === contribution && owner === module);
  }

  /** What a module contributes now, each with its name. */
  contributedBy(
    module: string,
    contributes: ModuleStatus['contributes'],
    locale: string,
  ): readonly { readonly point: string; readonly id: string; readonly name: string }[] {
    const points = new Map(this.explanations.points().map(({ id, contributions }) => [id, contributions]));
    return contributes.map(({ point, id }) => {
      const facts = points.get(point)?.find((each) => each.id === id && each.module === module);
      return { point, id, name: facts ? this.name(facts, locale) : id };
    });
  }

  /** What a step asks about, by name and id; the id alone where it has no name. */
  subject(criterion: string, id: string, locale: string): string {
    const name =
      criterion === 'module'
        ? this.catalog.nameOf(id, locale)
        : criterion === 'flag'
          ? this.flags.state(id)?.title
          : criterion === 'permission'
            ? this.permission(id, locale)
            : undefined;
    return name === undefined || name === id ? id : this.messages.text('diagnostics.named', { name, id }, locale);
  }

  private permission(id: string, locale: string): string | undefined {
    const found = this.at(tokenId(Permissions)).find(({ subject }) => subject === id);
    return found && this.name(found, locale);
  }

  private at(point: string): readonly ContributionFacts[] {
    return this.explanations.points().find(({ id }) => id === point)?.contributions ?? [];
  }
}
