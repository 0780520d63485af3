import type { ModuleStatus } from '@portico/core';

export type ModuleAction = 'start' | 'stop' | 'enable' | 'disable';

/** The module that shows the screen: it cannot be asked to wait for its own request to end. */
const own = 'configuration';

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
  const vital = status.id === own || dependentsOf(status.id, modules).includes(own);
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
