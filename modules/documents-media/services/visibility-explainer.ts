import {
  type AccessContext,
  AccessContexts,
  AccessControl,
  type AccessExplainer,
  type AccessQuestion,
  type ExplainedStep,
  inject,
  injectable,
  Messages,
  type MessageValues,
  optional,
  PortalError,
  type ServiceHandle,
} from '@portico/core';
import { audienceText } from '@portico/core/util';
import { Permissions, type PermissionsOf, type ShownPermissions } from './permissions.js';
import { permissionOfAction, type RuleAction } from './rules.js';
import { actionOfPermission, Visibility } from './visibility.js';

const id = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}';
const inPath = new RegExp(`^/documents-media/(?:api/)?(documents|folders)/(${id})(?:[/?]|$)`);

interface Target {
  readonly kind: PermissionsOf;
  readonly id: string;
}

/** What lies at an address of the module: a document, a folder, or the folder that a page is opened in. */
function targetOf(path: string): Target | undefined {
  const [, kind, target] = inPath.exec(path) ?? [];
  if (target !== undefined) return { kind: kind === 'folders' ? 'folder' : 'document', id: target };
  const [place = '', query = ''] = path.split('?', 2);
  const folder = new URLSearchParams(query).get('folder');
  return folder && place.startsWith('/documents-media') ? { kind: 'folder', id: folder } : undefined;
}

/** Whether somebody sees the folder or document of an address, and may do something with it, and by which rule: asked as lists and routes ask it. */
@injectable()
export class VisibilityExplainer implements AccessExplainer {
  constructor(
    @inject(Permissions) private readonly permissions: Permissions,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async explain({ access, permission, path, locale }: AccessQuestion): Promise<readonly ExplainedStep[]> {
    const target = path === undefined ? undefined : targetOf(path);
    if (!access.site || !target) return [];
    const say = (key: string, values?: MessageValues): string => this.messages.text(key, values, locale);
    try {
      const shown = await this.permissions.find(this.contexts.system(access.site), target.kind, target.id);
      if (permission === undefined) return this.shownAt(access, path ?? '', target, shown, say);
      const action = actionOfPermission.get(permission);
      return action ? this.allowed(access, action, target, shown, say) : [];
    } catch (error) {
      if (!(error instanceof PortalError) || error.status !== 404) throw error;
      return permission === undefined ? [{ criterion: 'rule', subject: target.id, met: false, reason: say('why.gone') }] : [];
    }
  }

  /** Whether it is seen; the page that says so is for who may change it. */
  private shownAt(
    access: AccessContext,
    path: string,
    target: Target,
    shown: ShownPermissions,
    say: Say,
  ): readonly ExplainedStep[] {
    const seen = this.seen(access, target, shown, say);
    if (!seen.met || !/\/permissions(?:[/?]|$)/.test(path)) return [seen];
    const met = this.visibility.may(access, 'change-permissions', shown.ruleId);
    const reason = say(met ? 'why.may-change' : 'why.may-not-change');
    return [seen, { criterion: 'permission', subject: permissionOfAction['change-permissions'], met, reason }];
  }

  private seen(access: AccessContext, target: Target, shown: ShownPermissions, say: Say): ExplainedStep {
    const { site } = access;
    return {
      criterion: 'rule',
      subject: shown.name,
      met: site !== undefined && this.visibility.sight(access, site).sees(shown.ruleId),
      reason: say(shown.inherited ? 'why.inherited' : 'why.own', {
        audience: audienceText(shown.audience, { text: say }),
        from: shown.from,
      }),
      ...wayOut(target),
    };
  }

  /** Only where the rule says something of the roles that the person has. */
  private allowed(
    access: AccessContext,
    action: RuleAction,
    target: Target,
    { permissions, name, from, ruleId }: ShownPermissions,
    say: Say,
  ): readonly ExplainedStep[] {
    const roles = this.accessControl.get()?.rolesOf(access.person, access.scope) ?? [];
    const own = [...new Set(roles)];
    const decided = own.filter((role) => permissions[role]?.[action] !== undefined);
    if (decided.length === 0) return [];
    const holders = this.accessControl.get()?.rolesWith(permissionOfAction[action]) ?? [];
    const sentences = own.flatMap((role) => {
      const may = permissions[role]?.[action];
      if (may !== undefined) return [say(may ? 'why.rule-allows' : 'why.rule-denies', { role, from })];
      return holders.includes(role) ? [say('why.rule-as-site', { role })] : [];
    });
    const met = this.visibility.may(access, action, ruleId);
    return [{ criterion: 'rule', subject: name, met, reason: sentences.join(' '), ...wayOut(target, '/roles') }];
  }
}

type Say = (key: string, values?: MessageValues) => string;

function wayOut({ kind, id }: Target, page = ''): Pick<ExplainedStep, 'href' | 'hrefPermission'> {
  return {
    href: `~/documents-media/${kind}s/${id}/permissions${page}`,
    hrefPermission: permissionOfAction['change-permissions'],
  };
}
