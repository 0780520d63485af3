import { extname, join, relative, sep } from 'node:path';
import type { Change } from '../create-portal.js';
import { EditQueue } from '../development/edit-queue.js';
import { sharedFiles } from '../development/module-hooks.js';
import { PortalProcess } from '../development/portal-process.js';
import { buildAssets, buildModule, compile, writeTheme } from './build.js';
import { readModulePackage } from './package-file.js';

/** What becomes of an edited file; `restart` when it needs a new portal. */
type Edit = { readonly kind: Change['kind'] | 'restart'; readonly file: string };

/**
 * `npm run dev` of a module: a portal of its own with the module in it, and sample content, in the mode `development`. What is edited is built
 * and taken in while it stands. Ends with the process, on SIGINT and SIGTERM.
 */
export async function developModule(folder: string): Promise<void> {
  const development = new Development(folder);
  await development.start();
}

class Development {
  private readonly portal: PortalProcess;
  private readonly edits: EditQueue;
  private readonly id: string;

  constructor(private readonly folder: string) {
    this.id = readModulePackage(folder).content.portico.id;
    const { PORTICO_MODULE_PATHS: paths = 'modules', ...environment } = process.env;
    this.portal = new PortalProcess(folder, { ...environment, PORTICO_MODULE_PATHS: `${paths},${folder}` });
    this.edits = new EditQueue(this.portal, (files) => this.take(files.flatMap((file) => this.place(file) ?? [])));
  }

  async start(): Promise<void> {
    await buildModule(this.folder);
    const isThere = await this.portal.start();
    if (!isThere) process.exit(1);
    this.edits.watch([this.folder]);
  }

  private place(file: string): Edit | undefined {
    const path = relative(this.folder, file);
    const extension = extname(file);
    const [top = ''] = path.split(sep);
    if (/^(?:package|tsconfig[\w.]*)\.json$/.test(path) || top === 'config') return { kind: 'restart', file };
    if (extension === '.hbs') return { kind: 'views', file };
    if (top === 'messages') return extension === '.json' ? { kind: 'messages', file } : undefined;
    if (top === 'assets') return { kind: 'assets', file };
    return extension === '.ts' ? { kind: 'code', file } : undefined;
  }

  private async take(edits: readonly Edit[]): Promise<void> {
    const of = (kind: Edit['kind']): readonly Edit[] => edits.filter((edit) => edit.kind === kind);
    const code = of('code');
    const needsPortal = of('restart').length > 0;
    // Errors of types are said, and what was compiled all the same is tried.
    if (code.length > 0 || needsPortal) compile(this.folder);
    if (of('assets').length > 0 || needsPortal) await buildAssets(readModulePackage(this.folder));
    const shared = sharedFiles(this.folder);
    const isShared = ({ file }: Edit): boolean =>
      shared.has(join(this.folder, 'dist', relative(this.folder, file).replace(/\.ts$/, '.js')));
    if (needsPortal || code.some(isShared)) return this.portal.restart();
    for (const kind of ['code', 'messages', 'assets', 'views'] as const)
      if (of(kind).length > 0) await this.portal.tell({ kind, owner: this.id });
    // Views and code name icons and classes of the theme, which are assets as well.
    const mayNameOthers = code.length > 0 || of('views').length > 0;
    if (mayNameOthers && writeTheme(readModulePackage(this.folder))) await this.portal.tell({ kind: 'assets', owner: this.id });
  }
}
