import { Settings, type SettingsHandle } from '@portico/configuration/api';
import { type Activity, Erasure, inject, injectable, instanceScope, type Lifetime, Log, toDisposable } from '@portico/core';
import { every, yieldToEventLoop } from '@portico/core/util';
import { creatorSettings } from '../settings/settings.js';
import { GenerationSweep } from './generation-sweep.js';

const interval = 15 * 60 * 1000;

/** Forgets, for as long as the settings say: results that were not added, and descriptions of what is over. */
@injectable()
export class Expiry implements Activity {
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;
  private isOver = false;

  constructor(
    @inject(GenerationSweep) private readonly generations: GenerationSweep,
    @inject(Settings) settings: Settings,
    @inject(Erasure) private readonly erasure: Erasure,
    @inject(Log) private readonly log: Log,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  onStart(lifetime: Lifetime): void {
    lifetime.add(every(interval, () => this.sweep(), 0));
    lifetime.add(
      toDisposable(() => {
        this.isOver = true;
      }),
    );
  }

  async sweep(): Promise<void> {
    try {
      const expired = await this.allOf(() => this.generations.release());
      if (expired > 0) this.log.info('Generated images that nobody added have expired.', { generations: expired });
      const { promptRetention } = this.settings.get(instanceScope);
      const forgotten = await this.allOf(() => this.generations.forget(promptRetention));
      if (forgotten === 0) return;
      const erased = await this.erasure.erase();
      this.log.info('Descriptions of what is over were forgotten.', { generations: forgotten, erased });
    } catch (error) {
      this.log.error('Expired generations could not be removed.', { error });
    }
  }

  /** Page by page, until nothing is left or the portal closes; answers how many in all. */
  private async allOf(sweep: () => Promise<number>): Promise<number> {
    let all = 0;
    for (let some = await sweep(); some > 0; some = this.isOver ? 0 : await sweep()) {
      all += some;
      await yieldToEventLoop();
    }
    return all;
  }
}
