import {
  type Activity,
  type AuditArea,
  type AuditDescription,
  AuditLog,
  type AuditRecord,
  BlobStore,
  type Branding,
  Emitter,
  type FirstStep,
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  invalidInput,
  Messages,
  type PlaceBranding,
  type Reader,
  type Site,
  type SiteContent,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { BrandEntity } from '../entities/brand-entity.js';
import { logoPicture, mostLogoBytes } from './logo-picture.js';
import { checkedName } from './site-rules.js';

/** Where a logo comes from: the place itself, the portal, or nobody has set one. */
export type LogoOrigin = 'own' | 'portal' | 'none';

const portalScope = 'instance';
const area = 'branding';
const scopeOf = (site: Site | undefined): string => site?.id ?? portalScope;

/** The address of a logo below the routes of its place. */
const logoFile = (sha256: string): string => `${sha256.slice(0, 32)}.png`;

/** Names and logos, all of them in memory but for the pictures; changed after a commit. */
@injectable()
export class Brands implements Branding {
  private brands: ReadonlyMap<string, BrandEntity> = new Map();
  private readonly places = new Map<string, { readonly site: Site | undefined; readonly place: PlaceBranding }>();
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  async open(): Promise<void> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(BrandEntity).find());
    this.keep(new Map(rows.map((row) => [row.scope, row])));
  }

  of(site: Site | undefined): PlaceBranding {
    const scope = scopeOf(site);
    const known = this.places.get(scope);
    // A site that was renamed is another object.
    if (known && known.site === site) return known.place;
    const owner = this.brands.get(scope)?.logoSha256 ? site : undefined;
    const { logoSha256, logoWidth, logoHeight } = this.brands.get(scopeOf(owner)) ?? {};
    const base = owner ? `/web/${owner.address}/branding/logo` : '/branding/logo';
    const place = Object.freeze({
      name: site ? site.name : (this.brands.get(portalScope)?.name ?? undefined),
      logo: logoSha256
        ? Object.freeze({ href: `${base}/${logoFile(logoSha256)}`, width: Number(logoWidth), height: Number(logoHeight) })
        : undefined,
    });
    this.places.set(scope, { site, place });
    return place;
  }

  originOf(site: Site | undefined): LogoOrigin {
    if (this.brands.get(scopeOf(site))?.logoSha256) return 'own';
    return site && this.brands.get(portalScope)?.logoSha256 ? 'portal' : 'none';
  }

  portalLogo(): Promise<Uint8Array | undefined> {
    return this.logo(undefined);
  }

  /** The bytes of the logo that a place has of its own. @param file as its address ends; another one has none. */
  async logo(site: Site | undefined, file?: string): Promise<Uint8Array | undefined> {
    const { logoBlob, logoSha256 } = this.brands.get(scopeOf(site)) ?? {};
    if (!logoBlob || !logoSha256 || (file !== undefined && file !== logoFile(logoSha256))) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of await this.blobs.open(logoBlob)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** @param typed nothing: the portal is called by the name of its product again. @throws PortalError `invalid-input` (400). */
  async name(typed: string): Promise<void> {
    const name = typed.trim() === '' ? null : checkedName(typed);
    await this.change(undefined, async (transaction, before) => {
      if (name === (before?.name ?? null)) return undefined;
      const values = { before: before?.name ?? undefined, after: name ?? undefined };
      await this.record(transaction, undefined, 'name', 'changed', values);
      return { name };
    });
  }

  /** Replaces the logo of a place by what somebody sent. @throws PortalError `invalid-input` (400), `storage-full` (507). */
  async setLogo(site: Site | undefined, sent: Uint8Array): Promise<void> {
    if (sent.length === 0) throw invalidInput({ logo: 'This file is empty.' }, 'This file is empty.');
    const { bytes, width, height } = await logoPicture(sent);
    const blob = await this.blobs.store(bytes, { maxBytes: mostLogoBytes });
    let kept = false;
    try {
      await this.change(site, async (transaction, before) => {
        if (before?.logoSha256 === blob.sha256) return undefined;
        await transaction.keepBlob(blob);
        kept = true;
        if (before?.logoBlob) await transaction.dropBlob(before.logoBlob);
        await this.record(transaction, site, 'logo', before?.logoBlob ? 'replaced' : 'set');
        const { id, sha256, size } = blob;
        return { logoBlob: id, logoSha256: sha256, logoSize: size, logoWidth: width, logoHeight: height };
      });
    } catch (error) {
      kept = false;
      throw error;
    } finally {
      if (!kept) await this.blobs.discard(blob.id);
    }
  }

  /** A site has that of the portal then, the portal that of its product. */
  async removeLogo(site: Site | undefined): Promise<void> {
    await this.change(site, async (transaction, before) => {
      if (!before?.logoBlob) return undefined;
      await transaction.dropBlob(before.logoBlob);
      await this.record(transaction, site, 'logo', site ? 'inherited' : 'removed');
      return { logoBlob: null, logoSha256: null, logoSize: null, logoWidth: null, logoHeight: null };
    });
  }

  /** Takes away what a site has of its own, with the site; answers how much that was. */
  async forget(transaction: Transaction, scope: string): Promise<number> {
    const repository = transaction.repository(BrandEntity);
    const brand = await repository.findOneBy({ scope });
    if (!brand) return 0;
    if (brand.logoBlob) await transaction.dropBlob(brand.logoBlob);
    await repository.delete({ scope });
    transaction.afterCommit(() => this.keep(new Map([...this.brands].filter(([each]) => each !== scope))));
    return 1;
  }

  /** @param decide what is another now; undefined: nothing is. */
  private async change(
    site: Site | undefined,
    decide: (transaction: Transaction, before: BrandEntity | null) => Promise<Partial<BrandEntity> | undefined>,
  ): Promise<void> {
    const scope = scopeOf(site);
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(BrandEntity);
      const before = await repository.findOneBy({ scope });
      const change = await decide(transaction, before);
      if (!change) return;
      const nothing = { name: null, logoBlob: null, logoSha256: null, logoSize: null, logoWidth: null, logoHeight: null };
      const brand = repository.create({ ...nothing, ...before, ...change, scope });
      await repository.save(brand);
      transaction.afterCommit(() => this.keep(new Map(this.brands).set(scope, brand)));
    });
  }

  private record(
    transaction: Transaction,
    site: Site | undefined,
    attribute: 'name' | 'logo',
    action: string,
    values: { readonly before?: string | undefined; readonly after?: string | undefined } = {},
  ): Promise<void> {
    return this.audit.record(transaction, { area, subject: 'branding', attribute, scope: scopeOf(site), action, ...values });
  }

  private keep(brands: ReadonlyMap<string, BrandEntity>): void {
    this.brands = brands;
    this.places.clear();
    this.changed.fire();
  }
}

@injectable()
export class BrandsStart implements Activity {
  constructor(@inject(Brands) private readonly brands: Brands) {}

  onStart(): Promise<void> {
    return this.brands.open();
  }
}

/** What goes with a site that is erased. */
@injectable()
export class SiteLogos implements SiteContent {
  readonly label = 'branding.logo';

  constructor(@inject(Brands) private readonly brands: Brands) {}

  count(reader: Reader, siteId: string): Promise<number> {
    return reader.repository(BrandEntity).countBy({ scope: siteId });
  }

  erase(transaction: Transaction, siteId: string): Promise<number> {
    return this.brands.forget(transaction, siteId);
  }
}

/** The words of names and logos in the audit log. */
@injectable()
export class BrandingAuditArea implements AuditArea {
  readonly area = area;
  readonly label = 'audit.area.branding';

  constructor(@inject(Messages) private readonly messages: Messages) {}

  describe({ attribute }: AuditRecord, locale?: string): AuditDescription {
    return { what: this.messages.text(attribute === 'name' ? 'branding.portal-name' : 'branding.logo', undefined, locale) };
  }
}

@injectable()
export class LogosCheck implements IntegrityCheck {
  readonly title = 'Every logo has its file.';

  constructor(@inject(UnitOfWork) private readonly unitOfWork: UnitOfWork) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ scope: string }>(
        `SELECT brand.scope FROM sites_brand brand LEFT JOIN portico_blob blob ON blob.id = brand.logo_blob
         WHERE brand.logo_blob IS NOT NULL AND (blob.id IS NULL OR blob.sha256 <> brand.logo_sha256 OR blob.size <> brand.logo_size)`,
      ),
    );
    return rows.map(({ scope }) => ({
      severity: 'error',
      message: `The logo of ${scope === portalScope ? 'the portal' : `the site ${scope}`} refers to a file that is not there, or to another one.`,
    }));
  }
}

@injectable()
export class NameStep implements FirstStep {
  readonly label = 'first-steps.name';
  readonly text = 'first-steps.name-text';
  readonly action = 'first-steps.name-action';
  readonly href = '/branding';

  constructor(@inject(Brands) private readonly brands: Brands) {}

  isDone(): boolean {
    return this.brands.of(undefined).name !== undefined;
  }
}

@injectable()
export class LogoStep implements FirstStep {
  readonly label = 'first-steps.logo';
  readonly text = 'first-steps.logo-text';
  readonly action = 'first-steps.logo-action';
  readonly href = '/branding';

  constructor(@inject(Brands) private readonly brands: Brands) {}

  isDone(): boolean {
    return this.brands.of(undefined).logo !== undefined;
  }
}
