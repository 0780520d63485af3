import {
  type AccessContext,
  type CompiledMessage,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
  type Site,
} from '@portico/core';
import { leastFileBytes } from '@portico/core/util';
import type { Document } from '../api/documents.js';
import type { AddedDocument } from '../api/new-menu.js';
import { DocumentLimits } from '../services/document-limits.js';
import { Folders } from '../services/folders.js';
import { imageTypes, isShown } from '../services/known-types.js';
import { NameChecks } from '../services/name-checks.js';
import { documentLinks } from '../services/portal-documents.js';
import { type UploadReport, Uploads } from '../services/uploads.js';
import { refused, Visibility } from '../services/visibility.js';
import { requireAbility } from './access.js';
import { listAddress, withQuery } from './addresses.js';
import { namesAnswer, uploadAnswer } from './answers.js';
import { renderFragment, wantsJson } from './fragment.js';
import { folderQuery, namesForm } from './input.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** What scripts are told of a document that was added. */
function addedDocument(document: Document, site: Site, note: string | undefined): AddedDocument {
  return {
    id: document.id,
    name: document.name,
    altText: document.altText,
    mimeType: document.mimeType,
    view: documentLinks(document, site).view,
    ...(isShown(document) ? {} : { isFile: true }),
    ...(note === undefined ? {} : { note }),
  };
}

type UploadContext = RouteContext<Record<string, never>, { folder?: string }, undefined>;

/** File Upload and Multiple Files Upload: one form, which takes one file or many. */
@injectable()
export class UploadRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(Uploads) private readonly uploads: Uploads,
    @inject(Folders) private readonly folders: Folders,
    @inject(DocumentLimits) private readonly limits: DocumentLimits,
    @inject(NameChecks) private readonly names: NameChecks,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  register(router: Router): void {
    const mayAdd = this.visibility.routeTo('add');
    // Changes nothing; names of many files are too long for an address.
    router.post(
      '/check-names',
      {
        access: mayAdd,
        query: folderQuery,
        body: namesForm(this.limits.maxFilesPerUpload),
        answers: 'json',
        answer: namesAnswer,
        apiToken: true,
      },
      async (ctx) => {
        ctx.body = { names: await this.names.check(ctx.access, ctx.input.query.folder, ctx.input.body.names) };
      },
    );

    for (const place of ['upload', 'upload-multiple'] as const) {
      const multiple = place === 'upload-multiple';
      // A file somewhat beyond the limit is refused on its own, by the gate; one far beyond it ends the request.
      const maxFileBytes = this.limits.maxFileBytes * 2;
      const multipart = { maxFiles: multiple ? this.limits.maxFilesPerUpload : 1, maxFileBytes };
      router.get(`/${place}`, { access: mayAdd, query: folderQuery }, async (ctx) => {
        requireAbility(await this.folders.abilities(ctx.access, ctx.input.query.folder), 'add');
        await this.show(ctx, multiple);
      });
      router.post(`/${place}`, { access: mayAdd, query: folderQuery, multipart, answer: uploadAnswer }, (ctx) =>
        this.receive(ctx, multiple),
      );
    }
  }

  private async show(ctx: UploadContext, multiple: boolean, report?: UploadReport): Promise<void> {
    const { folder } = ctx.input.query;
    const path = await this.folders.path(ctx.access, folder);
    const title = ctx.text(multiple ? 'upload.multiple-title' : 'upload.single-title');
    const place = multiple ? '~/documents-media/upload-multiple' : '~/documents-media/upload';
    const model = {
      title,
      multiple,
      folderName: path.at(-1)?.name ?? ctx.text('home-folder'),
      action: ctx.url(withQuery(place, { folder })),
      back: ctx.url(
        listAddress(
          folder,
          report?.documents.map((document) => document.id),
        ),
      ),
      check: ctx.url(withQuery('~/documents-media/check-names', { folder })),
      limit: ctx.text('upload.limit', { megabytes: this.limits.maxFileMegabytes }),
      limitFiles: multiple ? ctx.text('upload.limit-files', { count: this.limits.maxFilesPerUpload }) : undefined,
      maxFileBytes: this.limits.maxFileBytes,
      maxFiles: this.limits.maxFilesPerUpload,
      report,
      nothing: report && report.documents.length + report.failures.length === 0,
      messages: {
        ...uploadMessages(ctx),
        'too-large': ctx.text('upload.word-too-large', { megabytes: this.limits.maxFileMegabytes }),
      },
    };
    const status = report ? (report.failures[0]?.status ?? 400) : 200;
    const note = report && report.documents.length > 0 ? this.addedSentence(ctx, report.documents) : undefined;
    renderFragment(ctx, 'upload', model, { status, note });
  }

  private async receive(ctx: UploadContext, multiple: boolean): Promise<void> {
    const { folder } = ctx.input.query;
    const { site } = ctx.access;
    if (!site) throw notFound('folder');
    await this.requireAdd(ctx.access, folder);
    const report = await this.uploads.receive(ctx.access, folder, ctx.parts(), multiple ? undefined : leastFileBytes(ctx));
    const { documents, failures } = report;
    if (wantsJson(ctx)) {
      ctx.status = failures[0]?.status ?? (documents.length > 0 ? 201 : 400);
      ctx.body = {
        documents: documents.map((document) => addedDocument(document, site, this.note(ctx, document, true))),
        failures,
      };
      return;
    }
    if (failures.length > 0 || documents.length === 0) {
      await this.show(ctx, multiple, report);
      return;
    }
    const ids = documents.map((document) => document.id);
    ctx.redirectWith(listAddress(folder, ids), this.addedSentence(ctx, documents));
  }

  /** Before anything is sent. That a folder is not there is said of each file. @throws PortalError `forbidden` (403). */
  private async requireAdd(access: AccessContext, folder: string | undefined): Promise<void> {
    try {
      if ((await this.folders.abilities(access, folder)).add) return;
    } catch (error) {
      if (error instanceof PortalError && error.status === 404) return;
      throw error;
    }
    throw refused();
  }

  /** A picture that came without a preview: the person hears why. @param isNamed whether its name stands before it. */
  private note(ctx: AnyContext, { name, mimeType, width }: Document, isNamed: boolean): string | undefined {
    if (!imageTypes.has(mimeType) || isShown({ mimeType, width })) return undefined;
    const megapixels = Math.round(this.limits.maxImagePixels / 1_000_000);
    return ctx.text('upload.no-preview', { name, named: isNamed ? 'yes' : 'no', megapixels });
  }

  /** "sunset.png was added." or "3 files were added.", with what there is to say of them. */
  private addedSentence(ctx: AnyContext, documents: readonly Document[]): string {
    const sentence = ctx.text('added', { name: documents[0]?.name ?? '', count: documents.length });
    return [sentence, ...documents.flatMap((document) => this.note(ctx, document, documents.length === 1) ?? [])].join(' ');
  }
}

const wordKeys = [
  'waiting',
  'uploading',
  'finishing',
  'done',
  'remove',
  'retry',
  'too-many',
  'failed',
  'progress',
  'choose',
  'close',
  'trim',
  'folders',
  'rename',
  'name-first',
  'some-failed',
] as const;

/** The script has no words of its own. */
function uploadMessages(ctx: RouteContext<unknown, unknown, unknown>): Readonly<Record<string, CompiledMessage>> {
  return Object.fromEntries(wordKeys.map((key) => [key, ctx.compiled(`upload.word-${key}`)]));
}
