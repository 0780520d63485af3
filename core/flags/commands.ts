import { type Command, type FlagState, type Flags, PortalError } from '../api/index.js';

/** `portico flags …`, for the composition root to contribute. */
export function flagCommands(flags: Flags): readonly Command[] {
  const find = (key: string | undefined): FlagState => {
    const state = key === undefined ? undefined : flags.state(key);
    if (!state)
      throw new PortalError('flag-unknown', `There is no feature flag ${key}. "portico flags list" shows all.`, { status: 404 });
    return state;
  };
  return [
    {
      name: 'flags list',
      summary: 'Lists the feature flags with their value and its reason.',
      run: async ({ print, warn }) => {
        for (const { key, enabled, title, reason } of flags.all())
          print(`${key}  ${enabled ? 'on ' : 'off'}  ${title}  (${reason})`);
        for (const problem of flags.problems()) warn(problem);
      },
    },
    {
      name: 'flags set',
      summary: 'Switches a feature flag for this instance; unset goes back to feature-flags.json.',
      arguments: [
        { name: 'key', description: 'Key of the flag, e.g. LPD-10793.', required: true },
        { name: 'value', description: 'on, off or unset.', required: true },
      ],
      run: async ({ arguments: { key, value }, print }) => {
        const values: Readonly<Record<string, boolean | undefined>> = { on: true, off: false, unset: undefined };
        if (value === undefined || !Object.hasOwn(values, value)) {
          throw new PortalError('invalid-input', 'Say on, off or unset.', { status: 400 });
        }
        await flags.override(find(key).key, values[value], 'the command line');
        print(summary(find(key)));
      },
    },
    {
      name: 'flags why',
      summary: 'Says what a feature flag is, why, and what else has a say.',
      arguments: [{ name: 'key', description: 'Key of the flag.', required: true }],
      run: async ({ arguments: { key }, print }) => {
        const state = find(key);
        print(summary(state));
        state.sources.forEach((source, index) => {
          print(`  ${index === 0 ? 'wins' : 'loses'}: ${source.enabled ? 'on' : 'off'}, says ${source.label || 'the default'}`);
        });
        for (const link of flags.chain(state.key)) {
          print(`${'  '.repeat(link.depth)}${link.of} needs ${link.key}: ${link.enabled ? 'on' : 'off'}. ${link.reason}`);
        }
        if (state.dependents.length > 0) print(`  needed by: ${state.dependents.join(', ')}`);
        if (state.lockedBy) print(`  locked by ${state.lockedBy}`);
      },
    },
  ];
}

function summary({ key, enabled, title, reason }: FlagState): string {
  return `${key} (${title}) is ${enabled ? 'on' : 'off'}. ${reason}`;
}
