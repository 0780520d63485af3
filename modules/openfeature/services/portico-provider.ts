import {
  ErrorCode,
  type FlagMetadata,
  type JsonValue,
  NOOP_PROVIDER,
  OpenFeature,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  type ResolutionReason,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import {
  type Activity,
  type FlagChange,
  type FlagOrigin,
  type FlagState,
  Flags,
  inject,
  injectable,
  type Lifetime,
  toDisposable,
} from '@portico/core';

const reasons: Readonly<Record<FlagOrigin, ResolutionReason>> = {
  environment: StandardResolutionReasons.STATIC,
  instance: StandardResolutionReasons.STATIC,
  file: StandardResolutionReasons.STATIC,
  deployment: StandardResolutionReasons.STATIC,
  declaration: StandardResolutionReasons.DEFAULT,
  dependency: StandardResolutionReasons.TARGETING_MATCH,
  mode: StandardResolutionReasons.DISABLED,
  unknown: StandardResolutionReasons.UNKNOWN,
};

/** Answers the questions of the OpenFeature SDK from memory. */
@injectable()
export class PorticoProvider implements Provider {
  readonly metadata = { name: 'portico' } as const;
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();

  constructor(@inject(Flags) private readonly flags: Flags) {}

  /** Tells whoever listens at the SDK. */
  tell({ key }: FlagChange): void {
    this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [key], message: this.flags.state(key)?.reason });
  }

  async resolveBooleanEvaluation(key: string, defaultValue: boolean): Promise<ResolutionDetails<boolean>> {
    const state = this.flags.state(key);
    if (!state) return notFound(key, defaultValue);
    const { enabled, origin } = state;
    return { value: enabled, variant: enabled ? 'on' : 'off', reason: reasons[origin], flagMetadata: metadataOf(state) };
  }

  async resolveStringEvaluation(key: string, defaultValue: string): Promise<ResolutionDetails<string>> {
    return this.mismatch(key, defaultValue);
  }

  async resolveNumberEvaluation(key: string, defaultValue: number): Promise<ResolutionDetails<number>> {
    return this.mismatch(key, defaultValue);
  }

  async resolveObjectEvaluation<T extends JsonValue>(key: string, defaultValue: T): Promise<ResolutionDetails<T>> {
    return this.mismatch(key, defaultValue);
  }

  private mismatch<T>(key: string, value: T): ResolutionDetails<T> {
    if (!this.flags.state(key)) return notFound(key, value);
    const errorMessage = `The feature flag ${key} is on or off; ask for a boolean.`;
    return { value, reason: StandardResolutionReasons.ERROR, errorCode: ErrorCode.TYPE_MISMATCH, errorMessage };
  }
}

function notFound<T>(key: string, value: T): ResolutionDetails<T> {
  const errorMessage = `Nobody declares the feature flag ${key}.`;
  return { value, reason: StandardResolutionReasons.ERROR, errorCode: ErrorCode.FLAG_NOT_FOUND, errorMessage };
}

function metadataOf({ origin, type, reason, lockedBy, owner }: FlagState): FlagMetadata {
  return { origin, type, explanation: reason, ...(lockedBy ? { lockedBy } : {}), ...(owner ? { owner } : {}) };
}

/** Makes the portal's flags the default of the SDK while the module is active. */
@injectable()
export class ProviderRegistration implements Activity {
  constructor(
    @inject(PorticoProvider) private readonly provider: PorticoProvider,
    @inject(Flags) private readonly flags: Flags,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    lifetime.add(this.flags.onDidChange((change) => this.provider.tell(change)));
    await OpenFeature.setProviderAndWait(this.provider);
    lifetime.add(
      toDisposable(async () => {
        // Whoever registered a provider of their own meanwhile keeps it.
        if (OpenFeature.getProviderMetadata().name === this.provider.metadata.name)
          await OpenFeature.setProviderAndWait(NOOP_PROVIDER);
      }),
    );
  }
}
