import type { Command, CommandCall, CommandOption, FlagActor, Flags } from '../api/index.js';
import { readAll } from '../util/index.js';

export const reason: CommandOption = { name: 'reason', description: 'Why; it is kept in the history.', value: 'text' };
const largestFile = 1024 * 1024;

/** `portico flags export` and `import`. */
export function flagTransferCommands(flags: Flags, operator: (options: CommandCall['options']) => FlagActor): readonly Command[] {
  return [
    {
      name: 'flags export',
      summary: 'Prints the switches of this instance as JSON: portico flags export > flags.json',
      run: async ({ print }) => print(JSON.stringify(flags.export(), undefined, 2)),
    },
    {
      name: 'flags import',
      summary: 'Takes an exported file, all of it or nothing: portico flags import < flags.json',
      options: [
        { name: 'dry-run', description: 'Only says what would change.' },
        { name: 'replace', description: 'Flags that the file does not name are unset.' },
        reason,
      ],
      run: async ({ options, stdin, print, warn }) => {
        const dryRun = options['dry-run'] === true;
        const replace = options.replace === true;
        const actor: FlagActor = { ...operator(options), via: 'import' };
        const { changes, faults, applied } = await flags.import(await readAll(stdin, largestFile), {
          by: actor,
          dryRun,
          replace,
        });
        for (const fault of faults) warn(fault);
        if (faults.length > 0) {
          warn('Nothing was imported.');
          return 1;
        }
        for (const { key, from, to } of changes) print(`${key}: ${wordOf(from)} -> ${wordOf(to)}`);
        print(changes.length === 0 ? 'Nothing changes.' : applied ? 'Imported.' : 'Nothing was changed: this was a dry run.');
        return 0;
      },
    },
  ];
}

function wordOf(value: boolean | undefined): string {
  return value === undefined ? 'unset' : value ? 'on' : 'off';
}
