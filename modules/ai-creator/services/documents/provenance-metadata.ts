import { type AccessContext, inject, injectable, Messages, SiteDirectory, z } from '@portico/core';
import {
  type ChoiceFacts,
  type DocumentChoice,
  type DocumentMetadata,
  Documents,
  type MetadataFilter,
  type MetadataPanel,
  type MetadataReport,
  type ShownDocument,
} from '@portico/documents-media/api';
import { compositeMark, compositeWithTrainedAlgorithmicMedia, generatedMark, trainedAlgorithmicMedia } from './generated-mark.js';
import { type Provenance, provenanceKind, type VariationSource } from './provenance.js';

const knownParameters: ReadonlySet<string> = new Set(['quality', 'requested', 'format', 'style']);

const text = z.string();
const number = z.number();

/** What programs are told. Documents of earlier times lack some of it. */
const reportAnswer = z.object({
  document: z.object({ id: text, name: text, altText: text, altTextDrafted: z.boolean() }),
  person: z.object({ id: text, name: text }),
  addedAt: z.iso.datetime(),
  digitalSourceType: text,
  provenance: z
    .object({
      kind: text,
      prompt: text,
      provider: text,
      providerName: text,
      model: text,
      size: text,
      generatedAt: text,
      generationId: text,
      parameters: z.record(text, z.union([text, number])),
      usage: z.object({ inputTokens: number, outputTokens: number, images: number }).partial(),
      cost: z.object({ amount: number, currency: text }),
      variationOf: z.object({ name: text, sha256: text, documentId: text, version: text, idempotencyKey: text }).partial(),
      isComposite: z.boolean(),
    })
    .partial(),
  source: z.object({ id: text, name: text }).optional(),
  versions: z.array(
    z.object({
      label: text,
      isCurrent: z.boolean(),
      isOriginal: z.boolean(),
      sha256: text,
      size: number,
      mimeType: text,
      width: number.nullable(),
      height: number.nullable(),
    }),
  ),
});

/** Everything that is known of how a document came to be, as the panel on its page shows it. */
function provenancePanel(
  messages: Messages,
  { access, author, report, actions }: ShownDocument,
  provenance: Provenance,
  variationOf: object | undefined,
): object {
  const { locale } = access;
  const text = (key: string, values?: Readonly<Record<string, string | number>>): string => messages.text(key, values, locale);
  const { parameters = {}, usage, cost } = provenance;
  return {
    ...provenance,
    variationOf,
    author,
    report,
    actions,
    generatedAt: new Date(provenance.generatedAt),
    parameters: Object.entries(parameters).map(([name, value]) => ({
      label: text(`provenance.parameter-${knownParameters.has(name) ? name : 'other'}`, { name }),
      value,
    })),
    usage:
      usage &&
      text('provenance.usage-of', {
        input: usage.inputTokens,
        output: usage.outputTokens,
        images: usage.images,
      }),
    cost:
      cost &&
      new Intl.NumberFormat(locale, { style: 'currency', currency: cost.currency, maximumFractionDigits: 4 }).format(cost.amount),
  };
}

/** What the portal keeps of how a document was generated: on its page, for programs, in its small picture, and in the lists. */
@injectable()
export class ProvenanceMetadata implements DocumentMetadata, DocumentChoice {
  readonly kind = provenanceKind;
  readonly keepsOriginal = true;
  readonly filter: MetadataFilter = {
    value: 'generated',
    label: 'provenance.title',
    icon: 'stars',
    mark: 'filter.mark',
    emptyTitle: 'filter.no-generated',
    emptyText: 'filter.no-generated-text',
  };

  constructor(
    @inject(Documents) private readonly documents: Documents,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  searchText(value: unknown): string {
    return (value as Provenance).prompt;
  }

  xmp(value: unknown): string {
    return (value as Provenance).isComposite ? compositeMark : generatedMark;
  }

  choice(): ChoiceFacts {
    return { generated: true };
  }

  checksums({ locale }: AccessContext, value: unknown): readonly { readonly label: string; readonly value: string }[] {
    const { variationOf } = value as Provenance;
    return variationOf
      ? [{ label: this.messages.text('provenance.variation-hash', undefined, locale), value: variationOf.sha256 }]
      : [];
  }

  async panel(shown: ShownDocument, value: unknown): Promise<MetadataPanel> {
    const provenance = value as Provenance;
    const { variationOf } = provenance;
    const source = variationOf && (await this.sourceOf(shown.access, variationOf));
    const link = variationOf && {
      ...variationOf,
      name: source?.name ?? variationOf.name,
      href: source && this.pageOf(shown, source.id),
    };
    return { view: 'provenance', model: provenancePanel(this.messages, shown, provenance, link) };
  }

  readonly report: MetadataReport = { answer: reportAnswer, make: (shown, value) => this.reportOf(shown, value) };

  private async reportOf({ access, document, versions, author }: ShownDocument, value: unknown): Promise<object> {
    const provenance = value as Provenance;
    const { variationOf, isComposite } = provenance;
    return {
      document: { id: document.id, name: document.name, altText: document.altText, altTextDrafted: document.altTextDrafted },
      person: { id: document.createdBy, name: author },
      addedAt: document.createdAt,
      digitalSourceType: isComposite ? compositeWithTrainedAlgorithmicMedia : trainedAlgorithmicMedia,
      provenance,
      source: variationOf && (await this.sourceOf(access, variationOf)),
      versions: versions.map(({ label, sha256, size, mimeType, width, height }, index) => ({
        label,
        isCurrent: index === 0,
        isOriginal: index === versions.length - 1,
        sha256,
        size,
        mimeType,
        width,
        height,
      })),
    };
  }

  /** What a variation derives from, where it is still there, or became a document afterwards. */
  private async sourceOf(
    access: AccessContext,
    { documentId, idempotencyKey }: VariationSource,
  ): Promise<{ readonly id: string; readonly name: string } | undefined> {
    if (documentId) return this.documents.lookUp(access, { id: documentId });
    return idempotencyKey ? this.documents.lookUp(access, { idempotencyKey }) : undefined;
  }

  private pageOf({ document }: ShownDocument, id: string): string | undefined {
    const site = this.sites.byId(document.siteId);
    return site && this.documents.links({ ...document, id }, site).page;
  }
}
