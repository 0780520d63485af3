import {
  type Command,
  type CommandArgument,
  type CommandCall,
  type FlagActor,
  type FlagState,
  type Flags,
  PortalError,
} from '../api/index.js';
import { nearest } from '../util/index.js';
import { flagTransferCommands, reason } from './transfer-commands.js';

const key: CommandArgument = { name: 'key', description: 'Key of the flag, e.g. LPD-10793.', required: true };

/** `portico flags …`, for the composition root to contribute. */
export function flagCommands(flags: Flags): readonly Command[] {
  const find = (key: string | undefined): FlagState => {
    const state = key === undefined ? undefined : flags.state(key);
    if (!state)
      throw new PortalError(
        'flag-unknown',
        `There is no feature flag ${key}.${nearest(
          key ?? '',
          flags.all().map((flag) => flag.key),
        )} "portico flags list" shows all.`,
        { status: 404 },
      );
    return state;
  };
  return [
    {
      name: 'flags list',
      summary: 'Lists the feature flags with their value and its reason.',
      whenEmpty: 'There is no feature flag.',
      run: async ({ print, warn }) => {
        for (const { key, enabled, title, reason } of flags.all())
          print(`${key}  ${enabled ? 'on ' : 'off'}  ${title}  (${reason})`);
        for (const problem of flags.problems()) warn(problem);
      },
    },
    {
      name: 'flags set',
      summary: 'Switches a feature flag for this instance; unset goes back to feature-flags.json.',
      arguments: [key, { name: 'value', description: 'on, off or unset.', required: true }],
      options: [reason],
      run: async ({ arguments: { key, value }, options, print }) => {
        const values: Readonly<Record<string, boolean | undefined>> = { on: true, off: false, unset: undefined };
        if (value === undefined || !Object.hasOwn(values, value)) {
          throw new PortalError('invalid-input', 'Say on, off or unset.', { status: 400 });
        }
        await flags.override(find(key).key, values[value], operator(options));
        print(summary(find(key)));
      },
    },
    {
      name: 'flags unset',
      summary: 'Forgets what this instance says of a feature flag, also of one that nobody declares any more.',
      arguments: [key],
      options: [reason],
      run: async ({ arguments: { key = '' }, options, print }) => {
        await flags.override(key, undefined, operator(options));
        const state = flags.state(key);
        print(state ? summary(state) : `${key} is forgotten.`);
      },
    },
    {
      name: 'flags undo',
      summary: 'Takes back the last change that was made to a feature flag here.',
      arguments: [key],
      options: [reason],
      run: async ({ arguments: { key }, options, print }) => {
        const state = find(key);
        const [last] = (await flags.history(state.key, undefined, 1)).records;
        if (!last) throw new PortalError('flag-changed', `Nobody has switched ${state.key} here.`, { status: 409 });
        await flags.undo(state.key, last.id, operator(options));
        print(summary(find(key)));
      },
    },
    ...flagTransferCommands(flags, operator),
    {
      name: 'flags why',
      summary: 'Says what a feature flag is, why, and what else has a say.',
      arguments: [key],
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
        for (const { at, by, via, action, before, after, reason } of (await flags.history(state.key, undefined, 5)).records) {
          const change = `${wordOf(before)} -> ${wordOf(after)}`;
          print(`  ${at.toISOString()} ${action} ${change} by ${by.name} (${via})${reason ? `: ${reason}` : ''}`);
        }
      },
    },
  ];
}

/** Whoever may use the data directory's socket may do everything. */
function operator({ reason }: CommandCall['options']): FlagActor {
  const said = typeof reason === 'string' ? reason.slice(0, 500) : '';
  return { by: { id: 'system', name: 'the command line' }, via: 'command', ...(said ? { reason: said } : {}) };
}

function wordOf(value: unknown): string {
  return value === true ? 'on' : value === false ? 'off' : 'unset';
}

function summary({ key, enabled, title, reason }: FlagState): string {
  return `${key} (${title}) is ${enabled ? 'on' : 'off'}. ${reason}`;
}
