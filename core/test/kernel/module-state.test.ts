import { expect } from 'chai';
import type { ModuleState } from '../../api/index.js';
import { type LifecycleEvent, nextState } from '../../kernel/lifecycle.js';

// biome-ignore format: reads like the head of the table below
const events: readonly LifecycleEvent[] = [
  'resolve', 'reject', 'wait', 'release', 'start', 'started', 'fail', 'stop', 'stopped', 'disable', 'enable',
];

const no = undefined;

// biome-ignore format: a table
const table: Readonly<Record<ModuleState, readonly (ModuleState | undefined)[]>> = {
  //            resolve     reject        wait       release     start       started   fail      stop        stopped     disable     enable
  installed:  ['resolved', 'unresolved', no,        no,         no,         no,       no,       no,         no,         'disabled', no],
  unresolved: [no,         no,           no,        no,         no,         no,       no,       no,         no,         'disabled', no],
  resolved:   [no,         no,           'waiting', no,         'starting', no,       no,       no,         no,         'disabled', no],
  waiting:    [no,         no,           no,        'resolved', 'starting', no,       no,       no,         no,         'disabled', no],
  starting:   [no,         no,           no,        no,         no,         'active', 'failed', no,         no,         no,         no],
  active:     [no,         no,           no,        no,         no,         no,       no,       'stopping', no,         no,         no],
  stopping:   [no,         no,           no,        no,         no,         no,       no,       no,         'resolved', no,         no],
  failed:     [no,         no,           no,        'resolved', no,         no,       no,       no,         no,         'disabled', no],
  disabled:   [no,         no,           no,        no,         no,         no,       no,       no,         no,         no,         'installed'],
};

describe('the state of a module', () => {
  for (const [state, row] of Object.entries(table) as [ModuleState, readonly (ModuleState | undefined)[]][])
    for (const [index, event] of events.entries()) {
      const next = row[index];
      it(`${state}, ${event}: ${next ?? 'cannot happen'}`, () => {
        if (next === undefined) expect(() => nextState(state, event)).to.throw(`A module that is ${state} cannot ${event}.`);
        else expect(nextState(state, event)).to.equal(next);
      });
    }
});
