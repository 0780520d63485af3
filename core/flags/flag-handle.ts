import type { FlagDefinition, FlagHandle, Flags } from '../api/index.js';

export function flagHandle(flags: Pick<Flags, 'isEnabled' | 'onDidChange'>, { key }: FlagDefinition): FlagHandle {
  return Object.freeze({
    key,
    isEnabled: () => flags.isEnabled(key),
    onDidChange: (listener: (enabled: boolean) => void) =>
      flags.onDidChange((change) => {
        if (change.key === key) listener(change.enabled);
      }),
  });
}
