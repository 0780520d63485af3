import {
  type HttpRoutes,
  inject,
  injectable,
  MessageCatalog,
  notFound,
  type PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import type { Role } from '../api/index.js';
import { manageRoles } from '../services/identity-permissions.js';
import { RoleAdministration } from '../services/role-administration.js';
import { type Grant, isDeclared, RoleCatalog } from '../services/role-catalog.js';
import { formError } from './form-error.js';
import { newRoleForm, roleFactsForm, roleParams, rolePermissionsForm } from './input.js';

const access = { permission: manageRoles } as const;
const home = '/identity/roles';

/** What was tried and could not be done, shown with the form again. */
interface Tried {
  readonly name?: string;
  readonly description?: string;
  readonly permissions?: readonly string[];
  readonly error?: PortalError;
}

/** Which roles there are, and what they may. Nobody gives or takes what they do not hold themselves. */
@injectable()
export class RolesRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(RoleAdministration) private readonly administration: RoleAdministration,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, (ctx) => {
      const grants = this.catalog.allGrants();
      const roles = this.catalog.all().map((role) => ({
        id: role.id,
        role: role.name,
        description: descriptionOf(ctx, role),
        isOwn: !role.isBuiltIn,
        permissions: grants.filter((grant) => grant.roles.has(role.name)).length,
        of: grants.length,
      }));
      ctx.render('roles', { roles }, { title: ctx.text('roles.title') });
    });

    router.get('/new', { access }, (ctx) => this.showNew(ctx));

    router.post('/new', { access, body: newRoleForm }, async (ctx) => {
      const { permissions, ...facts } = ctx.input.body;
      try {
        const role = await this.administration.add(ctx.access, facts, new Set(permissions));
        ctx.redirectWith(`${home}/${role.id}`, ctx.text('roles.added', { role: role.name }));
      } catch (error) {
        this.showNew(ctx, { ...ctx.input.body, error: formError(error, 400, 403, 409) });
      }
    });

    router.get('/:role', { access, params: roleParams }, (ctx) => this.showRole(ctx, this.roleOf(ctx)));

    router.post('/:role', { access, params: roleParams, body: rolePermissionsForm }, async (ctx) => {
      const role = this.roleOf(ctx);
      await this.administration.decide(ctx.access, role, new Set(ctx.input.body.permissions));
      ctx.redirectWith(`${home}/${role.id}`, ctx.text('roles.saved', { role: role.name }));
    });

    router.post('/:role/name', { access, params: roleParams, body: roleFactsForm }, async (ctx) => {
      const role = this.roleOf(ctx);
      try {
        await this.administration.change(ctx.access, role, ctx.input.body);
        ctx.redirectWith(`${home}/${role.id}`, ctx.text('roles.renamed'));
      } catch (error) {
        this.showRole(ctx, role, { ...ctx.input.body, error: formError(error, 400, 403, 409) });
      }
    });

    router.get('/:role/remove', { access, params: roleParams }, (ctx) => this.showRemoval(ctx, this.ownRoleOf(ctx)));

    router.post('/:role/remove', { access, params: roleParams }, async (ctx) => {
      const role = this.roleOf(ctx);
      try {
        await this.administration.remove(ctx.access, role);
        ctx.redirectWith(home, ctx.text('roles.removed', { role: role.name }));
      } catch (error) {
        if (role.isBuiltIn) this.showRole(ctx, role, { error: formError(error, 400, 403, 409) });
        else await this.showRemoval(ctx, role, formError(error, 400, 403, 409));
      }
    });
  }

  private roleOf({ input }: RouteContext<{ role: string }>): Role {
    const role = this.catalog.byId(input.params.role);
    if (!role) throw notFound('role');
    return role;
  }

  private ownRoleOf(ctx: RouteContext<{ role: string }>): Role {
    const role = this.roleOf(ctx);
    if (role.isBuiltIn) throw notFound('page');
    return role;
  }

  private showNew(ctx: RouteContext, { name, description, permissions, error }: Tried = {}): void {
    const chosen = new Set(permissions);
    const model = {
      name,
      description,
      ...errorsOf(error),
      modules: this.matrix(ctx, ({ permission }) => ({
        granted: chosen.has(permission.id),
        changed: false,
        locked: !ctx.access.can(permission.id),
      })),
    };
    ctx.render('new-role', model, { title: ctx.text('roles.new'), status: error?.status ?? 200 });
  }

  private showRole(ctx: RouteContext, role: Role, { name, description, error }: Tried = {}): void {
    const fixed = role.name === 'Administrator';
    const model = {
      role: role.name,
      id: role.id,
      description: descriptionOf(ctx, role),
      fixed,
      isOwn: !role.isBuiltIn,
      mayChange: this.administration.mayChange(ctx.access, role),
      name: name ?? role.name,
      text: description ?? role.description,
      ...errorsOf(error),
      modules: this.matrix(ctx, (grant) => ({
        granted: grant.roles.has(role.name),
        changed: role.isBuiltIn && !fixed && grant.roles.has(role.name) !== isDeclared(grant.permission, role.name),
        locked: !this.administration.mayDecide(ctx.access, role, grant),
      })),
    };
    ctx.render('role', model, { title: role.name, status: error?.status ?? 200 });
  }

  private async showRemoval(ctx: RouteContext, role: Role, error?: PortalError): Promise<void> {
    const { people, groups, places } = await this.administration.holders(role, ctx.access);
    const model = {
      role: role.name,
      id: role.id,
      error: error?.message,
      people: people.slice(0, 20),
      peopleCount: people.length,
      more: Math.max(0, people.length - 20),
      groups,
      places,
      isHeld: people.length + groups.length + places.length > 0,
      mayChange: this.administration.mayChange(ctx.access, role),
    };
    ctx.render('role-removal', model, {
      title: ctx.text('roles.remove-title', { role: role.name }),
      status: error?.status ?? 200,
    });
  }

  /** All permissions by their modules, each with what a role has of it. */
  private matrix(
    ctx: RouteContext,
    stateOf: (grant: Grant) => { readonly granted: boolean; readonly changed: boolean; readonly locked: boolean },
  ): readonly object[] {
    const byModule = new Map<string, object[]>();
    for (const grant of this.catalog.allGrants()) {
      const { permission, module } = grant;
      const text = (key: string): string => this.messages.for(module).text(key, undefined, ctx.access.locale);
      const entry = {
        id: permission.id,
        label: text(permission.label),
        scope: ctx.text(`scope.${permission.scope}`),
        powerful: permission.powerful === undefined ? undefined : text(permission.powerful),
        ...stateOf(grant),
      };
      byModule.set(module, [...(byModule.get(module) ?? []), entry]);
    }
    return [...byModule].map(([module, permissions]) => ({ name: this.messages.nameOf(module, ctx.access.locale), permissions }));
  }
}

function descriptionOf(ctx: RouteContext, { name, description, isBuiltIn }: Role): string {
  return isBuiltIn ? ctx.text(`role.${name}`) : description;
}

function errorsOf(error: PortalError | undefined): { readonly errors: object; readonly error: string | undefined } {
  return { errors: error?.details.fields ?? {}, error: error?.details.fields ? undefined : error?.message };
}
