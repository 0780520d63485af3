import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { create, Header } from 'tar';

export interface ModulePackage {
  readonly id: string;
  readonly version?: string;
  /** Files by path; `package.json` and, when it is left out, `module.js` are made. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Laid over the section `portico` of package.json. */
  readonly manifest?: object;
  /** Laid over package.json. */
  readonly json?: object;
  /** Text that makes this package another one than one with the same content. */
  readonly name?: string;
}

/** Packages of modules as `npm pack` makes them, in a folder of one test. */
export class ModulePackages {
  private count = 0;

  private constructor(readonly folder: string) {}

  static async create(): Promise<ModulePackages> {
    return new ModulePackages(await mkdtemp(join(tmpdir(), 'portico-packages-')));
  }

  /** The files of a package, by path. */
  filesOf({
    id,
    version = '1.0.0',
    files = {},
    manifest = {},
    json = {},
  }: ModulePackage): Readonly<Record<string, string | Uint8Array>> {
    const description = {
      name: `@acme/${id}`,
      version,
      type: 'module',
      exports: { '.': './module.js' },
      portico: { id, ...manifest },
      ...json,
    };
    return { 'package.json': JSON.stringify(description), 'module.js': answering(id, version), ...files };
  }

  /** Writes it unpacked. Answers the folder. */
  async unpacked(said: ModulePackage): Promise<string> {
    this.count += 1;
    const folder = join(this.folder, String(this.count), 'package');
    for (const [path, content] of Object.entries(this.filesOf(said))) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    return folder;
  }

  /** Packs it. Answers the archive. */
  async pack(said: ModulePackage): Promise<string> {
    const folder = await this.unpacked(said);
    const file = join(dirname(folder), `acme-${said.id}-${said.version ?? '1.0.0'}.tgz`);
    await create({ gzip: true, file, cwd: dirname(folder), portable: true }, ['package']);
    return file;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** Code of a module with one public page at `/<id>`. @param answer what it says, as JavaScript. */
export function answering(id: string, answer: string, more = ''): string {
  return `import * as core from '@portico/core';
${more}
class Pages {
  prefix = '/${id}';
  register(router) { router.get('/', { access: 'public' }, (ctx) => { ctx.body = ${answer.includes('`') || answer.startsWith('(') ? answer : JSON.stringify(answer)}; }); }
}
core.injectable()(Pages);
export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));
`;
}

export interface PortalWithPackages {
  portal: TestPortal;
  readonly packages: ModulePackages;
}

/** Gives the suite around it one portal, and packages, and takes both away. @param use is called with them before the first test. */
export function portalWithPackages(use: (both: PortalWithPackages) => void): void {
  let both: PortalWithPackages | undefined;
  before(async () => {
    const packages = await ModulePackages.create();
    try {
      both = { packages, portal: await startTestPortal() };
    } finally {
      if (!both) await packages.remove();
    }
    use(both);
  });
  after(async () => {
    await both?.portal.stop({ keep: false });
    await both?.packages.remove();
  });
}

/** An entry of an archive as no packer writes it. */
export interface ArchiveEntry {
  readonly path: string;
  readonly content?: string | Uint8Array;
  readonly type?: 'File' | 'SymbolicLink' | 'Link';
  readonly linkpath?: string;
}

/** An archive with the files of a package, and then with exactly these entries. */
export function archiveOf(files: Readonly<Record<string, string | Uint8Array>>, more: readonly ArchiveEntry[]): Buffer {
  const own = Object.entries(files).map(([path, content]): ArchiveEntry => ({ path: `package/${path}`, content }));
  const blocks = [...own, ...more].flatMap(({ path, content = '', type = 'File', linkpath }) => {
    const bytes = Buffer.from(content as string);
    const header = Buffer.alloc(512);
    new Header({ path, size: bytes.length, type, mode: 0o644, ...(linkpath === undefined ? {} : { linkpath }) }).encode(header);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
