import {
  type Activity,
  type DemoContent,
  type FirstStep,
  inject,
  injectable,
  type Lifetime,
  Log,
  optional,
  PortalError,
  type ServiceHandle,
  SiteDirectory,
  toDisposable,
  UnitOfWork,
} from '@portico/core';
import { every } from '@portico/core/util';
import { AccountRepository } from './account-repository.js';
import { ApiTokenRepository } from './api-token-repository.js';
import { Directory } from './directory.js';
import { IdentityConfig } from './identity-config.js';
import { Passwords } from './passwords.js';
import type { RoleInPlace } from './rights.js';
import { RoleCatalog } from './role-catalog.js';
import { SessionStore } from './session-store.js';
import { SignInCounts } from './sign-in-counts.js';

const defaultEmail = 'admin@portico.local';

/** Makes the first administrator of a portal that has no account. There is no default password, ever. */
@injectable()
class FirstRun {
  constructor(
    @inject(IdentityConfig) private readonly config: IdentityConfig,
    @inject(Directory) private readonly directory: Directory,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(Log) private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    const { adminEmail, adminPassword } = this.config.values;
    if (this.directory.size > 0) return;
    // The demo brings its own people, and tells on the console who they are.
    if (this.config.demo) return;
    const email = adminEmail ?? defaultEmail;
    const password = adminPassword ?? Passwords.generate();
    try {
      const account = { email, name: 'Administrator', password, mustChangePassword: adminPassword === undefined };
      await this.accounts.addWith(account, [{ role: 'Administrator' }], adminPassword !== undefined);
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

const flushMillis = 60_000;
const countsMillis = 5000;

/** Brings everything a request asks for into memory, and keeps the times of last use on disk now and then. */
@injectable()
export class IdentityStart implements Activity {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(SessionStore) private readonly sessions: SessionStore,
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(SignInCounts) private readonly counts: SignInCounts,
    @inject(FirstRun) private readonly firstRun: FirstRun,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    await this.unitOfWork.read(async (reader) => {
      await this.directory.load(reader);
      await this.sessions.load(reader);
      await this.tokens.load(reader);
      await this.catalog.load(reader);
      await this.counts.load(reader);
    });
    await this.firstRun.run();
    lifetime.add(toDisposable(() => this.flush(0)));
    lifetime.add(toDisposable(() => this.counts.flush()));
    lifetime.add(
      every(countsMillis, () =>
        this.counts.flush().catch((error: unknown) => {
          this.log.warn('The counts of failed sign-ins could not be written; they will be, next time.', { error });
        }),
      ),
    );
    lifetime.add(
      every(flushMillis, () =>
        this.flush().catch((error: unknown) => {
          this.log.warn('The times of last use could not be written; they will be, next time.', { error });
        }),
      ),
    );
  }

  private async flush(lag?: number): Promise<void> {
    await this.sessions.flush(lag);
    await this.tokens.flush(lag);
  }
}

/**
 * The sign-ins of the demo. Their passwords are new at each start of the demo and printed then: nothing that is known to the
 * world, and nothing readable, is stored.
 */
@injectable()
export class DemoPeople implements DemoContent {
  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
    @inject(IdentityConfig) private readonly config: IdentityConfig,
  ) {}

  async seed(): Promise<readonly string[]> {
    const home = this.sites.get()?.byAddress('home');
    const { adminEmail = 'admin@portico.example', adminPassword } = this.config.values;
    return [
      await this.person('Administrator', adminEmail, 'Ada Administrator', [{ role: 'Administrator' }], adminPassword),
      await this.person('Author', 'author@portico.example', 'Arthur Author', home ? [{ role: 'Author', siteId: home.id }] : []),
    ];
  }

  /** @param given the password that the environment names: it is used, and not printed. */
  private async person(
    title: string,
    email: string,
    name: string,
    roles: readonly RoleInPlace[],
    given?: string,
  ): Promise<string> {
    const password = given ?? Passwords.generate();
    const known = this.accounts.byEmail(email);
    const isGiven = given !== undefined;
    if (known) await this.accounts.replacePassword(known.id, password, false, { isGiven });
    else await this.accounts.addWith({ email, name, password }, roles, isGiven);
    return given === undefined
      ? `${title}: ${email}, password ${password}`
      : `${title}: ${email}, with the password of PORTICO_ADMIN_PASSWORD`;
  }
}

/** Done as soon as somebody else could sign in. */
@injectable()
export class PeopleStep implements FirstStep {
  readonly label = 'first-steps.people';
  readonly text = 'first-steps.people-text';
  readonly action = 'first-steps.people-action';
  readonly href = '/identity/users/new';

  constructor(@inject(Directory) private readonly directory: Directory) {}

  isDone(): boolean {
    return this.directory.size > 1;
  }
}
