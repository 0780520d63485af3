import { type AccessContext, inject, injectable, type MenuBadge, type MenuItem } from '@portico/core';
import type { DocumentAction } from '@portico/documents-media/api';
import { provenanceKind } from '../documents/provenance.js';
import { GenerationNotices } from '../generations/generation-notices.js';
import { VariationSources } from '../images/variation-sources.js';
import { createMenuItem } from './create-menu-item.js';

/** My recent generations, with how many wait there. */
@injectable()
export class RecentMenuItem implements MenuItem {
  readonly label = 'recent.title';
  readonly href = '~/ai-creator/generations';
  readonly icon = 'magic';

  constructor(@inject(GenerationNotices) private readonly notices: GenerationNotices) {}

  badge(access: AccessContext): MenuBadge | undefined {
    return this.notices.badge(access);
  }
}

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
