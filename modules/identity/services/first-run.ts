import { inject, injectable, Log, PortalError } from '@portico/core';
import { AccountRepository } from './account-repository.js';
import { Directory } from './directory.js';
import { IdentityConfig } from './identity-config.js';
import { Passwords } from './passwords.js';

const defaultEmail = 'admin@portico.local';

/** Makes the first administrator of a portal that has no account. There is no default password, ever. */
@injectable()
export class FirstRun {
  constructor(
    @inject(IdentityConfig) private readonly config: IdentityConfig,
    @inject(Directory) private readonly directory: Directory,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(Log) private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    const { adminEmail, adminPassword } = this.config.values;
    if (this.directory.size > 0) return;
    if (this.config.demo && adminPassword === undefined) return;
    const email = adminEmail ?? defaultEmail;
    const password = adminPassword ?? Passwords.generate();
    try {
      await this.accounts.addWith({ email, name: 'Administrator', password, mustChangePassword: adminPassword === undefined }, [
        { role: 'Administrator' },
      ]);
    } catch (error) {
      if (!(error instanceof PortalError) || error.code !== 'invalid-input') throw error;
      throw new PortalError('configuration-invalid', `The first administrator cannot be made. ${explain(error)}`, {
        cause: error,
      });
    }
    this.log.info('Made the first administrator.', { email });
    // Not through the log: a password belongs on the console of the person who starts the portal, once.
    if (adminPassword === undefined) process.stdout.write(`First administrator: ${email}, one-time password: ${password}\n`);
  }
}

function explain(error: PortalError): string {
  const { email, password } = (error.details.fields ?? {}) as { email?: string; password?: string };
  return [email && `PORTICO_ADMIN_EMAIL: ${email}`, password && `PORTICO_ADMIN_PASSWORD: ${password}`].filter(Boolean).join(' ');
}
