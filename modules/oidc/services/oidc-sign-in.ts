import { type Activity, inject, injectable, Messages, type Permission, UnitOfWork } from '@portico/core';
import type { ExternalSession, SignInButton, SignInMethod } from '@portico/identity/api';
import { externalId, Providers } from './providers.js';
import { SignInDance } from './sign-in-dance.js';

export const manageProviders = 'oidc.manage-providers';

export const oidcPermissions: readonly Permission[] = [
  {
    id: manageProviders,
    label: 'permission.manage-providers',
    scope: 'instance',
    defaultRoles: ['Administrator'],
    powerful: 'powerful.manage-providers',
  },
];

/** The buttons of the providers that are enabled. */
@injectable()
export class OidcSignIn implements SignInMethod {
  constructor(
    @inject(Providers) private readonly providers: Providers,
    @inject(SignInDance) private readonly dance: SignInDance,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  buttons(locale: string): readonly SignInButton[] {
    return this.providers
      .all()
      .filter(({ enabled }) => enabled)
      .map(({ id, name }) => ({
        provider: externalId(id),
        name,
        label: this.messages.text('sign-in.with', { name }, locale),
        action: `/sign-in/oidc/${id}`,
        connect: `/sign-in/oidc/${id}/connect`,
      }));
  }

  async signOutAddress(session: ExternalSession): Promise<string | undefined> {
    const provider = this.providers.all().find(({ id }) => externalId(id) === session.provider);
    return provider && this.dance.signOutAddress(provider);
  }
}

/** Brings the providers into memory. */
@injectable()
export class OidcStart implements Activity {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Providers) private readonly providers: Providers,
  ) {}

  onStart(): Promise<void> {
    return this.unitOfWork.read((reader) => this.providers.load(reader));
  }
}
