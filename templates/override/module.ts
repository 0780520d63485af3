import { defineModule, former, inject, injectable, PortalError, type Site } from '@portico/core';
import { Sites } from '@portico/sites/api';

declare global {
  interface PorticoErrorCodes extends Record<'acme-module-address-reserved', true> {}
}

const reserved = ['admin', 'intranet'];

/** Keeps some addresses for sites that are yet to come. Whoever makes sites gets this one, as long as the module runs. */
@injectable()
class ReservedAddresses implements Sites {
  constructor(@inject(former(Sites)) private readonly sites: Sites) {}

  async add(site: { readonly name: string; readonly address: string }): Promise<Site> {
    if (reserved.includes(site.address.toLowerCase()))
      throw new PortalError('acme-module-address-reserved', `The address ${site.address} is reserved.`, { status: 409 });
    return this.sites.add(site);
  }

  rename(id: string, name: string): Promise<Site> {
    return this.sites.rename(id, name);
  }
}

export default defineModule(({ decorate }) => {
  decorate(Sites).to(ReservedAddresses);
});
