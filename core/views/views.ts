import { join } from 'node:path';
import {
  type ConditionalContributions,
  type Disposable,
  type Log,
  type Messages,
  type PageAddition,
  PortalError,
  type RenderOptions,
  toDisposable,
} from '../api/index.js';
import { Handlebars } from '../libraries/text.js';
import { CompiledViews } from './compiled-views.js';
import { FragmentCache } from './fragment-cache.js';
import { type Frame, type FrameDependencies, Frames, initialsOf } from './frame.js';
import { createHelpers, type ViewHelpers } from './helpers.js';
import { LayoutCache } from './layout-cache.js';
import type { PageState } from './page-state.js';
import type { CachedLayouts, Rendering } from './rendering.js';
import { readViewFiles } from './view-files.js';
import { ViewSet } from './view-set.js';

/** A module as far as its views matter. */
export interface ViewOwner {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: { readonly views?: string };
}

export interface ViewsDependencies extends FrameDependencies {
  readonly messages: { for(moduleId: string): Messages };
  readonly pageAdditions?: ConditionalContributions<PageAddition>;
  readonly assets: { url(moduleId: string, file: string): string; find?(moduleId: string, file: string): string | undefined };
  /** Address of a script on every page. */
  readonly everywhere?: { readonly script: string };
  /** The portal's own views: `layouts/`, `partials/`, and one folder per module with overrides. */
  readonly viewsFolder: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Default: what the build made of them. */
  readonly compiled?: CompiledViews;
}

const portal = 'core';
const clientMessageKeys = [
  'close',
  'cancel',
  'confirm',
  'confirm-title',
  'loading',
  'retry',
  'dismiss',
  'open-failed',
  'send-failed',
  'sign-in',
  'form-restored',
  'paste-cut',
  'leave-dialog',
  'leave-dialog-yes',
] as const;

/** Turns a module's view and a model into a page. Views are compiled when their module starts; models are data only. */
export class Views {
  private readonly compiled: CompiledViews;
  private readonly helpers: ViewHelpers;
  private layouts: ViewSet;
  private readonly sets = new Map<string, ViewSet>();
  /** The modules whose views are loaded. */
  private readonly owners = new Map<string, ViewOwner>();
  private readonly clientMessagesByLocale = new Map<string, Handlebars.SafeString>();
  private readonly frames: Frames;
  private readonly kept = new LayoutCache();
  private readonly fragments = new FragmentCache();

  /** @throws PortalError `view-broken` when a view of the portal itself cannot be used. */
  constructor(private readonly dependencies: ViewsDependencies) {
    this.frames = new Frames(dependencies);
    this.compiled = dependencies.compiled ?? new CompiledViews();
    this.helpers = createHelpers({
      assetUrl: (moduleId, file) => dependencies.assets.url(moduleId, file),
      fragments: this.fragments,
      viewOf: (moduleId, view, model, rendering) => this.viewWithin(moduleId, view, model, rendering),
    });
    this.layouts = this.readLayouts();
    this.sets.set(portal, this.viewSet(portal, this.overrides(portal)));
  }

  /** @throws PortalError `view-broken`, naming file and line. */
  async load(module: ViewOwner): Promise<Disposable> {
    this.read(module);
    return toDisposable(() => {
      this.sets.delete(module.id);
      this.owners.delete(module.id);
    });
  }

  private read(module: ViewOwner): void {
    const own = readViewFiles(join(module.folder, module.manifest.views ?? 'views'));
    const overrides = this.overrides(module.id);
    this.sets.set(module.id, this.viewSet(module.id, new Map([...own, ...overrides])));
    this.owners.set(module.id, module);
    this.fragments.clear();
    if (overrides.size > 0)
      this.dependencies.log.info('The portal overrides views.', { module: module.id, views: [...overrides.keys()] });
  }

  /**
   * Reads views that have changed: those of a module that runs, or for `core` the portal's own and all that build on them.
   * @throws PortalError `view-broken`; what was there before stays.
   */
  async refresh(owner: string): Promise<void> {
    this.clientMessagesByLocale.clear();
    this.frames.clear();
    this.kept.clear();
    this.fragments.clear();
    const module = this.owners.get(owner);
    if (module) this.read(module);
    if (owner !== portal) return;
    this.layouts = this.readLayouts();
    this.sets.set(portal, this.viewSet(portal, this.overrides(portal)));
    for (const each of this.owners.values()) this.read(each);
  }

  /** @throws PortalError `view-missing` */
  render(moduleId: string, view: string, model: object, options: RenderOptions, page: PageState): string {
    const set = this.setOf(moduleId);
    const rendering: Rendering = {
      moduleId,
      page,
      messages: this.dependencies.messages.for(moduleId),
      scripts: new Set(),
      styles: new Set(),
      rules: new Set(),
    };
    this.addTheme(rendering);
    const body = set.render(view, model, rendering);
    const layout = options.layout ?? 'page';
    if (layout === 'none') return body + this.fragmentAssets(rendering);
    const additions = layout === 'plain' ? [] : this.additions(rendering);
    const frame = layout === 'plain' ? undefined : this.frames.of(page.access, page.path);
    return this.layouts.render(
      `layouts/${layout}`,
      { body, additions, ...this.layoutModel(options, rendering), ...frame?.shared, personal: frame?.personal },
      {
        ...rendering,
        moduleId: portal,
        messages: this.dependencies.messages.for(portal),
        pieces: this.pieces(page, frame),
      },
    );
  }

  /** Rules of the theme that this module uses and no page has by itself; `portico module build` has found them. */
  private addTheme({ moduleId, styles }: Rendering): void {
    const rules = this.dependencies.assets.find?.(moduleId, 'clay.css');
    if (rules !== undefined) styles.add(rules);
  }

  /** Shown before the layout, which names the scripts that they ask for. */
  private additions(rendering: Rendering): readonly string[] {
    const { pageAdditions } = this.dependencies;
    const { access } = rendering.page;
    const shown = pageAdditions?.each((addition, { module }) => {
      const model = addition.model(access);
      return model && this.viewWithin(module, addition.view, model, rendering);
    }, pageAdditions.visible(access));
    return shown?.filter((html) => html !== undefined) ?? [];
  }

  /** A page outlives a guest's view that fails: what stands in the block takes its place. */
  private viewWithin(moduleId: string, view: string, model: object, rendering: Rendering): string | undefined {
    try {
      const messages = this.dependencies.messages.for(moduleId);
      this.addTheme({ ...rendering, moduleId });
      return this.setOf(moduleId).render(view, model, { ...rendering, moduleId, messages });
    } catch (error) {
      this.dependencies.log.warn('A view of a module cannot be shown within a page.', { module: moduleId, view, error });
      return undefined;
    }
  }

  private setOf(moduleId: string): ViewSet {
    const set = this.sets.get(moduleId);
    if (!set) throw new PortalError('view-missing', `The module ${moduleId} has no views now.`);
    return set;
  }

  private layoutModel({ title, note }: RenderOptions, { page, scripts, styles, rules }: Rendering): object {
    const { access, flash } = page;
    const { locale, site, person } = access;
    const place = site?.name ?? this.dependencies.messages.for(portal).text('portal.name', undefined, locale);
    return {
      title: title && title !== place ? `${title} - ${place}` : place,
      locale,
      nonce: page.nonce,
      csrfToken: page.csrf,
      note: note === undefined ? flash : { kind: 'success', sentence: note },
      site,
      person,
      initials: person && initialsOf(person.name),
      clientMessages: this.clientMessages(locale),
      signInHref: '/sign-in',
      scripts: [...(this.dependencies.everywhere ? [this.dependencies.everywhere.script] : []), ...scripts],
      styles: [...styles],
      rules: [...rules],
    };
  }

  private pieces({ access: { locale, site } }: PageState, frame: Frame | undefined): CachedLayouts {
    const { key, shared } = frame ?? { key: `${locale} ${site?.id} ${site?.address} ${site?.name}` };
    const assets = this.dependencies.assets.url(portal, 'icons.svg');
    return this.kept.of(
      key === undefined ? undefined : `${assets} ${key}`,
      () => ({ locale, site: site && { id: site.id, name: site.name, address: site.address }, assets, ...shared }),
      () => ({
        moduleId: portal,
        messages: this.dependencies.messages.for(portal),
        clientMessages: this.clientMessages(locale),
      }),
    );
  }

  /** The messages of the portal's own elements, as an attribute has them: they are on every page, and never change. */
  private clientMessages(locale: string): Handlebars.SafeString {
    let json = this.clientMessagesByLocale.get(locale);
    if (!json) {
      const messages = this.dependencies.messages.for(portal);
      const texts = clientMessageKeys.map((key) => [key, messages.text(`portal.${key}`, undefined, locale)]);
      json = new Handlebars.SafeString(Handlebars.escapeExpression(JSON.stringify(Object.fromEntries(texts))));
      this.clientMessagesByLocale.set(locale, json);
    }
    return json;
  }

  /** A dialog reads this and loads what the fragment asked for: scripts in a fragment do not run by themselves. */
  private fragmentAssets({ scripts, styles }: Rendering): string {
    if (scripts.size === 0 && styles.size === 0) return '';
    const list = (values: Set<string>): string => [...values].join(' ');
    return `<template data-fragment-assets data-scripts="${list(scripts)}" data-styles="${list(styles)}"></template>`;
  }

  private readLayouts(): ViewSet {
    const files = readViewFiles(this.dependencies.viewsFolder);
    const own = [...files].filter(([name]) => name.startsWith('partials/') || name.startsWith('layouts/'));
    return new ViewSet({
      owner: portal,
      files: new Map(own),
      helpers: this.helpers,
      compiled: this.compiled,
      standsAlone: (view) => view.startsWith('partials/'),
    });
  }

  private viewSet(owner: string, files: ReturnType<typeof readViewFiles>): ViewSet {
    return new ViewSet({ owner, files, helpers: this.helpers, compiled: this.compiled, inherited: this.layouts });
  }

  private overrides(moduleId: string): ReturnType<typeof readViewFiles> {
    return readViewFiles(join(this.dependencies.viewsFolder, moduleId));
  }
}
