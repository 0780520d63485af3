import {
  type AccessContext,
  type Branding,
  type ConditionalContributions,
  type Disposable,
  type Modification,
  type PageAddition,
  type RenderOptions,
  type ServiceHandle,
  toDisposable,
} from '../api/index.js';
import { Handlebars } from '../libraries/text.js';
import { directionOf } from './format.js';
import { FragmentCache } from './fragment-cache.js';
import { type Frame, type FrameDependencies, Frames, initialsOf } from './frame.js';
import { createHelpers } from './helpers.js';
import { type Brand, LayoutCache } from './layout-cache.js';
import { LoadedViews, type LoadedViewsOptions, type ViewOwner } from './loaded-views.js';
import type { PageState } from './page-state.js';
import type { CachedLayouts, Rendering } from './rendering.js';

export interface ViewsDependencies extends LoadedViewsOptions, Omit<FrameDependencies, keyof LoadedViewsOptions> {
  readonly pageAdditions?: ConditionalContributions<PageAddition>;
  /** What portal and sites are called, and their logos. */
  readonly branding?: Pick<ServiceHandle<Branding>, 'get'>;
  readonly assets: {
    url(moduleId: string, file: string): string;
    find?(moduleId: string, file: string): string | undefined;
    folderOf?(moduleId: string): string | undefined;
  };
  /** Address of a script on every page. */
  readonly everywhere?: { readonly script: string };
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
  'page-older',
  'reload',
] as const;

/** Turns a module's view and a model into a page. Views are compiled when their module starts; models are data only. */
export class Views {
  private readonly loaded: LoadedViews;
  private readonly clientMessagesByLocale = new Map<string, Handlebars.SafeString>();
  private readonly frames: Frames;
  private readonly kept = new LayoutCache();
  private readonly fragments = new FragmentCache();

  /** @throws PortalError `view-broken` when a view of the portal itself cannot be used. */
  constructor(private readonly dependencies: ViewsDependencies) {
    this.frames = new Frames(dependencies);
    const helpers = createHelpers({
      sentence: (text, locale) => dependencies.messages.sentence?.(text, locale) ?? text,
      assetUrl: (moduleId, file) => dependencies.assets.url(moduleId, file),
      fragments: this.fragments,
      viewOf: (moduleId, view, model, rendering) => this.viewWithin(moduleId, view, model, rendering),
    });
    this.loaded = new LoadedViews(dependencies, helpers);
  }

  /** @throws PortalError `view-broken`, naming file and line. */
  async load(module: ViewOwner): Promise<Disposable> {
    this.fragments.clear();
    const loaded = this.loaded.load(module);
    return toDisposable(() => {
      loaded.dispose();
      this.fragments.clear();
    });
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
    this.loaded.refresh(owner);
  }

  /** What modules that run show in place of the views of others. */
  overrides(): readonly Modification[] {
    return this.loaded.list();
  }

  /** Forgets what was written with views that are not shown any more. */
  forgetWritten(): void {
    this.fragments.clear();
  }

  /** @throws PortalError `view-missing` */
  render(moduleId: string, view: string, model: object, options: RenderOptions, page: PageState): string {
    const rendering: Rendering = {
      moduleId,
      page,
      messages: this.dependencies.messages.for(moduleId),
      scripts: new Set(),
      styles: new Set(),
      rules: new Set(),
    };
    this.addTheme(rendering);
    const body = this.loaded.render(moduleId, view, model, rendering);
    const layout = options.layout ?? 'page';
    if (layout === 'none') return body + this.fragmentAssets(rendering);
    const additions = layout === 'plain' ? [] : this.additions(rendering);
    const frame = layout === 'plain' ? undefined : this.frames.of(page.access, page.path);
    return this.loaded.layouts.render(
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
      return this.loaded.render(moduleId, view, model, { ...rendering, moduleId, messages });
    } catch (error) {
      this.dependencies.log.warn('A view of a module cannot be shown within a page.', { module: moduleId, view, error });
      return undefined;
    }
  }

  private layoutModel({ title, note }: RenderOptions, { page, scripts, styles, rules }: Rendering): object {
    const { access, flash } = page;
    const { locale, site, person } = access;
    const brand = this.brandOf(access);
    return {
      title: title && title !== brand.name ? `${title} - ${brand.name}` : brand.name,
      brand,
      locale,
      direction: directionOf(locale),
      // Times are in the zone of the browser for who chose none.
      timeZone: person?.timeZone,
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

  /** What stands at the head of a page: the site's name, else the portal's, and the logo that goes with it. */
  private brandOf({ locale, site }: AccessContext): Brand {
    const said = this.dependencies.branding?.get()?.of(site);
    const name = site?.name ?? said?.name ?? this.dependencies.messages.for(portal).text('portal.name', undefined, locale);
    return { name, logo: said?.logo };
  }

  private pieces({ access }: PageState, frame: Frame | undefined): CachedLayouts {
    const { locale, site } = access;
    const { key, shared } = frame ?? { key: `${locale} ${site?.id} ${site?.address} ${site?.name}` };
    const assets = this.dependencies.assets.url(portal, 'icons.svg');
    const brand = this.brandOf(access);
    return this.kept.of(
      key === undefined ? undefined : `${assets} ${brand.logo?.href} ${brand.name}\n${key}`,
      () => ({ locale, site: site && { id: site.id, name: site.name, address: site.address }, brand, assets, ...shared }),
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
  private fragmentAssets({ moduleId, scripts, styles }: Rendering): string {
    const folder = this.dependencies.assets.folderOf?.(moduleId);
    if (scripts.size === 0 && styles.size === 0 && folder === undefined) return '';
    const list = (values: Set<string>): string => [...values].join(' ');
    const of = folder === undefined ? '' : ` data-folder="${folder}"`;
    return `<template data-fragment-assets data-scripts="${list(scripts)}" data-styles="${list(styles)}"${of}></template>`;
  }
}
