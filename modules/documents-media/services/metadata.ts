import {
  type AccessContext,
  type ConditionalContributions,
  type Contribution,
  type Contributions,
  contributions,
  inject,
  injectable,
} from '@portico/core';
import {
  type DocumentChoice,
  DocumentChoices,
  type DocumentMetadata,
  DocumentMetadataKinds,
  type MetadataFilter,
} from '../api/metadata.js';
import type { ChoiceFacts } from '../api/new-menu.js';

export type MetadataValues = Readonly<Record<string, unknown>>;

/** The kinds of metadata that modules bring, and what they say of values that documents have. */
@injectable()
export class Metadata {
  constructor(
    @inject(contributions(DocumentMetadataKinds)) private readonly kinds: Contributions<DocumentMetadata>,
    @inject(contributions(DocumentChoices)) private readonly choices: ConditionalContributions<DocumentChoice>,
  ) {}

  /** The kinds among some values, with their contributions; values of modules that are gone are left out. */
  among(values: MetadataValues): readonly Contribution<DocumentMetadata>[] {
    return this.kinds.all().filter(({ value: { kind } }) => Object.hasOwn(values, kind));
  }

  /** The one that tells programs of a kind. */
  reporter(kind: string): Contribution<DocumentMetadata> | undefined {
    return this.kinds.all().find(({ value }) => value.kind === kind && value.report);
  }

  filters(): readonly { readonly module: string; readonly kind: string; readonly filter: MetadataFilter }[] {
    return this.kinds.all().flatMap(({ module, value: { kind, filter } }) => (filter ? [{ module, kind, filter }] : []));
  }

  /** The first mark of the kinds; pictures carry one. */
  xmp(values: MetadataValues): string | undefined {
    return this.kinds.each((each) => each.xmp?.(values[each.kind]), this.among(values)).find(Boolean);
  }

  checksums(access: AccessContext, values: MetadataValues): readonly { readonly label: string; readonly value: string }[] {
    return this.kinds.each((each) => each.checksums?.(access, values[each.kind]) ?? [], this.among(values)).flat();
  }

  searchTexts(values: MetadataValues): readonly { readonly kind: string; readonly text: string }[] {
    const texts = this.kinds.each(
      (each) => ({ kind: each.kind, text: each.searchText?.(values[each.kind]) ?? '' }),
      this.among(values),
    );
    return texts.filter(({ text }) => text !== '');
  }

  choice(access: AccessContext, kinds: readonly string[]): ChoiceFacts {
    const asked = this.choices.visible(access).filter(({ value }) => kinds.includes(value.kind));
    return Object.assign({}, ...this.choices.each((each) => each.choice(access), asked));
  }

  /** Uses one kind; undefined when it fails, which is counted as its own trouble. */
  async ask<R>(
    contribution: Contribution<DocumentMetadata>,
    use: (kind: DocumentMetadata) => Promise<R> | undefined,
  ): Promise<R | undefined> {
    try {
      return await use(contribution.value);
    } catch (error) {
      this.kinds.each(() => {
        throw error;
      }, [contribution]);
      return undefined;
    }
  }
}

/** As it stands in the row: kinds apart from values, so that a list can ask for one. */
export function metadataColumns(values: MetadataValues = {}): {
  readonly metadata: string | null;
  readonly metadataKinds: string | null;
} {
  const kinds = Object.keys(values);
  if (kinds.length === 0) return { metadata: null, metadataKinds: null };
  return { metadata: JSON.stringify(values), metadataKinds: ` ${kinds.join(' ')} ` };
}

export const metadataOf = (stored: string | null): MetadataValues =>
  stored === null ? {} : (JSON.parse(stored) as MetadataValues);
