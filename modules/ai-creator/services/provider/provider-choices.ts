import { ProviderDirectory } from '@portico/ai-providers/api';
import type { Choice, ChoiceProvider } from '@portico/configuration/api';
import { inject, injectable } from '@portico/core';
import { imageModels, imageServices } from '../settings/settings.js';

/** The options of *Image Service*: every provider that is installed. */
@injectable()
export class ServiceChoices implements ChoiceProvider {
  readonly id = imageServices;

  constructor(@inject(ProviderDirectory) private readonly directory: ProviderDirectory) {}

  async choices(): Promise<readonly Choice[]> {
    return this.directory.images().map(({ provider: { id, name } }) => ({ value: id, label: name }));
  }

  labelOf(id: string): string | undefined {
    return this.directory.image(id)?.provider.name;
  }

  /** Until somebody chooses, the first. */
  preset(): string | undefined {
    return this.directory.images()[0]?.provider.id;
  }
}

/** Names of models to type: of all services, because a form does not know which one is being chosen in it. */
@injectable()
export class ModelChoices implements ChoiceProvider {
  readonly id = imageModels;

  constructor(@inject(ProviderDirectory) private readonly directory: ProviderDirectory) {}

  async choices(): Promise<readonly Choice[]> {
    const names = this.directory
      .images()
      .flatMap(({ provider: { modelNames } }) => [...(modelNames?.preferred ?? []), ...(modelNames?.suggested ?? [])]);
    return [...new Set(names)].map((value) => ({ value }));
  }
}
