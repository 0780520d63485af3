import { HostConfig, inject, injectable, PortalError, z } from '@portico/core';

const schema = z.strictObject({
  /** Orders that are carried out at the same time, for the whole portal; each has at most two requests on their way. */
  concurrency: z.int().min(1).max(16).default(2),
  /** Milliseconds in which an answer must be there, whatever the setting says: for who runs the portal behind something less patient. */
  answerMillis: z.int().min(50).max(600_000).default(600_000),
  /** Milliseconds in which Test Connection must have its answer. */
  testMillis: z.int().min(50).max(60_000).default(10_000),
  /** Milliseconds after the start until the list of models is read, if that is due; then it is looked at every hour. */
  firstListMillis: z.int().min(1).max(3_600_000).default(60_000),
  /** How long nothing is sent with a key whose account refused, before one request may try again. */
  breakerSeconds: z.int().min(1).default(300),
  /** How often a generation is sent again by itself, when the service says that it did not carry it out. */
  retries: z.int().min(0).max(5).default(2),
  /** The longest pause before that; a service that asks for more is not asked again. */
  retryCapSeconds: z.int().min(1).max(600).default(60),
  /** The first pause when the service names none; each further one is twice as long, less some jitter. */
  retryMillis: z.int().min(1).max(60_000).default(2000),
  /** How long one generation may wait in all: for itself, because others with the same key were told to, and for a provider whose module restarts. */
  retryTotalSeconds: z.int().min(1).max(3600).default(300),
  /** The first pause before images that arrived and could not be scaled or written are tried again; each further one is twice as long, at most five minutes. */
  scaleMillis: z.int().min(1).max(60_000).default(5000),
  /** How long running requests may go on when the portal closes, before they are given up and marked unknown. */
  stopMillis: z.int().min(0).default(4500),
});

/** The section `modules.ai-creator` of the configuration, checked. */
@injectable()
export class CreatorConfig {
  readonly values: Readonly<z.infer<typeof schema>>;

  constructor(@inject(HostConfig) config: HostConfig) {
    const parsed = schema.safeParse(config.module('ai-creator') ?? {});
    if (!parsed.success) {
      throw new PortalError('configuration-invalid', `The section modules.ai-creator is wrong. ${z.prettifyError(parsed.error)}`);
    }
    this.values = parsed.data;
  }
}
