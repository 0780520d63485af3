import { type Choice, type ChoiceProvider, defineSettings, Settings } from '@portico/configuration/api';
import { inject, injectable, instanceScope, optional, type ServiceHandle } from '@portico/core';
import type { Account } from '../api/index.js';
import { RoleCatalog } from './role-catalog.js';

const roleChoices = 'identity.roles';

/** What administrators decide about signing in. */
export const signInSettings = defineSettings({
  id: 'sign-in',
  section: 'security',
  title: 'settings.sign-in',
  description: 'settings.sign-in-text',
  scopes: ['instance'],
  fields: {
    secondFactorRoles: {
      type: 'multiple-choice',
      label: 'settings.second-factor-roles',
      help: 'settings.second-factor-roles-help',
      provider: roleChoices,
      default: [],
    },
  },
});

/** Roles that somebody can have: by their ids, which stay when a role gets another name. */
@injectable()
export class RoleChoices implements ChoiceProvider {
  readonly id = roleChoices;

  constructor(@inject(RoleCatalog) private readonly catalog: RoleCatalog) {}

  async choices(): Promise<readonly Choice[]> {
    return this.catalog
      .all()
      .filter(({ places }) => places.length > 0)
      .map(({ id, name }) => ({ value: id, label: name }));
  }

  labelOf(id: string): string | undefined {
    return this.catalog.byId(id)?.name;
  }
}

/** Who has to have a second factor. Memory reads. */
@injectable()
export class SecondFactorPolicy {
  constructor(
    @inject(optional(Settings)) private readonly settings: ServiceHandle<Settings>,
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
  ) {}

  requires({ roles, siteRoles }: Account): boolean {
    const named = this.settings.get()?.of(signInSettings).get(instanceScope).secondFactorRoles ?? [];
    if (named.length === 0) return false;
    return [...roles, ...Object.values(siteRoles).flat()].some((role) => named.includes(this.catalog.byName(role)?.id ?? ''));
  }
}
