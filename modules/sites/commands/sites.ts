import { type Command, type CommandCall, inject, injectable } from '@portico/core';
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
