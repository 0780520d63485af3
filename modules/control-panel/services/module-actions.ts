import {
  type AccessContext,
  inject,
  injectable,
  Lifetime,
  MessageCatalog,
  type ModuleStatus,
  Modules,
  type PageAddition,
} from '@portico/core';
import { endsSignIn } from '@portico/core/util';

export type ModuleAction = 'start' | 'stop' | 'enable' | 'disable';

/** The module that shows the screen: it cannot be asked to wait for its own request to end. */
const own = 'control-panel';

/** What can be done with a module from the screen, as it stands. The screen never takes itself away. */
export function moduleActions(status: ModuleStatus, modules: Modules): readonly ModuleAction[] {
  if (status.state === 'disabled') return ['enable'];
  const vital = status.id === own || modules.dependentsOf(status.id).includes(own) || endsSignIn(modules, status.id);
  const stopping: readonly ModuleAction[] = vital ? [] : ['disable'];
  switch (status.state) {
    case 'active':
    case 'starting':
      return vital ? [] : ['stop', 'disable'];
    case 'resolved':
    case 'failed':
    case 'installed':
      return ['start', ...stopping];
    default:
      return stopping;
  }
}

/** Says on every page, to those who manage modules, that some are left out of this start: nobody would look for what is missing. */
@injectable()
export class LeftOutBanner implements PageAddition {
  readonly view = 'left-out-banner';
  private leftOut: readonly string[] | undefined;

  constructor(
    @inject(Modules) private readonly modules: Modules,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Lifetime) lifetime: Lifetime,
  ) {
    lifetime.add(
      modules.onDidChange(() => {
        this.leftOut = undefined;
      }),
    );
  }

  model({ locale }: AccessContext): object | undefined {
    const { safeMode } = this.modules;
    this.leftOut ??= this.modules.list().flatMap(({ id, leftOut }) => (leftOut ? [id] : []));
    if (!safeMode && this.leftOut.length === 0) return undefined;
    const names = this.leftOut.map((id) => this.catalog.nameOf(id, locale));
    return { safeMode, names: new Intl.ListFormat(locale).format(names), count: names.length };
  }
}
