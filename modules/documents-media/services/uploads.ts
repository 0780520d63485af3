import { type AccessContext, inject, injectable, type MultipartPart, PortalError } from '@portico/core';
import type { Document } from '../api/documents.js';
import { DocumentAdding } from './document-adding.js';
import { UploadCeilings } from './upload-ceilings.js';

export interface UploadFailure {
  /** The file as the person named it. */
  readonly name: string;
  readonly code: string;
  readonly sentence: string;
  readonly status: number;
}

/** What became of each file of an upload. */
export interface UploadReport {
  readonly documents: readonly Document[];
  readonly failures: readonly UploadFailure[];
}

type FilePart = Extract<MultipartPart, { kind: 'file' }>;

/** Takes the files of an upload one after the other; one that is refused does not keep the others out. */
@injectable()
export class Uploads {
  constructor(
    @inject(DocumentAdding) private readonly adding: DocumentAdding,
    @inject(UploadCeilings) private readonly ceilings: UploadCeilings,
  ) {}

  /** @param atLeastBytes what the one file of the form has at least, where that is known. */
  async receive(
    access: AccessContext,
    folderId: string | undefined,
    parts: AsyncIterable<MultipartPart>,
    atLeastBytes?: number,
  ): Promise<UploadReport> {
    const documents: Document[] = [];
    const failures: UploadFailure[] = [];
    let current = '';
    try {
      for await (const part of parts) {
        if (part.kind === 'field') continue;
        current = part.fileName;
        const added = await this.receiveFile(access, folderId, part, atLeastBytes);
        if (added instanceof PortalError) {
          failures.push(failureOf(current, added));
          // Nothing else can come: whoever sends the rest need not.
          if (atLeastBytes !== undefined) break;
        } else if (added) documents.push(added);
      }
    } catch (error) {
      // What came before is saved; say so, instead of answering for the whole upload.
      if (!(error instanceof PortalError) || !error.expose || documents.length + failures.length === 0) throw error;
      failures.push(failureOf(current, error));
    }
    return { documents, failures };
  }

  private async receiveFile(
    access: AccessContext,
    folderId: string | undefined,
    part: FilePart,
    atLeastBytes: number | undefined,
  ): Promise<Document | PortalError | undefined> {
    // A form that was sent without choosing a file brings an empty part without a name.
    if (part.fileName === '') {
      part.content.resume();
      return undefined;
    }
    try {
      const document = { folderId, name: part.fileName, content: part.content, atLeastBytes };
      return await this.ceilings.within(access, () => this.adding.add(access, document));
    } catch (error) {
      if (!(error instanceof PortalError) || !error.expose) throw error;
      return error;
    } finally {
      part.content.resume();
    }
  }
}

function failureOf(name: string, error: PortalError): UploadFailure {
  return { name, code: error.code, sentence: error.message, status: error.status };
}
