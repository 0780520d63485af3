import type { ModuleState } from '../api/index.js';

/**
 * What can happen to a module. `release` takes it out of waiting or failed; everything that is not in the table cannot happen.
 */
export type LifecycleEvent =
  | 'resolve'
  | 'reject'
  | 'wait'
  | 'release'
  | 'start'
  | 'started'
  | 'fail'
  | 'stop'
  | 'stopped'
  | 'disable'
  | 'enable';

export const lifecycle: Readonly<Record<ModuleState, Readonly<Partial<Record<LifecycleEvent, ModuleState>>>>> = {
  installed: { resolve: 'resolved', reject: 'unresolved', disable: 'disabled' },
  unresolved: { disable: 'disabled' },
  resolved: { wait: 'waiting', start: 'starting', disable: 'disabled' },
  waiting: { release: 'resolved', start: 'starting', disable: 'disabled' },
  starting: { started: 'active', fail: 'failed' },
  active: { stop: 'stopping' },
  stopping: { stopped: 'resolved' },
  failed: { release: 'resolved', disable: 'disabled' },
  disabled: { enable: 'installed' },
};

/** @throws Error when the event cannot happen in this state: a fault of the kernel, never of a module. */
export function nextState(state: ModuleState, event: LifecycleEvent): ModuleState {
  const next = lifecycle[state][event];
  if (next === undefined) throw new Error(`A module that is ${state} cannot ${event}.`);
  return next;
}
