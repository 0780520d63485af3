import { inject, injectable, type PortalError, type RouteContext } from '@portico/core';
import type { Document } from '../api/documents.js';
import { Creators } from '../services/creators.js';
import { DocumentActionList } from '../services/document-action-list.js';
import { altTextLimit } from '../services/document-adding.js';
import type { DocumentFields } from '../services/document-changes.js';
import { Folders } from '../services/folders.js';
import { imageTypes, isShown } from '../services/known-types.js';
import { Metadata } from '../services/metadata.js';
import { type DocumentVersion, PortalDocuments } from '../services/portal-documents.js';
import { WithheldFiles } from '../services/withheld-files.js';
import { documentAddress, listAddress } from './addresses.js';
import { abilities, actionLinks } from './list-model.js';
import { fileLook, typeLabel, typeName } from './type-name.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** A form that could not be saved, as it was sent. */
export interface RefusedForm {
  readonly form: DocumentFields;
  /** What the form counts as shown when it is sent again. */
  readonly seen: DocumentFields;
  readonly error: PortalError;
  /** Fields that somebody else changed too. */
  readonly conflicts?: readonly (keyof DocumentFields)[];
}

/** The page of one document: picture, details, versions. Who may not open Documents and Media gets what a reader needs: the picture and its facts. */
@injectable()
export class DocumentPage {
  constructor(
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(Folders) private readonly folders: Folders,
    @inject(Creators) private readonly creators: Creators,
    @inject(DocumentActionList) private readonly actions: DocumentActionList,
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(WithheldFiles) private readonly withheld: WithheldFiles,
  ) {}

  async show(ctx: AnyContext, document: Document, refused?: RefusedForm): Promise<void> {
    const { locale } = ctx.access;
    const place = documentAddress(document.id);
    const path = await this.folders.path(ctx.access, document.folderId);
    const may = abilities(ctx.access);
    const { mayOpen } = may;
    const versions = mayOpen ? await this.documents.versions(ctx.access, document.id) : [];
    const isImage = isShown(document);
    const keepsOriginal = this.metadata.among(document.metadata).some(({ value }) => value.keepsOriginal);
    // A picture that is shown can be had; of the rest a reader's copy may not be possible.
    const isWithheld = !isImage && (await this.withheld.isWithheldFrom(ctx.access, document.id));
    const look = fileLook(document.mimeType, document.name);
    const model = {
      document,
      isImage,
      noPreview: isImage ? undefined : ctx.text(noPreviewKey(document.mimeType, isWithheld)),
      kindIcon: look.icon,
      kind: look.kind,
      typeLabel: typeLabel(document.mimeType, document.name),
      isTransparent: isImage && document.mimeType !== 'image/jpeg',
      type: typeName(ctx, document.mimeType, document.name),
      dimensions: dimensions(document),
      author: mayOpen && this.creators.name(document.createdBy, locale),
      version: versions[0]?.label,
      view: ctx.url(`${place}/view`),
      download: isWithheld ? undefined : ctx.url(`${place}/download`),
      move: ctx.url(`${place}/move`),
      remove: ctx.url(`${place}/delete`),
      permissions: may.mayChangePermissions && ctx.url(`${place}/permissions`),
      action: ctx.url(place),
      crumbs: mayOpen && [
        { name: ctx.text('title'), href: ctx.url('~/documents-media') },
        ...path.map((step) => ({ name: step.name, href: ctx.url(listAddress(step.id)) })),
      ],
      checksums: mayOpen && checksums(ctx, document, versions, this.metadata.checksums(ctx.access, document.metadata)),
      checksumStart: versions[0]?.sha256.slice(0, 8),
      imageActions: isImage ? actionLinks(ctx, this.actions.ofImages(ctx.access, document.folderId)) : [],
      panels: mayOpen ? await this.panels(ctx, document, versions) : [],
      versions: versions.map((version, index) => ({
        label: version.label,
        isCurrent: index === 0,
        // The file as it came, beside the one that was made of it to be delivered.
        isOriginal: keepsOriginal && index > 0 && index === versions.length - 1,
        type: typeName(ctx, version.mimeType, document.name),
        size: version.size,
        dimensions: dimensions(version),
        createdAt: new Date(version.createdAt),
        author: this.creators.name(version.createdBy, locale),
        download: ctx.url(`${place}/versions/${version.label}/download`),
      })),
      values: refused?.form ?? { name: document.name, altText: document.altText },
      seen: refused?.seen ?? document,
      errors: refused?.conflicts ? conflictsOf(ctx, document, refused.conflicts) : errorsOf(refused?.error),
      altTextLimit,
      ...may,
    };
    ctx.render('document', model, { title: document.name, status: refused?.error.status ?? 200 });
  }

  /** What modules tell of the document, in views of their own. */
  private async panels(ctx: AnyContext, document: Document, versions: readonly DocumentVersion[]): Promise<readonly object[]> {
    const panels = this.metadata.among(document.metadata).map(async (contribution) => {
      const { module, value } = contribution;
      const shown = {
        access: ctx.access,
        document,
        versions,
        author: this.creators.name(document.createdBy, ctx.access.locale),
        report: ctx.url(`${documentAddress(document.id)}/${value.kind}`),
        actions: this.actions
          .ofMetadata(ctx.access, value.kind)
          .map(({ label, href }) => ({ label, href: ctx.url(href) + document.id })),
      };
      const panel = await this.metadata.ask(contribution, (kind) => kind.panel?.(shown, document.metadata[kind.kind]));
      return panel && { ...panel, module };
    });
    return (await Promise.all(panels)).filter((panel) => panel !== undefined);
  }
}

function noPreviewKey(mimeType: string, isWithheld: boolean): string {
  if (isWithheld) return 'document.withheld';
  return imageTypes.has(mimeType) ? 'document.too-large' : 'document.no-preview';
}

/** What names the document and its files exactly, each to be copied. */
function checksums(
  ctx: RouteContext<unknown, unknown, unknown>,
  document: Document,
  versions: readonly DocumentVersion[],
  others: readonly { readonly label: string; readonly value: string }[],
): readonly object[] {
  const rows = [
    { label: ctx.text('checksums.id'), value: document.id },
    ...versions.map(({ label, sha256 }) => ({ label: ctx.text('checksums.version', { label }), value: sha256 })),
    ...others,
  ];
  const copied = ctx.text('checksums.copied');
  return rows.map((row) => ({ ...row, copied, copy: ctx.text('checksums.copy', row) }));
}

function dimensions(picture: { readonly width?: number | null; readonly height?: number | null }): string | undefined {
  return picture.width && picture.height ? `${picture.width} × ${picture.height}` : undefined;
}

/** What the other person made of the fields that both changed. */
function conflictsOf(
  ctx: AnyContext,
  document: Document,
  conflicts: readonly (keyof DocumentFields)[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(conflicts.map((field) => [field, ctx.text('document.theirs', { text: document[field] })]));
}

/** Sentences by field; what belongs to no field belongs to the name, the only other thing that can clash. */
export function errorsOf(error: PortalError | undefined): Readonly<Record<string, string>> {
  if (!error) return {};
  return (error.details.fields as Record<string, string> | undefined) ?? { name: error.message };
}
