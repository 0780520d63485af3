import { inject, injectable } from '@portico/core';
import type { DocumentAction } from '@portico/documents-media/api';
import { provenanceKind } from '../documents/provenance.js';
import { VariationSources } from '../images/variation-sources.js';
import { createMenuItem } from './create-menu-item.js';

/** On the panel of a generated document: starts from its description. */
export const createAgain: DocumentAction = {
  label: 'create.again',
  of: { metadata: provenanceKind },
  href: createMenuItem.href,
  parameter: 'document',
  opens: 'page',
};

/** In the menu and on the page of every picture: starts from it. */
@injectable()
export class VaryImage implements DocumentAction {
  readonly label = 'refine.document';
  readonly title = createMenuItem.label;
  readonly icon = createMenuItem.icon;
  readonly of = 'image';
  readonly href = createMenuItem.href;
  readonly parameter = 'sourceDocument';
  readonly opens = 'dialog';
  readonly script = createMenuItem.script;
  readonly size = createMenuItem.size;

  constructor(@inject(VariationSources) private readonly sources: VariationSources) {}

  isPossible(): boolean {
    return this.sources.arePossible;
  }
}
