import type { Site } from '@portico/core';
import type { Document } from '../api/documents.js';
import type { AddedDocument } from '../api/new-menu.js';
import { documentLinks } from '../services/portal-documents.js';

/** What scripts are told of a document that was added. */
export function addedDocument(document: Document, site: Site): AddedDocument {
  return {
    id: document.id,
    name: document.name,
    altText: document.altText,
    mimeType: document.mimeType,
    view: documentLinks(document, site).view,
  };
}
