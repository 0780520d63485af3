import { type AccessContext, type ConditionalPoint, extensionPoint } from '@portico/core';
import type { SuggestedCaption } from '@portico/item-selector/api';

export type { SuggestedCaption };

/** Suggests what may stand below a generated picture where it is put into a text. */
export interface GeneratedCaption {
  /** For the site of `access`; undefined: nothing. A memory read: it is asked for every list that can be chosen from. */
  suggest(access: AccessContext): SuggestedCaption | undefined;
}
/** The first that suggests something is followed. */
export const GeneratedCaptions: ConditionalPoint<GeneratedCaption> = extensionPoint('documents-media.generated-captions', {
  conditional: true,
});
