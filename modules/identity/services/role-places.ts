import {
  inject,
  injectable,
  invalidInput,
  notFound,
  optional,
  PortalError,
  type RoleName,
  type ServiceHandle,
  SiteDirectory,
} from '@portico/core';
import type { RoleInPlace } from './rights.js';
import { RoleCatalog } from './role-catalog.js';

/** Where roles can be given: each where it has force, in a site that exists, and none that does not exist. `Guest` is given to nobody: everybody is one. */
@injectable()
export class RolePlaces {
  constructor(
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  /** Names of the roles that can be given on the instance, or within a site. */
  namesFor(place: 'instance' | 'site'): readonly RoleName[] {
    return this.catalog
      .all()
      .filter(({ places }) => places.includes(place))
      .map(({ name }) => name);
  }

  /** The role in its one spelling. A name that nobody knows stays as it is. */
  named(role: RoleName): RoleName {
    return this.catalog.byName(role)?.name ?? role;
  }

  /** @throws PortalError `invalid-input` (400) for a role that cannot be given there; `not-found` (404) for a site. */
  checked<Place extends RoleInPlace>(place: Place): Place {
    const { role, siteId } = place;
    const kind = siteId === undefined ? 'instance' : 'site';
    const known = this.catalog.byName(role);
    if (!known?.places.includes(kind)) {
      const where = siteId === undefined ? 'on the whole instance' : 'within a site';
      const sentence = `The role ${role} cannot be granted ${where}; these can: ${this.namesFor(kind).join(', ')}.`;
      throw invalidInput({ role: sentence }, sentence);
    }
    const sites = this.sites.get();
    if (siteId !== undefined && sites && !sites.byId(siteId)) throw notFound('site');
    return { ...place, role: known.name };
  }

  /** The same of what somebody wrote down a while ago: undefined for a role that cannot be given there any more. */
  possible<Place extends RoleInPlace>(place: Place): Place | undefined {
    try {
      return this.checked(place);
    } catch (error) {
      if (error instanceof PortalError) return undefined;
      throw error;
    }
  }
}
