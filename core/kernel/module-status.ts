import type { ModuleStatus } from '../api/index.js';
import type { ContributionErrors } from './contribution-errors.js';
import type { ModuleRecord } from './module-record.js';
import type { Requirements } from './requirements.js';

/** A module as people see it. */
export function statusOf(
  record: ModuleRecord,
  requirements: Requirements,
  contributionErrors: ContributionErrors,
  flaggedOff: boolean,
  lastCrash: ModuleStatus['lastCrash'],
): ModuleStatus {
  const { id, version, description, manifest } = record.module;
  return {
    id,
    version,
    description,
    state: record.state,
    reasons: reasonsOf(record, requirements, flaggedOff),
    ...(record.leftOut && { leftOut: record.leftOut.why }),
    ...(lastCrash && { lastCrash }),
    ...(record.failure && { failure: record.failure }),
    ...(record.startMillis !== undefined && { startMillis: record.startMillis }),
    contributionErrors: contributionErrors.of(id),
    deprecations: record.deprecatedUses.all,
    ...(manifest.enabledBy !== undefined && { enabledBy: manifest.enabledBy }),
    requires: Object.keys(manifest.requires ?? {}),
    keepsSecrets: manifest.keepsSecrets ?? false,
    provides: Object.keys(manifest.provides ?? {}),
    hosts: Object.keys(manifest.hosts ?? {}),
    decorates: Object.keys(manifest.decorates ?? {}),
    decorated: requirements.decorated(record),
    contributes: (record.run?.contributes ?? []).map((contribution) => ({ point: contribution.point, id: contribution.id })),
  };
}

function reasonsOf(record: ModuleRecord, requirements: Requirements, flaggedOff: boolean): readonly string[] {
  const { state, stopped, leftOut, wanted, switchedOn, failure, unresolved, module } = record;
  switch (state) {
    case 'installed':
      return ['The portal has not opened yet.'];
    case 'unresolved':
      return unresolved ?? [];
    case 'resolved':
      return leftOut ? [leftOut.reason] : [stopped ? 'Stopped by an operator.' : 'The portal is closing.'];
    case 'waiting':
      return requirements.explain(record);
    case 'failed':
      return [`Failed in ${failure?.phase}: ${failure?.message}`];
    case 'disabled': {
      const off = wanted === false ? 'Disabled by an operator.' : 'Off until an operator enables it.';
      const flag = `The flag ${module.manifest.enabledBy} is off.`;
      return [...(switchedOn ? [] : [off]), ...(flaggedOff ? [flag] : []), ...(unresolved ?? [])];
    }
    case 'starting':
      return [`It is being started (${record.run?.step ?? 'import'}).`];
    case 'stopping':
      return ['It is being stopped.'];
    case 'active':
      return [];
  }
}
