import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AccessContext,
  Emitter,
  type FlagChange,
  instanceScope,
  type Log,
  type ModuleChange,
  type ModuleManifest,
  type ServiceToken,
  serviceToken,
  siteScope,
} from '../../api/index.js';
import { type InstalledModule, Kernel, type KernelOptions, readManifests, type SwitchStore } from '../../kernel/index.js';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** What modules of the tests write down, in order. */
export const Journal: ServiceToken<string[]> = serviceToken('test.journal');
/** What modules of the tests do, decided while they run: e.g. throw. */
export const Behaviours: ServiceToken<Map<string, () => unknown>> = serviceToken('test.behaviours');

/** A kernel with little real modules, written to a temporary folder and loaded from there. */
export class TestPortal {
  readonly journal: string[] = [];
  readonly behaviours = new Map<string, () => unknown>();
  readonly flags = new TestFlags();
  readonly changes: ModuleChange[] = [];
  readonly logged: { readonly module: string; readonly level: string; readonly message: string }[] = [];
  readonly kernel: Kernel;

  private constructor(
    readonly folder: string,
    options: Partial<KernelOptions>,
  ) {
    this.kernel = new Kernel({
      clock: { now: () => new Date(), monotonic: () => performance.now() },
      flags: this.flags,
      logFor: (id) => this.logFor(id),
      limits: { startMillis: 500, stopMillis: 200, gateMillis: 300 },
      ...options,
    });
    this.kernel.bind(Journal, this.journal);
    this.kernel.bind(Behaviours, this.behaviours);
    this.kernel.onDidChange((change) => this.changes.push(change));
  }

  static async build(options: Partial<KernelOptions> = {}): Promise<TestPortal> {
    const folder = await mkdtemp(join(tmpdir(), 'portico-kernel-'));
    await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'));
    return new TestPortal(folder, options);
  }

  /** Writes a module. The source may use all that `@portico/core` exports, `journal` and `behave(name)`. */
  async write(manifest: ModuleManifest, setup = '', before = ''): Promise<void> {
    await this.writeSource(
      manifest,
      `${before}
      export default defineModule(({ id, bind, provide, contribute, host, run }) => {
        ${setup}
      });`,
    );
  }

  /** The same, with `export default defineModule(...)` in the source. */
  async writeSource(manifest: ModuleManifest, definition: string): Promise<void> {
    const source = `
      import * as core from '@portico/core';
      const { contributions, defineModule, extensionPoint, inject, injectable, optional, serviceToken } = core;
      const Journal = serviceToken('test.journal');
      const Behaviours = serviceToken('test.behaviours');
      const parts = (target, ...tokens) => {
        injectable()(target);
        tokens.forEach((token, index) => inject(token)(target, undefined, index));
        return target;
      };
      ${definition}
    `;
    await this.writePackage(manifest.id, { portico: manifest }, source);
  }

  async writePackage(name: string, content: object, source: string | undefined): Promise<void> {
    const folder = join(this.folder, 'modules', name);
    await mkdir(folder, { recursive: true });
    const file = {
      name: `@test/${name}`,
      version: '1.2.3',
      description: `The ${name}.`,
      type: 'module',
      exports: { '.': './module.js' },
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ ...file, ...content }));
    if (source !== undefined) await writeFile(join(folder, 'module.js'), source);
  }

  async installed(): Promise<readonly InstalledModule[]> {
    const { modules, problems } = await readManifests([join(this.folder, 'modules')]);
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
    return modules;
  }

  async boot(): Promise<Kernel> {
    this.kernel.install(await this.installed());
    await this.kernel.boot();
    return this.kernel;
  }

  /** States by module id. */
  states(): Record<string, string> {
    return Object.fromEntries(this.kernel.list().map(({ id, state }) => [id, state]));
  }

  async close(): Promise<void> {
    await this.kernel.shutdown();
    await rm(this.folder, { recursive: true, force: true });
  }

  private logFor(module: string): Log {
    const at = (level: string) => (message: string) => void this.logged.push({ module, level, message });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

/** What operators decided, kept over the portals of one test. */
export class TestSwitches implements SwitchStore {
  stored: readonly string[] = [];

  async load(): Promise<readonly string[]> {
    return this.stored;
  }

  async save(ids: readonly string[]): Promise<void> {
    this.stored = ids;
  }
}

export class TestFlags {
  private readonly on = new Set<string>();
  private readonly changed = new Emitter<FlagChange>();
  readonly onDidChange = this.changed.event;

  isEnabled(key: string): boolean {
    return this.on.has(key);
  }

  set(key: string, enabled: boolean): void {
    if (enabled) this.on.add(key);
    else this.on.delete(key);
    this.changed.fire({ key, enabled });
  }

  get listenerCount(): number {
    return this.changed.listenerCount;
  }
}

/** Somebody with the given permissions, on a page of the instance or of a site. */
export function accessOf(permissions: readonly string[] = [], siteId?: string): AccessContext {
  return {
    person: { id: 'ada', kind: 'person', email: 'ada@example.com', name: 'Ada' },
    site: siteId === undefined ? undefined : { id: siteId, address: siteId, name: siteId },
    scope: siteId === undefined ? instanceScope : siteScope(siteId),
    locale: 'en',
    can: (permission) => permissions.includes(permission),
    isAmong: ({ visibleTo }) => visibleTo !== 'roles',
  };
}
