import { type ImageProvider, type InstalledProvider, ProviderDirectory } from '@portico/ai-providers/api';
import { type Choice, type ChoiceProvider, Settings, type SettingsHandle } from '@portico/configuration/api';
import { type Disposable, DisposableStore, inject, injectable, instanceScope } from '@portico/core';
import { creatorSettings, imageModels, imageServices } from '../settings/settings.js';

/** The provider that makes the images: the one that administrators chose for the instance, or, until somebody does, the first. */
@injectable()
export class ChosenProvider {
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;

  constructor(
    @inject(ProviderDirectory) private readonly directory: ProviderDirectory,
    @inject(Settings) settings: Settings,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  /** Undefined while the one that is chosen is not installed: nobody else gets descriptions in its place. */
  get(): ImageProvider | undefined {
    return this.installed()?.provider;
  }

  installed(): InstalledProvider<ImageProvider> | undefined {
    return this.byId(this.id);
  }

  /** Empty while nothing is installed and nobody chose. */
  get id(): string {
    return this.settings.get(instanceScope).service;
  }

  /** Told when it may be another one, or there again. */
  onDidChange(listener: () => void): Disposable {
    const listening = new DisposableStore();
    listening.add(this.directory.onDidChange(listener));
    listening.add(this.settings.onDidChange(({ fields }) => fields.includes('service') && listener()));
    return listening;
  }

  /** Any that is installed; for what was made by another one than the one in use. */
  byId(id: string | null | undefined): InstalledProvider<ImageProvider> | undefined {
    return this.directory.image(id);
  }

  all(): readonly InstalledProvider<ImageProvider>[] {
    return this.directory.images();
  }
}

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
