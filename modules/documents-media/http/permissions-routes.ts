import {
  AccessControl,
  type Audience,
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  optional,
  PortalError,
  type RouteContext,
  type Router,
  type ServiceHandle,
  z,
} from '@portico/core';
import { audienceFields, audienceModel, audienceText, checkedAudience } from '@portico/core/util';
import { Permissions, type PermissionsChange, type PermissionsOf, type ShownPermissions } from '../services/permissions.js';
import { type RoleCell, RoleMatrix } from '../services/role-matrix.js';
import type { RulePermissions } from '../services/rules.js';
import { Visibility } from '../services/visibility.js';
import { mayView } from './access.js';
import { documentAddress, folderAddress, listAddress } from './addresses.js';
import { permissionsAnswer } from './answers.js';
import { renderFragment } from './fragment.js';
import { idParams } from './input.js';

type PermissionsContext<B = unknown> = RouteContext<{ id: string }, unknown, B>;

const permissionsForm = z.strictObject({
  intent: z.enum(['save', 'inherit']).default('save'),
  ...audienceFields,
  visibleTo: audienceFields.visibleTo.optional(),
});

const decisions = z.strictObject({
  add: z.boolean().optional(),
  update: z.boolean().optional(),
  delete: z.boolean().optional(),
  'change-permissions': z.boolean().optional(),
});

/** What GET answered can be sent back: where it comes from is not changed by it. */
const permissionsBody = z.strictObject({
  permissions: z.record(z.string().max(200), decisions).optional(),
  visibleTo: audienceFields.visibleTo.optional(),
  roles: audienceFields.roles,
  inherited: z.boolean().optional(),
  from: z.string().optional(),
});

/** A box that is ticked: the action, a blank, the role. */
const allowed = z.string().max(250);
const matrixForm = z.strictObject({
  intent: z.enum(['save', 'inherit']).default('save'),
  /** The rule that the form was made from. */
  seen: z.string().max(64),
  allowed: z
    .union([allowed, z.array(allowed).max(2000)])
    .default([])
    .transform((boxes): ReadonlySet<string> => new Set(typeof boxes === 'string' ? [boxes] : boxes)),
});

const addressOf = { document: documentAddress, folder: folderAddress } as const;

/** Who sees a document or a folder: a page for people, JSON for programs. What one does not see is not there, for guests too. */
@injectable()
export class PermissionsRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(Permissions) private readonly permissions: Permissions,
    @inject(RoleMatrix) private readonly matrix: RoleMatrix,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
  ) {}

  register(router: Router): void {
    this.registerOne(router, 'document', '/documents/:id');
    this.registerOne(router, 'folder', '/folders/:id');
  }

  private registerOne(router: Router, kind: PermissionsOf, path: string): void {
    router.get(`${path}/permissions`, { access: mayView, params: idParams }, async (ctx) => {
      this.show(ctx, kind, await this.permissions.find(ctx.access, kind, ctx.input.params.id));
    });

    router.post(`${path}/permissions`, { access: mayView, params: idParams, body: permissionsForm }, async (ctx) => {
      const { id } = ctx.input.params;
      const { intent, visibleTo, roles } = ctx.input.body;
      try {
        const change = intent === 'inherit' || !visibleTo ? undefined : { audience: this.checked(ctx, { visibleTo, roles }) };
        const { name, folderId } = await this.permissions.change(ctx.access, kind, id, change);
        ctx.redirectWith(
          kind === 'folder' ? listAddress(folderId) : documentAddress(id),
          ctx.text('permissions.saved', { name }),
        );
      } catch (error) {
        if (!(error instanceof PortalError) || error.status !== 400 || !visibleTo) throw error;
        const shown = await this.permissions.find(ctx.access, kind, id);
        this.show(ctx, kind, { ...shown, audience: { visibleTo, roles } }, error);
      }
    });

    router.get(`${path}/permissions/roles`, { access: mayView, params: idParams }, async (ctx) => {
      this.showMatrix(ctx, kind, await this.permissions.find(ctx.access, kind, ctx.input.params.id));
    });

    router.post(`${path}/permissions/roles`, { access: mayView, params: idParams, body: matrixForm }, async (ctx) => {
      const { id } = ctx.input.params;
      const { intent, seen, allowed } = ctx.input.body;
      try {
        const shown = await this.permissions.find(ctx.access, kind, id);
        const change =
          intent === 'inherit' ? undefined : { permissions: this.decided(ctx, kind, shown, allowed), seenRuleId: seen };
        const { name, folderId } = await this.permissions.change(ctx.access, kind, id, change);
        ctx.redirectWith(kind === 'folder' ? listAddress(folderId) : documentAddress(id), ctx.text('matrix.saved', { name }));
      } catch (error) {
        if (!(error instanceof PortalError) || error.code !== 'permissions-conflict') throw error;
        this.showMatrix(ctx, kind, await this.permissions.find(ctx.access, kind, id), error);
      }
    });

    const json = { access: mayView, params: idParams, answers: 'json', answer: permissionsAnswer, apiToken: true } as const;
    router.get(`/api${path}/permissions`, json, async (ctx) => {
      ctx.body = answerOf(await this.permissions.find(ctx.access, kind, ctx.input.params.id));
    });

    router.put(`/api${path}/permissions`, { ...json, body: permissionsBody }, async (ctx) => {
      const { id } = ctx.input.params;
      ctx.body = answerOf(await this.permissions.change(ctx.access, kind, id, await this.changeOf(ctx, kind)));
    });
  }

  /** @throws PortalError `invalid-input` (400), also for what says both that it inherits and something else than what it would inherit. */
  private async changeOf(
    ctx: PermissionsContext<z.output<typeof permissionsBody>>,
    kind: PermissionsOf,
  ): Promise<PermissionsChange> {
    const { visibleTo, roles, inherited, permissions: sent } = ctx.input.body;
    const audience = visibleTo && this.checked(ctx, { visibleTo, roles });
    const permissions = sent && this.checkedPermissions(ctx, sent);
    if (!inherited) {
      if (audience || permissions) return { ...(audience && { audience }), ...(permissions && { permissions }) };
      throw invalidInput({ visibleTo: ctx.text('permissions.say-who') });
    }
    // Who sends back what GET answered means what is inherited anyway.
    const { ofParent } = await this.permissions.find(ctx.access, kind, ctx.input.params.id);
    if (
      (audience &&
        JSON.stringify(audience) !==
          JSON.stringify({ visibleTo: ofParent.audience.visibleTo, roles: ofParent.audience.roles })) ||
      (permissions && JSON.stringify(permissions) !== JSON.stringify(this.ofRule(ctx, ofParent.ruleId)))
    )
      throw invalidInput({ inherited: ctx.text('permissions.says-both') }, ctx.text('permissions.says-both'));
    return undefined;
  }

  /** What a rule says of roles, written as `checkedPermissions` writes it. */
  private ofRule({ access: { site } }: PermissionsContext, ruleId: string): RulePermissions {
    const said = site && this.visibility.rule(site.id, ruleId)?.permissions;
    return this.matrix.saying((role, action) => said?.[role]?.[action]);
  }

  private checked(ctx: PermissionsContext, audience: Audience): Audience {
    return checkedAudience(audience, this.roleNames(), ctx);
  }

  /** @throws PortalError `invalid-input` (400) for a role that there is not, or of which nothing can be said. */
  private checkedPermissions(ctx: PermissionsContext, sent: RulePermissions): RulePermissions {
    const unknown = Object.keys(sent).find((role) => !this.matrix.roles().includes(role));
    if (unknown !== undefined) {
      const sentence = ctx.text('portal.audience.unknown-role', { role: unknown });
      throw invalidInput({ permissions: sentence }, sentence);
    }
    return this.matrix.saying((role, action) => sent[role]?.[action]);
  }

  /** What the boxes say; of those that cannot be ticked what was there before. */
  private decided(
    ctx: PermissionsContext,
    kind: PermissionsOf,
    { ruleId, audience, permissions }: ShownPermissions,
    ticked: ReadonlySet<string>,
  ): RulePermissions {
    const rows = new Map(this.matrix.rows(kind, audience, permissions).map(({ role, cells }) => [role, cells]));
    return this.matrix.saying((role, action) => {
      const cell = rows.get(role)?.find((each) => each.action === action);
      if (!cell || this.isLocked(ctx, ruleId, cell)) return permissions[role]?.[action];
      return ticked.has(`${action} ${role}`);
    });
  }

  /** Nobody lets others do what they may not do themselves; what they take away they could not give again. */
  private isLocked({ access }: PermissionsContext, ruleId: string, { action, isFixed }: RoleCell): boolean {
    return isFixed || !this.visibility.may(access, action, ruleId);
  }

  private showMatrix(ctx: PermissionsContext, kind: PermissionsOf, shown: ShownPermissions, error?: PortalError): void {
    const { id, name, ruleId, audience, permissions, inherited, ofParent } = shown;
    const title = ctx.text('matrix.title', { name });
    const rows = this.matrix.rows(kind, audience, permissions);
    const place = `${addressOf[kind](id)}/permissions`;
    const model = {
      title,
      name,
      error: error?.message,
      action: ctx.url(`${place}/roles`),
      back: ctx.url(place),
      seen: ruleId,
      inherited,
      origin: ctx.text(inherited ? 'permissions.inherited' : 'permissions.own', { from: ofParent.from }),
      audience: ctx.text('matrix.visible-to', { audience: audienceText(audience, ctx) || ctx.text('visible.nobody') }),
      actions: (rows[0]?.cells ?? []).map(({ action }) => ctx.text(`matrix.${action}`)),
      rows: rows.map(({ role, sees, cells }) => ({
        role,
        sees: ctx.text(sees ? 'matrix.sees' : 'matrix.sees-not'),
        cells: cells.map((cell) => ({
          value: `${cell.action} ${role}`,
          label: ctx.text('matrix.cell', { role, action: ctx.text(`matrix.${cell.action}`) }),
          may: cell.may,
          isLocked: this.isLocked(ctx, ruleId, cell),
          origin:
            cell.may === cell.inSite ? undefined : ctx.text(inherited ? 'matrix.from' : 'matrix.here', { from: ofParent.from }),
        })),
      })),
    };
    ctx.render('role-matrix', model, { title, status: error?.status ?? 200 });
  }

  private roleNames(): readonly string[] {
    return this.accessControl.get()?.audienceRoles() ?? [];
  }

  private show(ctx: PermissionsContext, kind: PermissionsOf, shown: ShownPermissions, error?: PortalError): void {
    const { id, name, folderId, audience, inherited, ofParent } = shown;
    const title = ctx.text('permissions.title', { name });
    const fields = (error?.details.fields ?? {}) as Readonly<Record<string, string>>;
    const model = {
      title,
      action: ctx.url(`${addressOf[kind](id)}/permissions`),
      back: ctx.url(kind === 'folder' ? listAddress(folderId) : documentAddress(id)),
      audience: audienceModel(audience, this.roleNames(), ctx, fields.roles),
      inherited,
      origin: ctx.text(inherited ? 'permissions.inherited' : 'permissions.own', { from: ofParent.from }),
      ofParent: ctx.text('permissions.of-parent', { from: ofParent.from, audience: audienceText(ofParent.audience, ctx) }),
      text: ctx.text(`permissions.text-${kind}`),
      matrix: ctx.url(`${addressOf[kind](id)}/permissions/roles`),
    };
    renderFragment(ctx, 'permissions', model, { status: error?.status });
  }
}

function answerOf({ audience: { visibleTo, roles }, permissions, inherited, from }: ShownPermissions): object {
  return { visibleTo, roles, ...(Object.keys(permissions).length > 0 && { permissions }), inherited, from };
}
