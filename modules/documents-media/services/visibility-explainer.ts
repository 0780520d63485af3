import {
  AccessContexts,
  type AccessExplainer,
  type AccessQuestion,
  type ExplainedStep,
  inject,
  injectable,
  Messages,
  type MessageValues,
  PortalError,
} from '@portico/core';
import { audienceText } from '@portico/core/util';
import { Permissions, type PermissionsOf } from './permissions.js';
import { Visibility } from './visibility.js';

const id = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}';
const inPath = new RegExp(`^/documents-media/(?:api/)?(documents|folders)/(${id})(?:/|$)`);

/** Whether somebody sees the folder or document of an address, and by which rule: asked as each list asks it. */
@injectable()
export class VisibilityExplainer implements AccessExplainer {
  constructor(
    @inject(Permissions) private readonly permissions: Permissions,
    @inject(Visibility) private readonly visibility: Visibility,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async explain({ access, path, locale }: AccessQuestion): Promise<readonly ExplainedStep[]> {
    const [, kind, target] = inPath.exec(path ?? '') ?? [];
    if (!access.site || kind === undefined || target === undefined) return [];
    const say = (key: string, values?: MessageValues): string => this.messages.text(key, values, locale);
    const of: PermissionsOf = kind === 'folders' ? 'folder' : 'document';
    try {
      const shown = await this.permissions.find(this.contexts.system(access.site), of, target);
      const values = { audience: audienceText(shown.audience, { text: say }), from: shown.from };
      return [
        {
          criterion: 'rule',
          subject: shown.name,
          met: this.visibility.sight(access, access.site).sees(shown.ruleId),
          reason: say(shown.inherited ? 'why.inherited' : 'why.own', values),
          href: `~/documents-media/${kind}/${target}/permissions`,
          hrefPermission: 'documents-media.change-permissions',
        },
      ];
    } catch (error) {
      if (!(error instanceof PortalError) || error.status !== 404) throw error;
      return [{ criterion: 'rule', subject: target, met: false, reason: say('why.gone') }];
    }
  }
}
