import { join } from 'node:path';
import { type Disposable, type Log, type Messages, type Modification, PortalError, toDisposable } from '../api/index.js';
import { CompiledViews } from './compiled-views.js';
import type { ViewHelpers } from './helpers.js';
import type { Rendering } from './rendering.js';
import { readViewFiles, type ViewFile } from './view-files.js';
import { type OverriddenOwner, overridesFolder, ViewOverrides } from './view-overrides.js';
import { ViewSet } from './view-set.js';

/** A module as far as its views matter. */
export interface ViewOwner {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly version?: string;
  readonly manifest: { readonly views?: string; readonly overrides?: Readonly<Record<string, string>> };
}

export interface LoadedViewsOptions {
  readonly messages: { for(moduleId: string): Messages; sentence?(text: string, locale: string): string };
  readonly assets: { find?(moduleId: string, file: string): string | undefined };
  /** The portal's own views: `layouts/`, `partials/`, and one folder per module with overrides. */
  readonly viewsFolder: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Whether operators let a module show a view in place of another's, `<module>/<view>`. Default: they do. */
  readonly showsOverride?: (module: string, subject: string) => boolean;
  /** Whether a version lies in a range. Default: any does. */
  readonly isInRange?: (version: string, range: string) => boolean;
  /** Default: what the build made of them. */
  readonly compiled?: CompiledViews;
}

const portal = 'core';

/** The views of the portal and of the modules that run, compiled, and which of them is shown. */
export class LoadedViews {
  private readonly compiled: CompiledViews;
  private readonly sets = new Map<string, ViewSet>();
  /** The modules whose views are loaded. */
  private readonly owners = new Map<string, ViewOwner>();
  /** What each of them shows in place of others. */
  private readonly overriding = new Map<string, Disposable>();
  private readonly overrides: ViewOverrides;
  layouts: ViewSet;

  /** @throws PortalError `view-broken` when a view of the portal itself cannot be used. */
  constructor(
    private readonly options: LoadedViewsOptions,
    private readonly helpers: ViewHelpers,
  ) {
    const { messages, log, showsOverride = () => true, isInRange = () => true } = options;
    this.compiled = options.compiled ?? new CompiledViews();
    this.overrides = new ViewOverrides({
      messages,
      log,
      isOn: showsOverride,
      isInRange,
      themeOf: (module) => options.assets.find?.(module, 'clay.css'),
    });
    this.layouts = this.readLayouts();
    this.sets.set(portal, this.viewSet(portal, this.portalViews(portal)));
  }

  /** @throws PortalError `view-broken`, naming file and line. */
  load(module: ViewOwner): Disposable {
    this.read(module);
    return toDisposable(() => {
      this.sets.delete(module.id);
      this.owners.delete(module.id);
      this.overriding.get(module.id)?.dispose();
      this.overriding.delete(module.id);
      this.overrides.refresh(module.id, undefined);
    });
  }

  /** Reads those of a module that runs, or for `core` the portal's own and all that build on them. @throws PortalError `view-broken` */
  refresh(owner: string): void {
    const module = this.owners.get(owner);
    if (module) this.read(module);
    if (owner !== portal) return;
    this.layouts = this.readLayouts();
    this.sets.set(portal, this.viewSet(portal, this.portalViews(portal)));
    for (const each of this.owners.values()) this.read(each);
  }

  /** What modules that run show in place of the views of others. */
  list(): readonly Modification[] {
    return this.overrides.list();
  }

  /** What a module shows, or another in its place. @throws PortalError `view-missing` */
  render(moduleId: string, view: string, model: object, rendering: Rendering): string {
    const set = this.sets.get(moduleId);
    if (!set) throw new PortalError('view-missing', `The module ${moduleId} has no views now.`);
    return this.overrides.render(moduleId, view, model, rendering) ?? set.render(view, model, rendering);
  }

  private read(module: ViewOwner): void {
    const files = readViewFiles(join(module.folder, module.manifest.views ?? 'views'));
    const own = [...files].filter(([name]) => !name.startsWith(overridesFolder));
    const byPortal = this.portalViews(module.id);
    this.sets.set(module.id, this.viewSet(module.id, new Map([...own, ...byPortal])));
    this.owners.set(module.id, module);
    this.overriding.get(module.id)?.dispose();
    this.overriding.set(
      module.id,
      this.overrides.add(module, (id) => this.overridden(id)),
    );
    this.overrides.refresh(module.id, this.overridden(module.id));
    if (byPortal.size > 0)
      this.options.log.info('The portal overrides views.', { module: module.id, views: [...byPortal.keys()] });
  }

  private overridden(moduleId: string): OverriddenOwner | undefined {
    const owner = this.owners.get(moduleId);
    const set = this.sets.get(moduleId);
    if (!owner || !set) return undefined;
    const { helpers, compiled } = this;
    return {
      version: owner.version,
      byPortal: new Set(this.portalViews(moduleId).keys()),
      has: (view) => set.has(view),
      compile: (view, file) =>
        new ViewSet({ owner: moduleId, files: new Map([[view, file]]), helpers, compiled, inherited: set }),
    };
  }

  private readLayouts(): ViewSet {
    const files = readViewFiles(this.options.viewsFolder);
    const own = [...files].filter(([name]) => name.startsWith('partials/') || name.startsWith('layouts/'));
    return new ViewSet({
      owner: portal,
      files: new Map(own),
      helpers: this.helpers,
      compiled: this.compiled,
      standsAlone: (view) => view.startsWith('partials/'),
    });
  }

  private viewSet(owner: string, files: ReadonlyMap<string, ViewFile>): ViewSet {
    return new ViewSet({ owner, files, helpers: this.helpers, compiled: this.compiled, inherited: this.layouts });
  }

  /** Views that the portal's own folder has for a module. */
  private portalViews(moduleId: string): ReadonlyMap<string, ViewFile> {
    return readViewFiles(join(this.options.viewsFolder, moduleId));
  }
}
