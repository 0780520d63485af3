import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, type CommandCall, inject, injectable, notFound, PortalError, type Site } from '@portico/core';
import { Brands } from '../services/brands.js';
import { mostLogoBytes } from '../services/logo-picture.js';
import { SiteRepository } from '../services/site-repository.js';

@injectable()
export class ListSites implements Command {
  readonly name = 'sites list';
  readonly summary = 'List the sites with their friendly addresses.';
  readonly whenEmpty = 'There is no site.';

  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  async run(call: CommandCall): Promise<void> {
    for (const { address, name } of this.sites.all()) call.print(`${address}  ${name}`);
  }
}

@injectable()
export class AddSite implements Command {
  readonly name = 'sites add';
  readonly summary = 'Add a site.';
  readonly options = [
    { name: 'name', value: 'name', description: 'Name of the site.', required: true },
    { name: 'address', value: 'address', description: 'Friendly address: lower-case letters, digits, hyphens.', required: true },
  ];

  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  async run(call: CommandCall): Promise<void> {
    const { name, address } = call.options;
    const site = await this.sites.add({ name: String(name), address: String(address) });
    call.print(`Added ${site.name} at /web/${site.address}.`);
  }
}

@injectable()
export class SetBranding implements Command {
  readonly name = 'branding';
  readonly summary = 'Say, or change, what the portal or a site is called, and its logo.';
  readonly options = [
    { name: 'site', value: 'address', description: 'Friendly address of a site; the portal when left out.' },
    { name: 'name', value: 'name', description: 'The new name; empty: the portal is called by the name of its product.' },
    { name: 'logo', value: 'file', description: 'A picture: PNG, JPEG, WebP, AVIF or GIF, at most 2 MB.' },
    { name: 'remove-logo', description: 'Remove the logo: a site has that of the portal then.' },
  ];

  constructor(
    @inject(Brands) private readonly brands: Brands,
    @inject(SiteRepository) private readonly sites: SiteRepository,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { site: address, name, logo, 'remove-logo': isRemoved } = call.options;
    const site = typeof address === 'string' ? this.sites.byAddress(address) : undefined;
    if (typeof address === 'string' && !site) throw notFound('site');
    if (typeof name === 'string') await this.rename(site, name);
    if (typeof logo === 'string') await this.brands.setLogo(site, await fileAt(resolve(call.directory, logo)));
    if (isRemoved === true) await this.brands.removeLogo(site);
    const now = site && this.sites.byId(site.id);
    const { name: shown, logo: picture } = this.brands.of(now);
    call.print(JSON.stringify({ name: shown ?? null, logo: picture?.href ?? null, from: this.brands.originOf(now) }));
  }

  private async rename(site: Site | undefined, name: string): Promise<void> {
    if (site) await this.sites.rename(site.id, name);
    else await this.brands.name(name);
  }
}

/** @throws PortalError `invalid-input` (400) for what is no file, and `too-large` (413). */
async function fileAt(path: string): Promise<Uint8Array> {
  const file = await open(path).catch((cause: unknown) => {
    throw new PortalError('invalid-input', `The file ${path} cannot be read.`, { status: 400, cause });
  });
  try {
    const { size } = await file.stat();
    if (size > mostLogoBytes)
      throw new PortalError('too-large', `${path} has more than ${mostLogoBytes} bytes.`, { status: 413 });
    return await file.readFile();
  } finally {
    await file.close();
  }
}
