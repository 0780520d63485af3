import {
  type ExplainablePoint,
  Explanations,
  Flags,
  inject,
  injectable,
  MessageCatalog,
  Messages,
  Permissions,
  tokenId,
} from '@portico/core';

/** Points whose entries people know by a name of their own; everything else is named with its point. */
const kinds: Readonly<Record<string, string>> = {
  'portico.menu-items': 'flags.kind.menu-item',
  'portico.menu-items/control-panel': 'flags.kind.control-panel-item',
  'portico.personal-menu-items': 'flags.kind.personal-menu-item',
  'portico.http-routes': 'flags.kind.routes',
  'documents-media.new-menu-items': 'flags.kind.new-menu-item',
  'configuration.settings-definitions': 'flags.kind.settings-page',
  'configuration.settings-actions': 'flags.kind.settings-action',
  'item-selector.views': 'flags.kind.selector-tab',
  'documents-media.document-actions': 'flags.kind.document-action',
  'ai-usage.pages': 'flags.kind.page',
};

/** Message key of what an entry of a point is, e.g. "entry of the New menu"; undefined where people know no word for it. */
export function kindKey(point: string, menu?: string): string | undefined {
  return kinds[`${point}/${String(menu)}`] ?? kinds[point];
}

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

  /** The name on the screen, also of what has left with its module as long as its words are there; else what it goes by, else its id. */
  name({ id, module, label, subject }: ContributionFacts, locale: string): string {
    // The title of a check is a sentence, not a key.
    if (label?.includes(' ')) return label;
    const word = label === undefined ? undefined : this.catalog.for(module).text(label, undefined, locale);
    return (word === label ? undefined : word) ?? subject ?? id;
  }

  /** As one of a list: "Site Settings (entry of the Control Panel of Settings)". */
  option(point: string, facts: ContributionFacts, locale: string): string {
    const name = this.name(facts, locale);
    const module = this.catalog.nameOf(facts.module, locale);
    const key = kindKey(point, facts.menu);
    const kind = key && this.messages.text(key, undefined, locale);
    return kind
      ? this.messages.text('diagnostics.option-of-kind', { name, kind, module }, locale)
      : this.messages.text('diagnostics.option', { name, module }, locale);
  }

  find(point: string, contribution: string, module: string): ContributionFacts | undefined {
    return this.at(point).find(({ id, module: owner }) => id === contribution && owner === module);
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
