import { Settings, type SettingsPatch } from '@portico/configuration/api';
import { AccessContexts, type DemoContent, inject, injectable, instanceScope } from '@portico/core';
import { ProviderKey } from '../provider/provider-key.js';
import { creatorSettings } from '../settings/settings.js';

/** The offline images API of the demo takes any key; this one says where it comes from. */
const demoKey = 'sk-sandbox-portico-demo-key';

/** Switches the AI Creator on with a key for the offline images API, unless somebody decided otherwise before. */
@injectable()
export class DemoSettings implements DemoContent {
  constructor(
    @inject(Settings) private readonly settings: Settings,
    @inject(ProviderKey) private readonly key: ProviderKey,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async seed(): Promise<readonly string[]> {
    const page = this.settings.byId(creatorSettings.id);
    const { person } = this.contexts.system();
    if (!page || !person || page.handle.revision(instanceScope) > 0) return [];
    const key = this.key.fieldOf();
    const patch: SettingsPatch = {
      enabled: { set: true },
      previews: { set: true },
      ...(key && { [key.name]: { set: demoKey } }),
    };
    // What the operator of the demo locks stays as it is.
    const open = Object.entries(patch).filter(([name]) => page.handle.resolve(instanceScope, name).lockedBy === undefined);
    if (open.length > 0) await page.handle.save(instanceScope, Object.fromEntries(open), person);
    return [];
  }
}
