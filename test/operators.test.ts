import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

const visible = (html: string): string =>
  html
    .replace(/<(style|script)[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replace(/\s+/g, ' ');

describe('What an operator wrote and nobody can follow', () => {
  let modules: FixtureModules;
  let portal: TestPortal;
  let missing: string;
  let empty: string;
  let broken: string;
  let second: string;
  let unbuilt: string;

  before(async () => {
    modules = await FixtureModules.create();
    await modules.write('acme-first', 'export default defineModule(() => {});');
    broken = await modules.write('acme-broken', '');
    await writeFile(join(broken, 'package.json'), '{ "name": "@acme/broken", }');
    unbuilt = await modules.write('acme-unbuilt', '');
    await writeFile(
      join(unbuilt, 'package.json'),
      JSON.stringify({ name: '@acme/unbuilt', version: '1.0.0', exports: './dist/module.js', portico: { id: 'acme-unbuilt' } }),
    );
    await modules.write('acme-failing', `throw new Error('not today');`);
    second = await modules.write('acme-second', '', { id: 'acme-first' });
    missing = join(modules.path, '../gone');
    empty = join(modules.path, '../empty');
    await mkdir(empty);
    portal = await startTestPortal({
      config: { modulePaths: [...modules.paths, missing, empty], modules: { 'ai-creater': { concurrency: 1 } } },
      environment: {
        PORTICO_FLAG_LPD_10793: 'flase',
        PORTICO_FLAG_LPD_10739: 'false',
        PORTICO_PUBLICURL: 'https://portal.example.org',
        PORTICO_SETING_AI_CREATOR_MODEL: 'x',
        PORTICO_OPENAI_BASE_ULR: 'https://gateway.example',
        PORTICO_SECRET_LAMP: 'known',
        PORTICO_LOCKED_SETTINGS: 'ai-creator.modle',
      },
      flags: { 'LPD-10793': true },
    });
  });
  after(async () => {
    await portal?.stop();
    await modules.remove();
  });

  const packages = (): readonly string[] => [
    `"modulePaths" or PORTICO_MODULE_PATHS names ${missing}, which is not there.`,
    `"modulePaths" or PORTICO_MODULE_PATHS names ${empty}, where no package lies.`,
    `Package ${broken}: "package.json" cannot be read: `,
    `Package @acme/unbuilt: "exports["."]" names ./dist/module.js, which does not exist; build the module first.`,
    `Package ${second}: "portico.id" is "acme-first", as in ${join(modules.path, 'acme-first')}; the second is left out.`,
  ];
  const deployment = [
    'The environment variable PORTICO_FLAG_LPD_10793 is "flase", which says neither on nor off: the flag is locked off. Write true or false.',
    'The environment variable PORTICO_FLAG_LPD_10739 names no known feature flag. Did you mean PORTICO_FLAG_LPD_10793?',
    'The environment variable PORTICO_PUBLICURL is none that the portal or a module knows; it changes nothing. Did you mean PORTICO_PUBLIC_URL?',
    'The environment variable PORTICO_SETING_AI_CREATOR_MODEL is none that the portal or a module knows; it changes nothing. Did you mean PORTICO_SETTING_AI_CREATOR_MODEL?',
    'The environment variable PORTICO_OPENAI_BASE_ULR is none that the portal or a module knows; it changes nothing. Did you mean PORTICO_OPENAI_BASE_URL?',
    'The section modules.ai-creater of config/*.json belongs to no module that is installed; it changes nothing. Did you mean ai-creator?',
    'ai-creator.modle names no setting of a module that runs; check the spelling. Did you mean ai-creator.model? It stands in PORTICO_LOCKED_SETTINGS and locks nothing.',
  ];

  it('is in the log when the portal opens', () => {
    const said = portal
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; problem?: string });
    const sentences = said.map(({ msg, problem }) => problem ?? msg).join('\n');
    for (const sentence of [...packages(), ...deployment]) expect(sentences).to.include(sentence);
    expect(sentences).not.to.include('PORTICO_SECRET_LAMP').and.not.to.include('PORTICO_ADMIN');
  });

  it('is said by doctor, which finds nothing broken', async () => {
    const { exitCode, out } = await portal.command(['doctor']);
    for (const sentence of [...packages(), ...deployment]) expect(out).to.include(`warning: ${sentence}`);
    expect(exitCode).to.equal(0);
  });

  it('stands on the screen Diagnostics, for those who may diagnose', async () => {
    const page = visible((await (await portal.signIn()).get('/configuration/diagnostics')).text);
    for (const sentence of [...packages(), ...deployment]) expect(page).to.include(sentence);
    const guest = await portal.agent().get('/configuration/diagnostics').set('Accept', 'text/html');
    expect(guest.text).not.to.include('PORTICO_');
  });

  it('is said of packages by modules list, by modules why, and on the screen Modules', async () => {
    const list = (await portal.command(['modules', 'list'])).out;
    const page = visible((await (await portal.signIn()).get('/configuration/modules')).text);
    for (const sentence of packages()) {
      expect(list).to.include(sentence);
      expect(page).to.include(sentence);
    }
    for (const [name, sentence] of [
      [missing, 'which is not there.'],
      ['gone', 'which is not there.'],
      ['acme-broken', '"package.json" cannot be read: '],
      ['acme-unbuilt', 'build the module first.'],
      ['@acme/unbuilt', 'build the module first.'],
      ['acme-second', 'the second is left out.'],
    ] as const) {
      const { exitCode, out } = await portal.command(['modules', 'why', name]);
      expect([exitCode, out.includes(sentence)], `${name}: ${out}`).to.deep.equal([1, true]);
    }
  });

  it('does not hide the module that came first', async () => {
    const { exitCode, out } = await portal.command(['modules', 'why', 'acme-first']);
    expect([exitCode, out]).to.deep.equal([0, `acme-first 1.0.0 is active.\n${packages()[4]} It lies in ${second}.\n`]);
  });

  it('asks on a terminal before nobody can sign in any more, and not otherwise', async () => {
    const asked: string[] = [];
    const call = (answer: string, ...argv: readonly string[]): Promise<{ readonly exitCode: number; readonly err: string }> =>
      portal.command(['modules', ...argv], '', async (question) => {
        asked.push(question);
        return answer;
      });
    expect(await call('n', 'stop', 'identity')).to.include({ exitCode: 1, err: 'Nothing was changed.\n' });
    expect(portal.modules.status('identity')?.state).to.equal('active');
    expect(asked.splice(0)).to.deep.equal([
      'Nobody can sign in without identity; the way back is portico modules start identity. Go on? [y/N] ',
    ]);
    expect((await call('n', 'stop', 'identity', '--yes')).exitCode).to.equal(0);
    expect((await call('n', 'start', 'identity')).exitCode).to.equal(0);
    await call('n', 'stop', 'web-content');
    await call('n', 'start', 'web-content');
    expect(asked).to.deep.equal([]);
    expect(portal.modules.status('web-content')?.state).to.equal('active');
  });

  it('gives modules why the exit code 1 for what is not active', async () => {
    const { exitCode, out } = await portal.command(['modules', 'why', 'acme-failing']);
    expect([exitCode, out.split('\n')[0]]).to.deep.equal([1, 'acme-failing 1.0.0 is failed.']);
    expect((await portal.command(['modules', 'why', 'sites'])).exitCode).to.equal(0);
  });

  it('locks a flag off, with the reason on the screen, in the list and for why', async () => {
    const reason =
      'Locked off, because the environment variable PORTICO_FLAG_LPD_10793 is "flase", which says neither on nor off.';
    expect((await portal.command(['flags', 'list'])).out)
      .to.include(`LPD-10793  off`)
      .and.to.include(reason);
    expect((await portal.command(['flags', 'why', 'LPD-10793'])).out).to.include(reason);
    const admin = await portal.signIn();
    expect(visible((await admin.get('/configuration/feature-flags')).text)).to.include(reason);
    expect((await portal.command(['flags', 'set', 'LPD-10793', 'on'])).exitCode).to.equal(1);
  });
});
