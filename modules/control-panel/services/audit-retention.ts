import { defineSettings, Settings } from '@portico/configuration/api';
import {
  type Activity,
  AuditChain,
  Clock,
  inject,
  injectable,
  instanceScope,
  type Lifetime,
  Log,
  optional,
  type ServiceHandle,
} from '@portico/core';
import { every } from '@portico/core/util';

/** Two years: as long as somebody compares a year with the one before, and no longer than names and client addresses have to stay. */
const defaultDays = 730;

export const auditSettings = defineSettings({
  id: 'audit',
  section: 'security',
  title: 'audit.title',
  description: 'audit.settings-description',
  scopes: ['instance'],
  fields: {
    retentionDays: {
      type: 'number',
      default: defaultDays,
      min: 0,
      max: 36_500,
      whole: true,
      // What is removed is gone.
      whenUnreadable: 0,
      label: 'audit.retention',
      help: 'audit.retention-help',
    },
  },
});

const day = 86_400_000;

/** Removes entries of the audit log that are older than somebody decided, once a day. */
@injectable()
export class AuditRetention implements Activity {
  constructor(
    @inject(AuditChain) private readonly chain: AuditChain,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
    @inject(optional(Settings)) private readonly settings: ServiceHandle<Settings>,
  ) {}

  onStart(lifetime: Lifetime): void {
    // Not with the start, which has enough to do.
    lifetime.add(every(day, () => this.run(), 60_000));
  }

  async run(): Promise<void> {
    // Without the module that keeps settings nobody knows what was decided.
    const days = this.settings.get()?.of(auditSettings).get(instanceScope).retentionDays ?? 0;
    if (days === 0) return;
    try {
      const removed = await this.chain.removeBefore(new Date(this.clock.now().getTime() - days * day));
      if (removed > 0) this.log.info('Old entries of the audit log were removed.', { removed, days });
    } catch (error) {
      this.log.warn('Old entries of the audit log could not be removed; they will be, next time.', { error });
    }
  }
}
