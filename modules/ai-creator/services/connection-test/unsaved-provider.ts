import type { ImageProvider } from '@portico/ai-providers/api';
import type { SettingsActionCall, UsableSecret } from '@portico/configuration/api';
import { inject, injectable } from '@portico/core';
import { ChosenProvider } from '../provider/chosen-provider.js';
import { type KeyField, ProviderKey } from '../provider/provider-key.js';

/** What a form would have used if it had been saved. */
export interface UnsavedService {
  readonly provider: ImageProvider;
  /** Undefined when the provider has none. */
  readonly keyField: KeyField | undefined;
  /** The key that is typed, else the one in force. Never keep or log it. */
  readonly key: UsableSecret | undefined;
}

/** The service that is typed in a form, as it would be with the values that are typed there. */
@injectable()
export class UnsavedProvider {
  constructor(
    @inject(ChosenProvider) private readonly chosen: ChosenProvider,
    @inject(ProviderKey) private readonly key: ProviderKey,
  ) {}

  /** Undefined when the service that is typed is not installed. */
  of(call: SettingsActionCall): UnsavedService | undefined {
    const installed = this.chosen.byId(String(call.values.service));
    if (!installed) return undefined;
    const { provider } = installed;
    const keyField = this.key.fieldOf(installed);
    const key = keyField && provider.takesKey !== false ? call.secret(keyField.name) : undefined;
    return { provider: provider.try?.(call.values) ?? provider, keyField, key };
  }

  /** Whether it asks the service in force with the key in force: only then the answer says something of other people's requests. */
  isInForce({ provider, key }: UnsavedService): boolean {
    return provider === this.chosen.get() && key?.from !== 'typed';
  }

  /** The field beside which the tests stand: that of the key which the service in use has, else any service, else that of the service. */
  get field(): string {
    const fields = [this.chosen.installed(), ...this.chosen.all()].map(
      (installed) => installed && this.key.fieldOf(installed)?.name,
    );
    return fields.find((name) => name !== undefined) ?? 'service';
  }
}
