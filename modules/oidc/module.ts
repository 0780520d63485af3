import { SettingsLinks } from '@portico/configuration/api';
import { AuditAreas, defineModule, HttpRoutes, Permissions, RoleReferences, SecretStores } from '@portico/core';
import { SignInMethods } from '@portico/identity/api';
import { ProviderRoutes } from './http/provider-routes.js';
import { OidcSignInRoutes } from './http/sign-in-routes.js';
import { manageProviders, OidcSignIn, OidcStart, oidcPermissions } from './services/oidc-sign-in.js';
import { Providers } from './services/providers.js';

export default defineModule(({ contribute, run }) => {
  run(OidcStart);
  contribute(SignInMethods).to(OidcSignIn);
  contribute(HttpRoutes).to(OidcSignInRoutes);
  contribute(HttpRoutes).to(ProviderRoutes);
  contribute(SecretStores).to(Providers);
  contribute(RoleReferences).to(Providers);
  contribute(AuditAreas).value({ area: 'oidc', label: 'audit.area' }, { id: 'oidc' });
  contribute(AuditAreas).value({ area: 'security', label: 'audit.area.security' }, { id: 'security', order: 95 });
  for (const permission of oidcPermissions) contribute(Permissions).value(permission, { id: permission.id });
  contribute(SettingsLinks).value(
    {
      id: 'openid-connect',
      section: 'security',
      title: 'providers.title',
      description: 'providers.description',
      href: '/oidc/providers',
    },
    { id: 'openid-connect', when: { scope: 'instance', permission: manageProviders } },
  );
});
