import { type DemoContent, inject, injectable, optional, type ServiceHandle, SiteDirectory } from '@portico/core';
import { AccountRepository, type RoleInPlace } from './account-repository.js';
import { Passwords } from './passwords.js';

/**
 * The sign-ins of the demo. Their passwords are new at each start of the demo and printed then: nothing that is known to the
 * world, and nothing readable, is stored.
 */
@injectable()
export class DemoPeople implements DemoContent {
  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  async seed(): Promise<readonly string[]> {
    const home = this.sites.get()?.byAddress('home');
    return [
      await this.person('Administrator', 'admin@portico.example', 'Ada Administrator', [{ role: 'Administrator' }]),
      await this.person('Author', 'author@portico.example', 'Arthur Author', home ? [{ role: 'Author', siteId: home.id }] : []),
    ];
  }

  private async person(title: string, email: string, name: string, roles: readonly RoleInPlace[]): Promise<string> {
    const password = Passwords.generate();
    const known = this.accounts.byEmail(email);
    if (known) await this.accounts.setPassword(known.id, password);
    else await this.accounts.addWith({ email, name, password }, roles);
    return `${title}: ${email}, password ${password}`;
  }
}
