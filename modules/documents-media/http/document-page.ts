import { inject, injectable, type PortalError, type RouteContext } from '@portico/core';
import type { Document, Provenance } from '../api/documents.js';
import { Creators } from '../services/creators.js';
import { altTextLimit } from '../services/document-adding.js';
import { Folders } from '../services/folders.js';
import { imageTypes } from '../services/images.js';
import { NewMenu } from '../services/new-menu.js';
import { type DocumentVersion, PortalDocuments } from '../services/portal-documents.js';
import { documentAddress, listAddress, withQuery } from './addresses.js';
import { abilities, imageActions } from './list-model.js';
import { provenanceModel } from './provenance.js';
import { fileLook, typeLabel, typeName } from './type-name.js';

/** A form that could not be saved, as it was sent. */
export interface RefusedForm {
  readonly form: { readonly name: string; readonly altText: string };
  readonly error: PortalError;
}

/** The page of one document: picture, details, versions. */
@injectable()
export class DocumentPage {
  constructor(
    @inject(PortalDocuments) private readonly documents: PortalDocuments,
    @inject(Folders) private readonly folders: Folders,
    @inject(Creators) private readonly creators: Creators,
    @inject(NewMenu) private readonly newMenu: NewMenu,
  ) {}

  async show(ctx: RouteContext<unknown, unknown, unknown>, document: Document, refused?: RefusedForm): Promise<void> {
    const { locale } = ctx.access;
    const place = documentAddress(document.id);
    const path = await this.folders.path(ctx.access, document.folderId);
    const versions = await this.documents.versions(ctx.access, document.id);
    const isImage = imageTypes.has(document.mimeType);
    const may = abilities(ctx.access);
    const look = fileLook(document.mimeType, document.name);
    const model = {
      document,
      isImage,
      kindIcon: look.icon,
      kind: look.kind,
      typeLabel: typeLabel(document.mimeType, document.name),
      isTransparent: isImage && document.mimeType !== 'image/jpeg',
      type: typeName(ctx, document.mimeType, document.name),
      dimensions: dimensions(document),
      author: this.creators.name(document.createdBy, locale),
      version: versions[0]?.label,
      view: ctx.url(`${place}/view`),
      download: ctx.url(`${place}/download`),
      move: ctx.url(`${place}/move`),
      remove: ctx.url(`${place}/delete`),
      action: ctx.url(place),
      crumbs: may.mayOpen && [
        { name: ctx.text('title'), href: ctx.url('~/documents-media') },
        ...path.map((step) => ({ name: step.name, href: ctx.url(listAddress(step.id)) })),
      ],
      checksums: checksums(ctx, document, versions),
      checksumStart: versions[0]?.sha256.slice(0, 8),
      again: document.provenance ? this.again(ctx, document.id) : [],
      imageActions: isImage ? imageActions(ctx, this.newMenu.entries(ctx.access, document.folderId)) : [],
      provenance: document.provenance && (await this.provenance(ctx, document.provenance, `${place}/provenance`)),
      versions: versions.map((version, index) => ({
        label: version.label,
        isCurrent: index === 0,
        // The file as it came, beside the one that was made of it to be delivered.
        isOriginal: document.provenance !== undefined && index > 0 && index === versions.length - 1,
        type: typeName(ctx, version.mimeType, document.name),
        size: version.size,
        dimensions: dimensions(version),
        createdAt: new Date(version.createdAt),
        author: this.creators.name(version.createdBy, locale),
        download: ctx.url(`${place}/versions/${version.label}/download`),
      })),
      values: refused?.form ?? { name: document.name, altText: document.altText },
      errors: errorsOf(refused?.error),
      altTextLimit,
      ...may,
    };
    ctx.render('document', model, { title: document.name, status: refused?.error.status ?? 200 });
  }

  private async provenance(
    ctx: RouteContext<unknown, unknown, unknown>,
    provenance: Provenance,
    report: string,
  ): Promise<object> {
    const { variationOf } = provenance;
    const source = variationOf && (await this.documents.sourceOf(ctx.access, variationOf));
    return {
      ...provenanceModel(ctx, provenance, ctx.url(report)),
      variationOf: variationOf && {
        ...variationOf,
        name: source?.name ?? variationOf.name,
        href: source && ctx.url(documentAddress(source.id)),
      },
    };
  }

  /** What other modules can make of a generated document. */
  private again(ctx: RouteContext<unknown, unknown, unknown>, id: string): readonly object[] {
    return this.newMenu
      .entries(ctx.access, undefined)
      .filter(({ startsFromGenerated }) => startsFromGenerated)
      .map(({ startsFromGenerated, href }) => ({ label: startsFromGenerated, href: ctx.url(withQuery(href, { document: id })) }));
  }
}

/** What names the document and its files exactly, each to be copied. */
function checksums(
  ctx: RouteContext<unknown, unknown, unknown>,
  document: Document,
  versions: readonly DocumentVersion[],
): readonly object[] {
  const { variationOf } = document.provenance ?? {};
  const rows = [
    { label: ctx.text('checksums.id'), value: document.id },
    ...versions.map(({ label, sha256 }) => ({ label: ctx.text('checksums.version', { label }), value: sha256 })),
    ...(variationOf ? [{ label: ctx.text('provenance.variation-hash'), value: variationOf.sha256 }] : []),
  ];
  const copied = ctx.text('checksums.copied');
  return rows.map((row) => ({ ...row, copied, copy: ctx.text('checksums.copy', row) }));
}

function dimensions(picture: { readonly width?: number | null; readonly height?: number | null }): string | undefined {
  return picture.width && picture.height ? `${picture.width} × ${picture.height}` : undefined;
}

/** Sentences by field; what belongs to no field belongs to the name, the only other thing that can clash. */
export function errorsOf(error: PortalError | undefined): Readonly<Record<string, string>> {
  if (!error) return {};
  return (error.details.fields as Record<string, string> | undefined) ?? { name: error.message };
}
