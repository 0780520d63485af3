import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Disposable, type Log, type Messages, type Modification, toDisposable } from '../api/index.js';
import type { Rendering } from './rendering.js';
import { readViewFile, type ViewFile } from './view-files.js';
import type { ViewSet } from './view-set.js';

/** A module as far as what it shows in place of others matters. */
export interface OverridingModule {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: { readonly views?: string; readonly overrides?: Readonly<Record<string, string>> };
}

/** The module whose view is shown by another. */
export interface OverriddenOwner {
  readonly version: string | undefined;
  /** Names of its views that the portal's own folder shows in their place. */
  readonly byPortal: ReadonlySet<string>;
  has(view: string): boolean;
  /** Compiles a view as if it stood among the owner's. @throws PortalError `view-broken` */
  compile(view: string, file: ViewFile): ViewSet;
}

export interface ViewOverridesDependencies {
  readonly messages: { for(moduleId: string): Messages };
  readonly log: Pick<Log, 'warn'>;
  /** Whether operators leave it on. */
  isOn(module: string, subject: string): boolean;
  isInRange(version: string, range: string): boolean;
  /** Address of the rules of the theme that a module uses and no page has by itself. */
  themeOf(module: string): string | undefined;
}

interface Override {
  readonly module: string;
  readonly owner: string;
  readonly view: string;
  readonly range: string;
  readonly file: ViewFile | undefined;
  readonly path: string;
  set?: ViewSet;
  /** Why it cannot be shown, in a sentence; that it failed for one page stays said until it is read anew, whatever other pages did. */
  fault?: { readonly state: 'broken' | 'waiting' | 'behind'; readonly reason: string };
}

/** Where a module keeps what it shows in place of others, in the folder of its views. */
export const overridesFolder = 'overrides/';

/**
 * Views that modules show in place of those of others. They stand in the manifest under `overrides`, as `<module>/<view>` with the versions of
 * that module for which they were written, and lie in `views/overrides/<module>/<view>.hbs`: a copy of the original works unchanged, with its
 * words, partials, scripts and styles; words that only the overriding module has are found too, and its files with `module='<its id>'`.
 * Where several show the same view, the first by the id of its module counts; what the portal's own folder shows comes before all. What cannot be
 * read, or fails while a page is written, is said, and the next one, in the end the original, is shown.
 */
export class ViewOverrides {
  /** By `<module>/<view>`, each list in the order in which they count. */
  private readonly bySubject = new Map<string, readonly Override[]>();

  constructor(private readonly dependencies: ViewOverridesDependencies) {}

  /** Takes in what a module shows in place of others. @param ownerOf the others that run. */
  add({ id, folder, manifest }: OverridingModule, ownerOf: (id: string) => OverriddenOwner | undefined): Disposable {
    const added = Object.entries(manifest.overrides ?? {}).map(([subject, range]): [string, Override] => {
      const at = subject.indexOf('/');
      const path = join(folder, manifest.views ?? 'views', overridesFolder, `${subject}.hbs`);
      const file = existsSync(path) ? readViewFile(path) : undefined;
      return [subject, { module: id, owner: subject.slice(0, at), view: subject.slice(at + 1), range, file, path }];
    });
    for (const [subject, override] of added) {
      this.prepare(override, ownerOf(override.owner));
      const all = [...(this.bySubject.get(subject) ?? []), override];
      this.bySubject.set(
        subject,
        all.sort((a, b) => (a.module < b.module ? -1 : 1)),
      );
    }
    return toDisposable(() => {
      for (const [subject, override] of added) {
        const left = (this.bySubject.get(subject) ?? []).filter((each) => each !== override);
        if (left.length > 0) this.bySubject.set(subject, left);
        else this.bySubject.delete(subject);
      }
    });
  }

  /** The views of a module have come, changed or gone. */
  refresh(owner: string, now: OverriddenOwner | undefined): void {
    for (const override of [...this.bySubject.values()].flat()) if (override.owner === owner) this.prepare(override, now);
  }

  /** What is shown in place of a view; undefined when the original is. */
  render(owner: string, view: string, model: object, rendering: Rendering): string | undefined {
    if (this.bySubject.size === 0) return undefined;
    for (const override of this.bySubject.get(`${owner}/${view}`) ?? []) {
      const text = this.isOn(override) ? this.shown(override, model, rendering) : undefined;
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** Those of the modules that run. */
  list(): readonly Modification[] {
    return [...this.bySubject].flatMap(([subject, overrides]) => {
      const order = overrides.map(({ module }) => module);
      const first = overrides.find((each) => this.isOn(each) && each.fault === undefined);
      return overrides.map((override): Modification => {
        const { module, owner: of, fault } = override;
        const isOn = this.isOn(override);
        const common = { module, kind: 'view' as const, subject, of, isOn, order };
        if (!isOn) return { ...common, state: 'off' };
        if (fault) return { ...common, ...fault };
        if (override === first || first === undefined) return { ...common, state: 'in-force' };
        return { ...common, state: 'behind', reason: `${first.module} shows the same view, and comes first.` };
      });
    });
  }

  private isOn({ module, owner, view }: Override): boolean {
    return this.dependencies.isOn(module, `${owner}/${view}`);
  }

  /** Scripts and styles count only when all of the view could be written. */
  private shown(override: Override, model: object, rendering: Rendering): string | undefined {
    const { module, owner, view, set } = override;
    if (set === undefined) return undefined;
    const asked = { scripts: new Set<string>(), styles: new Set<string>(), rules: new Set<string>() };
    try {
      const text = set.render(view, model, {
        ...rendering,
        ...asked,
        writer: module,
        messages: this.dependencies.messages.for(`${owner} ${module}`),
      });
      for (const each of asked.scripts) rendering.scripts.add(each);
      for (const each of asked.styles) rendering.styles.add(each);
      for (const each of asked.rules) rendering.rules.add(each);
      const theme = this.dependencies.themeOf(module);
      if (theme !== undefined) rendering.styles.add(theme);
      return text;
    } catch (error) {
      const isNew = override.fault === undefined;
      const reason = `It failed while a page was written, and the original was shown: ${error instanceof Error ? error.message : String(error)}`;
      override.fault = { state: 'broken', reason };
      if (isNew) this.warn(override, error);
      return undefined;
    }
  }

  private prepare(override: Override, owner: OverriddenOwner | undefined): void {
    override.set = undefined;
    override.fault = this.faultOf(override, owner);
    if (override.fault !== undefined || owner === undefined || override.file === undefined) return;
    try {
      override.set = owner.compile(override.view, override.file);
    } catch (error) {
      override.fault = { state: 'broken', reason: error instanceof Error ? error.message : String(error) };
    }
    if (override.fault) this.warn(override, override.fault.reason);
  }

  private faultOf({ owner: id, view, range, file, path }: Override, owner: OverriddenOwner | undefined): Override['fault'] {
    if (file === undefined) return { state: 'broken', reason: `There is no file ${path}.` };
    if (owner === undefined) return { state: 'waiting', reason: `The module ${id} does not run.` };
    const { version } = owner;
    if (version !== undefined && !this.dependencies.isInRange(version, range))
      return { state: 'broken', reason: `It was written for ${id} ${range}, and this is ${version}.` };
    if (owner.byPortal.has(view))
      return { state: 'behind', reason: "The portal's own folder of views shows another, and comes first." };
    if (!owner.has(view)) return { state: 'broken', reason: `The module ${id} has no view "${view}".` };
    return undefined;
  }

  private warn({ module, owner, view }: Override, error: unknown): void {
    this.dependencies.log.warn('A view in place of another cannot be shown; the original is.', { module, owner, view, error });
  }
}
