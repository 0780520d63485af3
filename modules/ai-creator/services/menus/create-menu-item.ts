import { inject, injectable } from '@portico/core';
import type { NewMenuItem } from '@portico/documents-media/api';
import { VariationSources } from '../images/variation-sources.js';

/** Create AI Image in the menu New; with a document it starts from its description, or from its picture. */
@injectable()
export class CreateMenuItem implements NewMenuItem {
  readonly label = 'create.menu';
  readonly icon = 'magic';
  readonly href = '~/ai-creator/create';
  readonly opens = 'dialog';
  readonly script = 'create-dialog.js';
  readonly size = 'lg';
  readonly startsFromGenerated = 'create.again';
  readonly startsFromImage = { label: 'refine.document', isPossible: (): boolean => this.sources.arePossible };

  constructor(@inject(VariationSources) private readonly sources: VariationSources) {}
}
