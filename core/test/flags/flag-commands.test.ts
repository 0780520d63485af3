import { Readable } from 'node:stream';
import { expect } from 'chai';
import { PortalError } from '../../api/index.js';
import { flagCommands } from '../../flags/index.js';
import { FlagBench } from './flag-bench.js';

describe('portico flags', () => {
  let bench: FlagBench;
  beforeEach(async () => {
    bench = await FlagBench.create();
    await bench.write({
      'LPD-1': { title: 'One', enabled: false },
      'LPD-2': { title: 'Two', enabled: true, dependsOn: ['LPD-1'] },
    });
  });
  afterEach(() => bench.dispose());

  async function run(
    name: string,
    values: Record<string, string> = {},
    options: Record<string, string | boolean> = {},
    stdin = '',
  ): Promise<readonly string[]> {
    const lines: string[] = [];
    const command = flagCommands(await bench.open()).find((each) => each.name === name);
    const say = (line: string): void => void lines.push(line);
    await command?.run({
      arguments: values,
      options,
      stdin: Readable.from(stdin === '' ? [] : [stdin]),
      directory: '/',
      signal: new AbortController().signal,
      print: say,
      warn: say,
    });
    return lines;
  }

  it('list shows each flag with value and reason', async () => {
    expect(await run('flags list')).to.deep.equal([
      'LPD-1  off  One  (Switched off by feature-flags.json.)',
      'LPD-2  off  Two  (Off because it depends on LPD-1. LPD-1: Switched off by feature-flags.json.)',
    ]);
  });

  it('set switches a flag on, and unset takes that back', async () => {
    const [line] = await run('flags set', { key: 'LPD-1', value: 'on' });
    expect(line).to.match(/^LPD-1 \(One\) is on\. Switched on by this instance \(the command line, /);
    expect(await run('flags set', { key: 'LPD-1', value: 'unset' })).to.deep.equal([
      'LPD-1 (One) is off. Switched off by feature-flags.json.',
    ]);
  });

  it('why names what wins and what loses', async () => {
    await run('flags set', { key: 'LPD-1', value: 'on' });
    const lines = await run('flags why', { key: 'LPD-1' });
    expect(lines.slice(1, 5).map((line) => line.replace(/\(.*\)/, '(…)'))).to.deep.equal([
      '  wins: on, says this instance (…)',
      '  loses: off, says feature-flags.json',
      '  loses: off, says the default',
      '  needed by: LPD-2',
    ]);
    expect((await run('flags why', { key: 'LPD-2' })).slice(-1)[0]).to.match(
      /^ {2}LPD-2 needs LPD-1: on\. Switched on by this instance/,
    );
  });

  it('why ends with who switched it here, from where, and why', async () => {
    await run('flags set', { key: 'LPD-1', value: 'on' }, { reason: 'The fair.' });
    await run('flags undo', { key: 'LPD-1' });
    const lines = (await run('flags why', { key: 'LPD-1' })).slice(-2).map((line) => line.replace(/ \d{4}-\S+/, ''));
    expect(lines).to.deep.equal([
      '  undone on -> unset by the command line (command)',
      '  set unset -> on by the command line (command): The fair.',
    ]);
  });

  it('undo says so when there is nothing to take back', async () => {
    const code = await run('flags undo', { key: 'LPD-1' }).catch((error: unknown) => (error as PortalError).code);
    expect(code).to.equal('flag-changed');
  });

  it('export and import carry the switches of an instance over, with a dry run first', async () => {
    await run('flags set', { key: 'LPD-1', value: 'on' });
    const file = (await run('flags export')).join('\n');
    await run('flags unset', { key: 'LPD-1' });
    expect(await run('flags import', {}, { 'dry-run': true }, file)).to.deep.equal([
      'LPD-1: unset -> on',
      'Nothing was changed: this was a dry run.',
    ]);
    expect(await run('flags import', {}, {}, file)).to.deep.equal(['LPD-1: unset -> on', 'Imported.']);
    expect(await run('flags import', {}, {}, file)).to.deep.equal(['Nothing changes.']);
    expect(await run('flags import', {}, {}, file.replace('LPD-1', 'ghost'))).to.deep.equal([
      'Line 6, column 5: flags.ghost is a feature flag that nobody declares.',
      'Nothing was imported.',
    ]);
  });

  it('refuses other words and unknown keys', async () => {
    const codes: string[] = [];
    for (const values of [
      { key: 'LPD-1', value: 'yes' },
      { key: 'ghost', value: 'on' },
    ]) {
      await run('flags set', values).catch((error: unknown) =>
        codes.push(error instanceof PortalError ? error.code : String(error)),
      );
    }
    expect(codes).to.deep.equal(['invalid-input', 'flag-unknown']);
  });
});
