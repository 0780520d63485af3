import { HostConfig, inject, injectable, PortalError, z } from '@portico/core';

const schema = z.strictObject({
  adminEmail: z.string().optional(),
  adminPassword: z.string().optional(),
  sessionIdleMinutes: z
    .number()
    .int()
    .min(1)
    .default(8 * 60),
  sessionAbsoluteHours: z
    .number()
    .int()
    .min(1)
    .default(14 * 24),
  /** For how long a password that somebody else chose is good for a sign-in. */
  oneTimePasswordHours: z
    .number()
    .min(1)
    .max(31 * 24)
    .default(72),
  /** Failures a minute before somebody has to wait: for one account from one address, and for one address. */
  failuresPerAccount: z.number().int().min(1).default(5),
  failuresPerAddress: z.number().int().min(1).default(40),
  /** The longest that a sign-in is held up because of failures of others. */
  longestDelayMillis: z.number().int().min(0).default(3000),
});

/** The section `modules.identity` of the configuration, checked. */
@injectable()
export class IdentityConfig {
  readonly values: Readonly<z.infer<typeof schema>>;
  /** True when `portico demo` brings its own administrator. */
  readonly demo: boolean;
  readonly publicUrl: string;

  constructor(@inject(HostConfig) config: HostConfig) {
    const parsed = schema.safeParse(config.module('identity') ?? {});
    if (!parsed.success) {
      throw new PortalError('configuration-invalid', `The section modules.identity is wrong. ${z.prettifyError(parsed.error)}`);
    }
    this.values = parsed.data;
    this.demo = config.mode === 'demo';
    this.publicUrl = config.publicUrl;
  }
}
