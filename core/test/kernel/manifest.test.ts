import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseManifest, readManifests } from '../../kernel/index.js';
import { TestPortal } from './test-portal.js';

function faultsOf(section: unknown): string[] {
  const parsed = parseManifest('@acme/mail', section);
  return Array.isArray(parsed) ? parsed.map(({ message }) => message) : [];
}

describe('a manifest', () => {
  it('may be as small as an id', () => {
    expect(parseManifest('@acme/mail', { id: 'mail' })).to.deep.equal({ id: 'mail' });
  });

  it('is refused with package, key and reason', () => {
    expect(faultsOf({ id: 'Mail' })).to.deep.equal([
      'Package @acme/mail: "portico.id" must be in kebab-case, e.g. "press-room".',
    ]);
    expect(faultsOf({ id: 'web' })).to.deep.equal(['Package @acme/mail: "portico.id" is reserved for the portal.']);
    expect(faultsOf({ id: 'mail', requires: { 'acme.post': 'soon' } })).to.deep.equal([
      'Package @acme/mail: "portico.requires["acme.post"]" must be a semver range, e.g. "^1.0.0".',
    ]);
    expect(faultsOf({ id: 'mail', provides: { 'acme.mail': '1.0' } })).to.deep.equal([
      'Package @acme/mail: "portico.provides["acme.mail"]" must be a semver version, e.g. "1.0.0".',
    ]);
    expect(faultsOf({ id: 'mail', requires: { mail: '^1.0.0' } })).to.deep.equal([
      'Package @acme/mail: "portico.requires.mail" must be the id of a service or extension point, e.g. "press-room.releases".',
    ]);
    expect(faultsOf({ id: 'mail', views: '../../etc' })).to.deep.equal([
      'Package @acme/mail: "portico.views" must be a path inside the package.',
    ]);
  });

  it('is refused for each key that modules do not have', () => {
    expect(faultsOf({ id: 'mail', require: {}, flags: { X: { type: 'beta', title: 'X', onn: true } } })).to.have.members([
      'Package @acme/mail: "portico.require" is not a key that modules have.',
      'Package @acme/mail: "portico.flags.X.onn" is not a key that modules have.',
    ]);
  });

  it('is refused for a missing id and for wrong kinds of values', () => {
    expect(faultsOf({})).to.deep.equal(['Package @acme/mail: "portico.id" is wrong: expected string, received undefined.']);
    expect(faultsOf('mail')).to.deep.equal(['Package @acme/mail: "portico" is wrong: expected object, received string.']);
    expect(faultsOf({ id: 'mail', onFailure: 'panic' })[0]).to.match(
      /"portico.onFailure" is wrong: expected one of "isolate"\|"stop-portal"/,
    );
  });

  it('names nothing twice', () => {
    expect(faultsOf({ id: 'mail', requires: { 'a.b': '*' }, optional: { 'a.b': '*' } })).to.deep.equal([
      'Package @acme/mail: "portico.optional["a.b"]" is required as well; name it once.',
    ]);
  });
});

describe('reading manifests', () => {
  let portal: TestPortal;
  const read = () => readManifests([join(portal.folder, 'modules')]);

  beforeEach(async () => {
    portal = await TestPortal.build();
  });
  afterEach(() => portal.close());

  it('answers modules by id, with absolute paths', async () => {
    await portal.write({ id: 'b' });
    await portal.write({ id: 'a' });
    const { modules, problems } = await read();
    const folder = join(portal.folder, 'modules', 'a');
    expect(problems).to.deep.equal([]);
    expect(modules.map(({ id }) => id)).to.deep.equal(['a', 'b']);
    expect(modules[0]).to.deep.equal({
      id: 'a',
      version: '1.2.3',
      description: 'The a.',
      packageName: '@test/a',
      isOfPortal: false,
      folder,
      entry: join(folder, 'module.js'),
      manifest: { id: 'a' },
    });
    expect((await readManifests([folder])).modules).to.deep.equal([modules[0]]);
    const delivered = await readManifests([join(portal.folder, 'modules')], new Set(['@test/b']));
    expect(delivered.modules.map(({ isOfPortal }) => isOfPortal)).to.deep.equal([false, true]);
  });

  it('runs no code of a module', async () => {
    await portal.write({ id: 'a' }, '', 'globalThis.porticoManifestTest = true;');
    await read();
    expect('porticoManifestTest' in globalThis).to.equal(false);
  });

  it('leaves a package with a problem out, names it, and keeps the others', async () => {
    await portal.write({ id: 'good' });
    await portal.writePackage('unbuilt', { portico: { id: 'unbuilt' } }, undefined);
    await portal.writePackage('plain', {}, '');
    await portal.writePackage('outside', { portico: { id: 'outside' }, exports: { '.': '../good/module.js' } }, '');
    await portal.writePackage('twin', { portico: { id: 'good' } }, '');
    await mkdir(join(portal.folder, 'modules', 'not-a-package'));
    const { modules, problems } = await read();
    expect(modules.map(({ id }) => id)).to.deep.equal(['good']);
    const twin = join(portal.folder, 'modules', 'twin');
    expect(problems.map(({ message }) => message)).to.have.members([
      'Package @test/unbuilt: "exports["."]" names ./module.js, which does not exist; build the module first.',
      'Package @test/plain: "portico" is missing; every module has this section in its package.json.',
      'Package @test/outside: "exports["."]" leads out of the package: ../good/module.js.',
      `Package ${twin}: "portico.id" is "good", as in ${join(portal.folder, 'modules', 'good')}; the second is left out.`,
    ]);
  });
});
