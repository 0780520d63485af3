import { Settings } from '@portico/configuration/api';
import { AccessContexts, type DemoContent, inject, injectable, instanceScope } from '@portico/core';
import { creatorSettings } from './settings.js';

/** The offline images API of the demo takes any key; this one says where it comes from. */
const demoKey = 'sk-sandbox-portico-demo-key';

/** Switches the AI Creator on with a key for the offline images API, unless somebody decided otherwise before. */
@injectable()
export class DemoSettings implements DemoContent {
  constructor(
    @inject(Settings) private readonly settings: Settings,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async seed(): Promise<readonly string[]> {
    const handle = this.settings.of(creatorSettings);
    const { person } = this.contexts.system();
    if (!person || handle.revision(instanceScope) > 0) return [];
    await handle.save(instanceScope, { enabled: { set: true }, apiKey: { set: demoKey }, previews: { set: true } }, person);
    return [];
  }
}
