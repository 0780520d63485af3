import { type HttpRoutes, inject, injectable, MessageCatalog, type RouteContext, type Router } from '@portico/core';
import { type RoleName, siteRoles } from '../api/index.js';
import { manageRoles } from '../services/identity-permissions.js';
import { allRoles, type Grant, RoleCatalog } from '../services/role-catalog.js';
import { roleParams, rolePermissionsForm } from './input.js';

const access = { permission: manageRoles } as const;
const home = '/identity/roles';

/** Which role may what. Nobody gives or takes what they do not hold themselves. */
@injectable()
export class RolesRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, (ctx) => {
      const grants = this.catalog.all();
      const roles = allRoles.map((role) => ({
        role,
        address: addressOf(role),
        description: ctx.text(`role.${role}`),
        permissions: grants.filter((grant) => grant.roles.has(role)).length,
        of: grants.length,
      }));
      ctx.render('roles', { roles }, { title: ctx.text('roles.title') });
    });

    router.get('/:role', { access, params: roleParams }, (ctx) => this.showRole(ctx, roleAt(ctx.input.params.role)));

    router.post('/:role', { access, params: roleParams, body: rolePermissionsForm }, async (ctx) => {
      const role = roleAt(ctx.input.params.role);
      const chosen = new Set(ctx.input.body.permissions);
      const open = this.catalog.all().filter((grant) => this.mayDecide(ctx, role, grant));
      await this.catalog.decide(role, new Map(open.map(({ permission: { id } }) => [id, chosen.has(id)])));
      ctx.redirectWith(`${home}/${addressOf(role)}`, ctx.text('roles.saved', { role }));
    });
  }

  /**
   * A role in a site has no force on the instance, and guests never get more than what a module thought of for them or for members:
   * one slip here must not open the portal to the world.
   */
  private mayDecide({ access }: RouteContext, role: RoleName, { permission }: Grant): boolean {
    if (role === 'Administrator' || !access.can(permission.id)) return false;
    if (role === 'Guest') return permission.defaultRoles.some((other) => other === 'Guest' || other === 'Member');
    return permission.scope === 'site' || !siteRoles.includes(role);
  }

  private showRole(ctx: RouteContext, role: RoleName): void {
    const byModule = new Map<string, object[]>();
    for (const grant of this.catalog.all()) {
      const { permission, module } = grant;
      const entry = {
        id: permission.id,
        label: this.messages.for(module).text(permission.label, undefined, ctx.access.locale),
        scope: ctx.text(`scope.${permission.scope}`),
        granted: grant.roles.has(role),
        changed: role !== 'Administrator' && grant.roles.has(role) !== permission.defaultRoles.includes(role),
        locked: !this.mayDecide(ctx, role, grant),
      };
      byModule.set(module, [...(byModule.get(module) ?? []), entry]);
    }
    const model = {
      role,
      address: addressOf(role),
      description: ctx.text(`role.${role}`),
      fixed: role === 'Administrator',
      modules: [...byModule].map(([module, permissions]) => ({
        name: this.messages.nameOf(module, ctx.access.locale),
        permissions,
      })),
    };
    ctx.render('role', model, { title: role });
  }
}

function addressOf(role: RoleName): string {
  return role.toLowerCase().replaceAll(' ', '-');
}

function roleAt(address: string): RoleName {
  return allRoles.find((role) => addressOf(role) === address) ?? 'Guest';
}
