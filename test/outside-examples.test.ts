import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { TestBrowser } from '@portico/core/testing';
import { loadSharp } from '@portico/core/util';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Outside } from './support/outside.js';

/** As npx finds it, which takes a second to find it. */
const command = 'node_modules/.bin/portico';
const examples = resolve(import.meta.dirname, '../../examples');
const administrator = { email: 'admin@portico.example', password: 'correct horse battery staple' };

interface Package {
  readonly name: string;
  readonly description: string;
  readonly portico: object;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** All that is known of the portal here are its packages: built, released, installed and tried elsewhere, which takes minutes on a busy machine. */
describe('An example, far from this repository,', function () {
  this.timeout(600_000);
  let outside: Outside;
  let browser: TestBrowser;
  let portal: string;
  let stockPhotos: string;

  before(async () => {
    [outside, browser] = await Promise.all([Outside.create(), TestBrowser.open()]);
    portal = join(outside.folder, 'portal');
    stockPhotos = join(outside.folder, 'stock-photos');
    mkdirSync(portal);
    // It names the packages two folders above, as it does in the repository.
    cpSync(join(examples, 'stock-photos'), stockPhotos, { recursive: true, filter: isSource });
    await run('npm install', stockPhotos);
    symlinkSync('../stock-photos/node_modules', join(portal, 'node_modules'));
  });
  after(async () => {
    await browser?.close();
    await outside?.remove();
  });

  const run = async (line: string, folder: string): Promise<string> => {
    const { exitCode, output } = await outside.run(line, folder);
    expect(exitCode, `${line}\n${output}`).to.equal(0);
    return output;
  };

  for (const [example, id] of [
    ['hello-module', 'hello'],
    ['image-provider-module', 'paper-cut'],
  ] as const)
    it(`${example}: compiles, passes its tests and its check, and packs`, async () => {
      await run(`${command} create module ${id}-outside --template page --packages ${outside.release}`, portal);
      const folder = join(portal, `${id}-outside`);
      wear(folder, join(examples, example));
      symlinkSync('../../stock-photos/node_modules', join(folder, 'node_modules'));
      expect(await run('npm test', folder)).to.match(/ passing/);
      expect(await run(`${command} module check`, folder)).to.include(`(${id}) is in order.`);
      expect(await run('npm pack --ignore-scripts', folder)).to.include(`acme-${example}-1.0.0.tgz`);
    });

  it('stock-photos: compiles, passes its tests and its check, and packs', async () => {
    expect(await run('npm test', stockPhotos)).to.match(/ passing/);
    expect(await run(`${command} module check`, stockPhotos)).to.include('(stock-photos) is in order.');
    expect(await run('npm pack --ignore-scripts', stockPhotos)).to.include('acme-stock-photos-1.0.0.tgz');
    // What modules share in the browser is imported, and not carried along.
    const script = await run('tar xzf acme-stock-photos-1.0.0.tgz -O package/dist/assets/photos.js', stockPhotos);
    expect(script).to.match(/from\s*"@portico\/core\/client"/);
    expect(script).not.to.include('X-Portico-Csrf');
  });

  it('stock-photos: is installed while a portal runs, and people use it', async () => {
    const pictures = join(outside.folder, 'pictures');
    mkdirSync(pictures);
    const sharp = await loadSharp();
    const background = { r: 40, g: 90, b: 160 };
    await sharp({ create: { width: 640, height: 400, channels: 3, background } }).toFile(join(pictures, 'harbour-wall.png'));
    writeFileSync(join(pictures, 'credits.json'), '{ "harbour-wall.png": { "altText": "A wall by the sea." } }');
    const environment = {
      PORTICO_ADMIN_EMAIL: administrator.email,
      PORTICO_ADMIN_PASSWORD: administrator.password,
      PORTICO_STOCK_PHOTOS_ROOT: pictures,
    };
    const set = Object.entries(environment).map(([name, value]) => `${name}='${value}'`);
    await outside.begin(`env ${set.join(' ')} npx portico start`, portal);
    const url = `http://127.0.0.1:${outside.port}`;
    const page = await browser.page({ url }, { person: administrator });
    const entry = await openNewMenu(page);
    expect(await entry.count()).to.equal(0);

    const said = await run(`${command} modules install ${stockPhotos}/acme-stock-photos-1.0.0.tgz --yes`, portal);
    expect(said).to.include('stock-photos 1.0.0 is installed, and is active.');

    // An icon that the portal itself lacks came along.
    const added = await openNewMenu(page);
    const icon = await added.locator('use').getAttribute('href');
    const [file = '', name] = icon?.split('#') ?? [];
    expect(name).to.equal('camera');
    expect(await (await page.request.get(file)).text()).to.include('<symbol id="camera"');
    await added.click();
    const picture = page.getByRole('dialog', { name: 'Stock Photo' }).getByRole('button', { name: 'Choose Harbour wall' });
    await picture.waitFor();
    // And so did the rules of a class of the theme.
    const sheet = (await page.locator('link[href$="/clay.css"]').getAttribute('href')) ?? '';
    expect(await (await page.request.get(sheet)).text()).to.include('.img-fluid{');
    await picture.click();
    await page.getByRole('link', { name: 'Harbour wall.png' }).first().click();
    await page.getByRole('img', { name: 'A wall by the sea.' }).first().waitFor();
    // What packages say of themselves came along, too: of the portal, of a module of it, and of the example.
    for (const [path, words] of [
      ['/extension-point/portico.menu-items', 'An entry of the Product Menu'],
      ['/service/configuration.settings', "import { Settings } from '@portico/configuration/api'"],
      ['?kind=setting&text=stock', 'stock-photos.folder'],
    ] as const) {
      await page.goto(`/configuration/extension-points${path}`);
      await page.getByText(words).first().waitFor();
    }
    expect(browser.complaints).to.deep.equal([]);
  });
});

async function openNewMenu(page: Page): Promise<ReturnType<Page['getByRole']>> {
  await page.goto('/web/home/documents-media');
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await page.getByRole('menuitem', { name: 'File Upload', exact: true }).waitFor();
  return page.getByRole('menuitem', { name: 'Stock Photo', exact: true });
}

function isSource(path: string): boolean {
  return !['node_modules', 'dist', 'data'].includes(basename(path));
}

/** A module that was begun with a template gets the code of an example, and keeps what its package has for tools. */
function wear(folder: string, example: string): void {
  const kept = /^(?:package\.json|tsconfig\.json|\.gitignore)$/;
  for (const name of readdirSync(folder)) if (!kept.test(name)) rmSync(join(folder, name), { recursive: true });
  cpSync(example, folder, { recursive: true, filter: (path) => isSource(path) && !/(?:package|tsconfig)\.json$/.test(path) });
  const file = join(folder, 'package.json');
  const [begun, its] = [file, join(example, 'package.json')].map((each) => JSON.parse(readFileSync(each, 'utf8')) as Package);
  const { name, description, portico, dependencies = {} } = its as Package;
  const peerDependencies = Object.fromEntries(Object.entries(dependencies).map(([peer, version]) => [peer, `^${version}`]));
  writeFileSync(file, JSON.stringify({ ...begun, name, description, portico, peerDependencies }, undefined, 2));
}
