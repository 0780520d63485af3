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

export type ModuleAction = 'start' | 'stop' | 'enable' | 'disable';

/** The module that shows the screen: it cannot be asked to wait for its own request to end. */
const own = 'control-panel';
/** Without these nobody could sign in and open the screen again. */
const needed = ['portico.sessions', 'portico.access-control'];

/** Modules that stop with this one because they require what it offers, directly or through others; by id. */
export function dependentsOf(id: string, modules: readonly ModuleStatus[]): readonly string[] {
  const found = new Set<string>();
  const visit = (provider: string): void => {
    const status = modules.find((module) => module.id === provider);
    const offers = new Set([...(status?.provides ?? []), ...(status?.hosts ?? [])]);
    for (const module of modules) {
      if (found.has(module.id) || module.id === id || !module.requires.some((each) => offers.has(each))) continue;
      found.add(module.id);
      visit(module.id);
    }
  };
  visit(id);
  return [...found].sort();
}

/** What can be done with a module from the screen, as it stands. The screen never takes itself away. */
export function moduleActions(status: ModuleStatus, modules: readonly ModuleStatus[]): readonly ModuleAction[] {
  if (status.state === 'disabled') return ['enable'];
  const supports = dependentsOf(status.id, modules);
  const vital = status.id === own || supports.includes(own) || holdsUp(status, modules, supports);
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

/** Whether the module, or one that stops with it, offers what signing in needs. */
function holdsUp(status: ModuleStatus, modules: readonly ModuleStatus[], dependents: readonly string[]): boolean {
  const falling = modules.filter(({ id }) => id === status.id || dependents.includes(id));
  return falling.some(({ provides }) => provides.some((id) => needed.includes(id)));
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
