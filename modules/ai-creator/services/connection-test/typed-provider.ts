import type { SettingsActionCall } from '@portico/configuration/api';
import { inject, injectable } from '@portico/core';
import type { ImageProvider } from '../../api/index.js';
import { OpenAiImageProvider } from '../openai/openai-image-provider.js';
import { profileOf } from '../profiles/index.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { CreatorConfig } from '../settings/creator-config.js';

/** The provider that a form would have used if it had been saved: the service that is typed in it, unless another module makes the images. */
@injectable()
export class TypedProvider {
  constructor(
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
  ) {}

  of({ values }: SettingsActionCall): ImageProvider | undefined {
    const { provider } = this.client;
    const profile = profileOf(String(values.service));
    const isOurs = provider instanceof OpenAiImageProvider;
    return isOurs && profile && profile.id !== provider.id ? new OpenAiImageProvider(this.config, { profile }) : provider;
  }

  /** Whether it asks the service in force with the key in force: only then the answer says something of other people's requests. */
  isInForce(call: SettingsActionCall): boolean {
    return this.of(call) === this.client.provider && call.secret('apiKey')?.from !== 'typed';
  }
}
