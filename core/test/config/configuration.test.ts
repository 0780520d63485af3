import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PortalError } from '../../api/index.js';
import { type LoadedConfig, loadConfig, moduleVariables, namedPorts } from '../../config/index.js';

describe('The configuration', () => {
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'portico-config-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const variables = moduleVariables([
    {
      id: 'mail',
      manifest: { environment: { PORTICO_MAIL_URL: { key: 'url', type: 'url' }, PORTICO_MAIL_FROM: { key: 'from' } } },
    },
  ]);
  const load = (environment: NodeJS.ProcessEnv): LoadedConfig => loadConfig({ root, mode: 'production', environment, variables });

  function refusal(environment: NodeJS.ProcessEnv): string {
    try {
      load(environment);
    } catch (error) {
      if (error instanceof PortalError && error.code === 'configuration-invalid') return error.message;
      throw error;
    }
    return 'accepted';
  }

  it('takes comments and trailing commas, and tells line and column of a mistake', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portico-config-'));
    await mkdir(join(folder, 'config'));
    const write = (text: string): Promise<void> => writeFile(join(folder, 'config/default.json'), text);
    const read = (): LoadedConfig => loadConfig({ root: folder, mode: 'production', environment: {} });
    await write('{\n  // Behind the proxy of the building.\n  "server": { "port": 9090, },\n}\n');
    expect(read().publicUrl).to.equal('http://127.0.0.1:9090');
    await write('{\n  "server": { "port" 9090 }\n}\n');
    expect(read).to.throw('config/default.json, line 2, column 22: A colon is expected here');
    await rm(folder, { recursive: true, force: true });
  });

  it('names the file of a wrong value, and what was probably meant', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portico-config-'));
    await mkdir(join(folder, 'config'));
    const write = (name: string, text: string): Promise<void> => writeFile(join(folder, 'config', name), text);
    const read = (): LoadedConfig => loadConfig({ root: folder, mode: 'production', environment: { PORT: '9090' } });
    await write('default.json', '{ "server": { "host": "127.0.0.1" } }');
    for (const [written, ...said] of [
      ['{ "server": { "prot": 1 } }', 'set by config/production.json', 'Did you mean port?'],
      ['{ "sevrer": {} }', 'set by config/production.json', 'Did you mean server?'],
      ['{ "log": { "levle": "info" } }', 'set by config/production.json', 'Did you mean level?'],
      ['{ "flagDefaults": { "LPD-10793": "on" } }', 'set by config/production.json', 'LPD-10793'],
      ['[]', 'config/production.json', 'must be an object'],
    ] as const) {
      await write('production.json', written);
      for (const words of said) expect(read, written).to.throw(words);
    }
    await write('production.json', '{ "server": { "port": "wrong, and not in force" } }');
    expect(read().settings.server.port).to.equal(9090);
    await write('prodution.json', '{}');
    const said = 'The file config/prodution.json is read in no mode; it changes nothing. Did you mean production.json?';
    expect(read().unreadFiles).to.deep.equal([said]);
    await rm(folder, { recursive: true, force: true });
  });

  it('is complete without any file or variable', () => {
    expect(load({}).publicUrl).to.equal('http://127.0.0.1:8080');
    expect(load({}).home).to.equal(join(root, 'data'));
  });

  it('takes an empty variable for none', () => {
    expect(load({ PORT: '', HOST: '' }).publicUrl).to.equal('http://127.0.0.1:8080');
  });

  it('takes variables that modules declare for their own sections', () => {
    const environment = { PORTICO_MAIL_URL: 'https://mail.example/', PORTICO_MAIL_FROM: 'us', PORTICO_STRANGER: 'x' };
    expect(load(environment).module('mail')).to.deep.equal({ url: 'https://mail.example', from: 'us' });
    expect(loadConfig({ root, mode: 'production', environment }).module('mail')).to.deep.equal({});
  });

  it('puts ports where files name them, the same for the same name', async () => {
    await mkdir(join(root, 'config'), { recursive: true });
    const demo = { modules: { pump: { port: '{port:water}' }, well: { url: 'http://127.0.0.1:{port:water}/{port:oil}' } } };
    await writeFile(join(root, 'config/demo.json'), JSON.stringify(demo));
    expect(namedPorts({ root, mode: 'demo' })).to.deep.equal(['water', 'oil']);
    const ports = new Map([
      ['water', 4001],
      ['oil', 4002],
    ]);
    const config = loadConfig({ root, mode: 'demo', environment: {}, ports });
    expect(config.module('pump')).to.deep.equal({ port: 4001 });
    expect(config.module('well')).to.deep.equal({ url: 'http://127.0.0.1:4001/4002' });
  });

  it('of development is that of production with what development changes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portico-config-'));
    await mkdir(join(folder, 'config'));
    const write = (name: string, content: object): Promise<void> =>
      writeFile(join(folder, 'config', `${name}.json`), JSON.stringify(content));
    await write('production', { server: { port: 9001, trustedProxies: 1 }, log: { level: 'warn' } });
    await write('development', { log: { level: 'debug' } });
    const settingsOf = (mode: LoadedConfig['mode']): readonly unknown[] => {
      const { server, log } = loadConfig({ root: folder, mode, environment: {} }).settings;
      return [server.port, server.trustedProxies, log.level];
    };
    expect(settingsOf('production')).to.deep.equal([9001, 1, 'warn']);
    expect(settingsOf('development')).to.deep.equal([9001, 1, 'debug']);
    expect(settingsOf('demo')).to.deep.equal([8080, 0, 'info']);
    await rm(folder, { recursive: true, force: true });
  });

  for (const [name, value] of [
    ['PORT', 'abc'],
    ['PORT', '99999'],
    ['HOST', 'not a host'],
    ['HOST', 'http://127.0.0.1'],
    ['PORTICO_PUBLIC_URL', 'foo'],
    ['PORTICO_PUBLIC_URL', 'ftp://example.org'],
    ['PORTICO_PUBLIC_URL', 'https://example.org/portal'],
    ['PORTICO_PUBLIC_URL', 'https://example.org/?tenant=1'],
    ['PORTICO_PUBLIC_URL', 'https://example.org?'],
    ['PORTICO_PUBLIC_URL', 'https://example.org/#top'],
    ['PORTICO_PUBLIC_URL', 'https://ada:secret-0123@example.org'],
    ['PORTICO_LOG_LEVEL', 'loud'],
    ['PORTICO_MAIL_URL', 'nope'],
    ['PORTICO_DATABASE_URL', 'postgres://db/portico'],
  ] as const) {
    it(`names the variable when ${name} is ${value}`, () => {
      expect(refusal({ [name]: value }))
        .to.contain(name)
        .and.not.to.contain('secret-0123');
    });
  }

  for (const written of [
    'https://Portal.example.org',
    ' https://portal.example.org/ ',
    'https://portal.example.org:443',
    'HTTPS://portal.example.org',
  ])
    it(`takes "${written}" for the public address https://portal.example.org`, () => {
      expect(load({ PORTICO_PUBLIC_URL: written }).publicUrl).to.equal('https://portal.example.org');
    });

  it('takes folders of modules from the environment, in place of those of the file', () => {
    const { modulePaths } = load({ PORTICO_MODULE_PATHS: ' modules, /srv/portico/more:extra ' });
    expect(modulePaths).to.deep.equal([join(root, 'modules'), '/srv/portico/more', join(root, 'extra')]);
  });

  for (const host of ['0.0.0.0', '::', '::1', 'localhost', 'portal.example.org']) {
    it(`listens on ${host}`, () => {
      expect(refusal({ HOST: host })).to.equal('accepted');
    });
  }
});
