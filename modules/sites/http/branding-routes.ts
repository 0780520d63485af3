import {
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
  type Site,
  z,
} from '@portico/core';
import { Brands } from '../services/brands.js';
import { mostLogoBytes } from '../services/logo-picture.js';
import { SiteRepository } from '../services/site-repository.js';
import { checkedName } from '../services/site-rules.js';
import { brandPortal, brandSite, viewSite } from '../services/sites-permissions.js';

const multipart = { maxFiles: 1, maxFileBytes: mostLogoBytes };
const logoParams = z.strictObject({ file: z.string().regex(/^[0-9a-f]{32}\.png$/) });
const places = { instance: '/branding', site: '~/branding' } as const;
const settings = { instance: '/configuration/instance-settings', site: '~/configuration/site-settings' } as const;

interface Sent {
  readonly name?: string | undefined;
  readonly logo?: Uint8Array | undefined;
}

/** Instance Settings and Site Settings > Name and Logo: the form, and the logo itself. */
@injectable()
class BrandingPages {
  constructor(
    @inject(Brands) private readonly brands: Brands,
    @inject(SiteRepository) private readonly sites: SiteRepository,
  ) {}

  show(ctx: RouteContext, tried: { readonly name?: string | undefined; readonly error?: PortalError } = {}): void {
    const { site, scope } = ctx.access;
    const { name = '', logo } = this.brands.of(site);
    const errors = (tried.error?.details.fields ?? {}) as Readonly<Record<string, string>>;
    const origin = this.brands.originOf(site);
    const model = {
      title: ctx.text('branding.title'),
      description: ctx.text(`branding.description-${scope.kind}`),
      action: places[scope.kind],
      back: settings[scope.kind],
      nameLabel: ctx.text(scope.kind === 'site' ? 'branding.site-name' : 'branding.portal-name'),
      nameHelp: ctx.text(`branding.name-help-${scope.kind}`),
      isRequired: scope.kind === 'site',
      name: tried.name ?? name,
      logo,
      alt: name || ctx.text('portal.name'),
      origin: ctx.text(`branding.origin-${scope.kind}-${origin}`),
      isOwn: origin === 'own',
      removeLabel: ctx.text(scope.kind === 'site' ? 'branding.inherit-again' : 'branding.remove'),
      errors,
      alert: tried.error && Object.keys(errors).length === 0 ? tried.error.message : undefined,
    };
    ctx.render('branding', model, { title: model.title, status: tried.error?.status ?? 200 });
  }

  async save(ctx: RouteContext): Promise<void> {
    const { site, scope } = ctx.access;
    let sent: Sent = {};
    try {
      sent = await received(ctx);
      // All that may be refused comes first: a form with an error has changed nothing.
      if (sent.name !== undefined && (site || sent.name.trim() !== '')) checkedName(sent.name);
      if (sent.logo) await this.brands.setLogo(site, sent.logo);
      if (sent.name !== undefined) await this.rename(site, sent.name);
    } catch (error) {
      if (!(error instanceof PortalError) || error.status >= 500) throw error;
      this.show(ctx, { name: sent.name, error });
      return;
    }
    ctx.redirectWith(places[scope.kind], ctx.text('branding.saved'));
  }

  async removeLogo(ctx: RouteContext): Promise<void> {
    const { site, scope } = ctx.access;
    await this.brands.removeLogo(site);
    ctx.redirectWith(places[scope.kind], ctx.text(`branding.removed-${scope.kind}`));
  }

  /** Another picture has another address, so it is kept for good; but not what not everybody sees. */
  async send(ctx: RouteContext, file: string): Promise<void> {
    const { site } = ctx.access;
    const logo = await this.brands.logo(site, file);
    if (!logo) throw notFound();
    ctx.set({
      'Cache-Control': site?.audience ? 'no-store' : 'public, max-age=31536000, immutable',
      'Content-Type': 'image/png',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'X-Content-Type-Options': 'nosniff',
    });
    ctx.body = logo;
  }

  private async rename(site: Site | undefined, name: string): Promise<void> {
    if (!site) await this.brands.name(name);
    else if (name !== site.name) await this.sites.rename(site.id, name);
  }
}

/** A field that is not sent leaves what it is about as it was. */
async function received(ctx: RouteContext): Promise<Sent> {
  let name: string | undefined;
  let logo: Uint8Array | undefined;
  for await (const part of ctx.parts()) {
    if (part.kind === 'field') {
      if (part.name === 'name') name = part.value;
    } else if (part.name === 'logo' && part.fileName !== '') {
      const chunks: Buffer[] = [];
      for await (const chunk of part.content) chunks.push(chunk as Buffer);
      logo = Buffer.concat(chunks);
    }
  }
  return { name, logo };
}

@injectable()
export class PortalBrandingRoutes implements HttpRoutes {
  readonly prefix = '/branding';

  constructor(@inject(BrandingPages) private readonly pages: BrandingPages) {}

  register(router: Router): void {
    const access = { permission: brandPortal };
    router.get('/', { access }, (ctx) => this.pages.show(ctx));
    router.post('/', { access, multipart }, (ctx) => this.pages.save(ctx));
    router.post('/logo/remove', { access }, (ctx) => this.pages.removeLogo(ctx));
    // It stands on the page to sign in.
    router.get('/logo/:file', { access: 'public', params: logoParams }, (ctx) => this.pages.send(ctx, ctx.input.params.file));
  }
}

@injectable()
export class SiteBrandingRoutes implements HttpRoutes {
  readonly prefix = '~/branding';

  constructor(@inject(BrandingPages) private readonly pages: BrandingPages) {}

  register(router: Router): void {
    const access = { permission: brandSite };
    router.get('/', { access }, (ctx) => this.pages.show(ctx));
    router.post('/', { access, multipart }, (ctx) => this.pages.save(ctx));
    router.post('/logo/remove', { access }, (ctx) => this.pages.removeLogo(ctx));
    const seen = { permission: viewSite };
    router.get('/logo/:file', { access: seen, params: logoParams }, (ctx) => this.pages.send(ctx, ctx.input.params.file));
  }
}
