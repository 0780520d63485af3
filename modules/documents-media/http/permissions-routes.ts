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

/** What GET answered can be sent back: where it comes from is not changed by it. */
const permissionsBody = z.strictObject({
  visibleTo: audienceFields.visibleTo.optional(),
  roles: audienceFields.roles,
  inherited: z.boolean().optional(),
  from: z.string().optional(),
});

const addressOf = { document: documentAddress, folder: folderAddress } as const;

/** Who sees a document or a folder: a page for people, JSON for programs. What one does not see is not there, for guests too. */
@injectable()
export class PermissionsRoutes implements HttpRoutes {
  readonly prefix = '~/documents-media';

  constructor(
    @inject(Permissions) private readonly permissions: Permissions,
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
    const { visibleTo, roles, inherited } = ctx.input.body;
    const audience = visibleTo && this.checked(ctx, { visibleTo, roles });
    if (!inherited) {
      if (audience) return { audience };
      throw invalidInput({ visibleTo: ctx.text('permissions.say-who') });
    }
    const { ofParent } = await this.permissions.find(ctx.access, kind, ctx.input.params.id);
    if (
      audience &&
      JSON.stringify(audience) !== JSON.stringify({ visibleTo: ofParent.audience.visibleTo, roles: ofParent.audience.roles })
    )
      throw invalidInput({ inherited: ctx.text('permissions.says-both') }, ctx.text('permissions.says-both'));
    return undefined;
  }

  private checked(ctx: PermissionsContext, audience: Audience): Audience {
    return checkedAudience(audience, this.roleNames(), ctx);
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
    };
    renderFragment(ctx, 'permissions', model, { status: error?.status });
  }
}

function answerOf({ audience: { visibleTo, roles }, inherited, from }: ShownPermissions): object {
  return { visibleTo, roles, inherited, from };
}
