import { type Activity, HostConfig, inject, injectable, type Lifetime, Log, PortalError, toDisposable, z } from '@portico/core';
import { dialectNames } from './dialect.js';

/** Section `modules.ai-sandbox` of the host's configuration. */
const Section = z
  .strictObject({
    enabled: z.boolean().default(false),
    port: z.int().min(0).max(65535).default(0),
    /** Milliseconds that each answer takes at least, so that a demo shows how waiting looks. */
    latency: z.int().min(0).max(60_000).default(0),
    /** Whose dialect it has. */
    dialect: z.enum(dialectNames).default('openai'),
  })
  .prefault({});

/** The sandbox as a part of the portal; it listens only when the deployment says so. */
@injectable()
export class SandboxServer implements Activity {
  constructor(
    @inject(HostConfig) private readonly config: HostConfig,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    const section = Section.safeParse(this.config.module('ai-sandbox'));
    if (!section.success) {
      throw new PortalError(
        'sandbox-misconfigured',
        `The section modules.ai-sandbox is wrong: ${z.prettifyError(section.error)}`,
      );
    }
    if (!section.data.enabled) return;
    const { createImagesSandbox } = await import('./sandbox.js');
    const sandbox = await createImagesSandbox({
      port: section.data.port,
      latency: section.data.latency,
      dialect: section.data.dialect,
      keys: 'any',
    });
    lifetime.add(toDisposable(() => sandbox.close()));
    this.log.info('The image sandbox listens.', { url: sandbox.url });
  }
}
