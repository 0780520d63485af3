import { Settings, type SettingsHandle } from '@portico/configuration/api';
import { type AccessContext, inject, injectable } from '@portico/core';
import type { ChoiceFacts, DocumentChoice, SuggestedCaption } from '@portico/documents-media/api';
import { provenanceKind } from '../documents/provenance.js';
import { creatorSettings } from '../settings/settings.js';

/** What may stand below an AI image in an article, as the administrators of the site decided. */
@injectable()
export class ImageCaptions implements DocumentChoice {
  readonly kind = provenanceKind;
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;

  constructor(@inject(Settings) settings: Settings) {
    this.settings = settings.of(creatorSettings);
  }

  choice(access: AccessContext): ChoiceFacts {
    const caption = this.suggest(access);
    return caption ? { caption } : {};
  }

  suggest({ scope }: AccessContext): SuggestedCaption | undefined {
    const { caption, captionText } = this.settings.get(scope);
    const text = captionText.replace(/\s+/g, ' ').trim();
    return caption === 'none' || text === '' ? undefined : { text, shown: caption === 'shown' };
  }
}
