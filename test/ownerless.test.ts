import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FixtureModules } from './support/fixture-modules.js';

const source = `
  import { SettingsDefinitions } from '@portico/configuration/api';
  const settings = {
    id: 'acme-scanner', section: 'platform', title: 'title', scopes: ['instance'],
    fields: { depth: { type: 'text', label: 'depth', default: 'shallow' } },
  };
  export default defineModule(({ contribute, flag }) => {
    contribute(SettingsDefinitions).value(settings, { id: 'settings' });
    contribute(core.Permissions).value({ id: 'acme-scanner.scan', label: 'scan', scope: 'instance', defaultRoles: ['Administrator'] }, { id: 'scan' });
    flag(core.defineFlag('acme.fast', { type: 'release', title: 'Fast' }));
  });`;
const manifest = {
  optional: { 'configuration.settings-definitions': '^1.0.0' },
  flags: { 'acme.fast': { type: 'release', title: 'Fast' } },
  migrations: 'migrations.js',
  overrides: { 'control-panel/modules': '^1.0.0' },
};

describe('what a module leaves behind', () => {
  let home: string;
  let modules: FixtureModules;
  let portal: TestPortal | undefined;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-ownerless-'));
    modules = await FixtureModules.create();
    const folder = await modules.write('acme-scanner', source, manifest);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'migrations.js'),
      `export default [class MakeJobs { name = 'MakeJobs1'; async up(runner) {
         await runner.query('CREATE TABLE acme_scanner_job (id text PRIMARY KEY NOT NULL)');
         await runner.query('CREATE TABLE scans (id text PRIMARY KEY NOT NULL)');
       } async down() {} }];`,
    );
  });
  after(async () => {
    await portal?.stop();
    rmSync(home, { recursive: true, force: true });
    await modules.remove();
  });

  /** What `portico doctor` finds, and how it ends. */
  async function doctor(): Promise<{ readonly exitCode: number | undefined; readonly findings: readonly string[] }> {
    const answer = await portal?.command(['doctor']);
    const lines = answer?.out.split('\n') ?? [];
    return {
      exitCode: answer?.exitCode,
      findings: lines.filter((line) => /^ +(?:warning|error): /.test(line)).map((line) => line.trim()),
    };
  }

  it('is nothing to the doctor while the module is installed, and named by table, setting, grant, flag and switch afterwards', async () => {
    portal = await startTestPortal({ home, config: { modulePaths: modules.paths } });
    const admin = await portal.signIn();
    expect((await portal.command(['settings', 'set', 'acme-scanner.depth', 'deep'])).exitCode).to.equal(0);
    expect((await portal.post(admin, '/identity/roles/operator', { permissions: ['acme-scanner.scan'] })).status).to.equal(303);
    expect(
      (await portal.post(admin, '/account/tokens', { name: 'Nightly', days: '30', scopes: 'acme-scanner.scan' })).status,
    ).to.equal(200);
    expect((await portal.command(['flags', 'set', 'acme.fast', 'on'])).exitCode).to.equal(0);
    expect((await portal.command(['modules', 'changes', 'acme-scanner', 'control-panel/modules', 'off'])).exitCode).to.equal(0);
    expect(await doctor(), 'active').to.deep.equal({ exitCode: 0, findings: [] });
    await portal.command(['modules', 'disable', 'acme-scanner']);
    expect(await doctor(), 'installed and off').to.deep.equal({ exitCode: 0, findings: [] });
    await portal.stop();

    portal = await startTestPortal({ home });
    const { exitCode, findings } = await doctor();
    const back =
      'Install the module again; when nobody needs what it kept, a person who knows the database may drop them after a backup.';
    const kept = 'It is kept for when its module comes back, and';
    expect(exitCode).to.equal(0);
    expect(findings).to.have.members([
      'warning: This instance has a switch for acme.fast, which nobody declares. "portico flags unset acme.fast" forgets it.',
      `warning: The module acme-scanner is not installed. It kept the tables acme_scanner_job. ${back}`,
      `warning: The table scans belongs to no module that is installed. ${back}`,
      'warning: The module acme-scanner is switched off and not installed; were it installed again, it would not start.',
      'warning: The module acme-scanner is not installed, and what it would change about control-panel/modules is switched off; it would stay so.',
      `warning: The setting acme-scanner.depth is stored once and belongs to no module that is installed, unless it is one of those that are not active (openfeature). ${kept} nobody reads it until then.`,
      `warning: What was decided for the role Operator about acme-scanner.scan belongs to no module that is installed. ${kept} allows nothing until then.`,
      `warning: The API token "Nightly" has the scope acme-scanner.scan, which belongs to no module that is installed. ${kept} allows nothing until then.`,
    ]);
  });
});
