import { type ImageProvider, type InstalledProvider, ProviderDirectory } from '@portico/ai-providers/api';
import { Settings, type SettingsHandle } from '@portico/configuration/api';
import { type Disposable, DisposableStore, inject, injectable, instanceScope } from '@portico/core';
import { creatorSettings } from '../settings/settings.js';

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
