import { extname, join, relative, sep } from 'node:path';
import type { Change } from '../create-portal.js';
import { sharedFiles } from '../development/module-hooks.js';
import { PortalProcess } from '../development/portal-process.js';
import { watchTree } from '../development/watch-tree.js';
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
  private readonly waiting = new Set<string>();
  private readonly id: string;
  private isWorking = false;
  private isClosing = false;

  constructor(private readonly folder: string) {
    this.id = readModulePackage(folder).content.portico.id;
    const { PORTICO_MODULE_PATHS: paths = 'modules', ...environment } = process.env;
    this.portal = new PortalProcess(folder, { ...environment, PORTICO_MODULE_PATHS: `${paths},${folder}` });
  }

  async start(): Promise<void> {
    await buildModule(this.folder);
    const isThere = await this.portal.start();
    if (!isThere) process.exit(1);
    const watched = watchTree([this.folder], (file) => this.edited(file));
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, async () => {
        this.isClosing = true;
        watched.close();
        await this.portal.close();
        process.exit(0);
      });
    console.log('Edit something: it is shown by itself. Ctrl+C ends.');
  }

  private edited(file: string): void {
    this.waiting.add(file);
    if (this.isWorking) return;
    this.isWorking = true;
    // What an editor writes in one go is taken in at once.
    setTimeout(() => void this.work(), 15);
  }

  private async work(): Promise<void> {
    while (this.waiting.size > 0 && !this.isClosing) {
      const edits = [...this.waiting].flatMap((file) => this.place(file) ?? []);
      this.waiting.clear();
      try {
        await this.take(edits);
      } catch (error) {
        console.error((error as Error).message);
      }
    }
    this.isWorking = false;
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
