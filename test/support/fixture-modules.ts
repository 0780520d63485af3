import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');

/** Packages of modules that are written for one test, in a folder of their own beside those of the portal. */
export class FixtureModules {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<FixtureModules> {
    const folder = await mkdtemp(join(tmpdir(), 'portico-modules-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await mkdir(join(folder, 'modules'));
    return new FixtureModules(folder);
  }

  /** Where they lie. */
  get path(): string {
    return join(this.folder, 'modules');
  }

  /** Those of the portal and these, as `modulePaths` has them. */
  get paths(): readonly string[] {
    return [join(root, 'modules'), this.path];
  }

  /** For a portal in a process of its own. */
  get environment(): Readonly<Record<string, string>> {
    return { PORTICO_MODULE_PATHS: this.paths.join(',') };
  }

  /** @param source the code of `module.js`, below an import of all of `@portico/core` as `core` and of the usual names. */
  async write(id: string, source: string, manifest: object = {}): Promise<string> {
    const path = join(this.path, id);
    await mkdir(path, { recursive: true });
    const portico = { id, ...manifest };
    const file = { name: `@acme/${id}`, version: '1.0.0', type: 'module', exports: './module.js', portico };
    await writeFile(join(path, 'package.json'), JSON.stringify(file));
    const imports = `import * as core from '@portico/core';\nconst { defineModule, HttpRoutes, MenuItems } = core;\n`;
    await writeFile(join(path, 'module.js'), imports + source);
    return path;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
