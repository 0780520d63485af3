import type { FlagDeclaration, FlagOrigin, FlagState } from '../api/index.js';
import { nearest } from '../util/index.js';
import { type FlagEnvironment, flagVariable } from './flag-environment.js';
import type { FlagFileEntry } from './flag-file.js';

/** A flag as the manifest of a module declares it. */
export type DeclaredFlag = FlagDeclaration & { readonly module?: string };

/** An instance override as it is kept in memory. */
export interface FlagOverrideFact {
  readonly enabled: boolean;
  readonly setBy: string;
  readonly setAt: string;
}

/** Everything that has a say. */
export interface FlagSources {
  readonly environment: FlagEnvironment;
  readonly overrides: ReadonlyMap<string, FlagOverrideFact>;
  readonly file: ReadonlyMap<string, FlagFileEntry>;
  /** How the file is called in sentences. */
  readonly fileName: string;
  /** What the deployment says while nothing stronger does. */
  readonly deployment: ReadonlyMap<string, boolean>;
  readonly declarations: ReadonlyMap<string, DeclaredFlag>;
  /** Whether Dev flags have force. */
  readonly development: boolean;
}

export interface ResolvedFlags {
  /** By key, sorted. */
  readonly states: ReadonlyMap<string, FlagState>;
  /** Dependency cycles, and whatever names a flag that nobody declares. */
  readonly problems: readonly string[];
}

type Source = FlagState['sources'][number];
type OwnState = Omit<FlagState, 'reason'> & { readonly because: string };

const modeReason = 'Off because Dev flags have force in development mode only.';

/** A pure function of its sources: environment > instance > file > deployment > declaration, and then mode and dependencies. */
export function resolveFlags(sources: FlagSources): ResolvedFlags {
  const keys = [...new Set([...sources.declarations.keys(), ...sources.file.keys()])].sort();
  const dependents = dependentsAmong(keys, sources);
  const own = new Map(keys.map((key) => [key, ownState(key, sources, dependents.get(key) ?? [])]));
  const cycles = findCycles(own);
  const settled = new Map<string, FlagState>();
  const states = new Map(keys.map((key) => [key, settle(key, own, cycles, settled) as FlagState]));
  const circles = new Set(cycles.values());
  return {
    states,
    problems: [
      ...[...circles].map((path) => `Feature flags depend on each other in a circle: ${path}. They stay off.`),
      ...strangers(new Set(keys), sources),
    ],
  };
}

/** Whatever names a flag that nobody declares: most likely a slip of the pen. */
function strangers(keys: ReadonlySet<string>, sources: FlagSources): readonly string[] {
  const { environment, overrides, file, fileName, deployment, declarations } = sources;
  const variables = new Set([...keys].map(flagVariable));
  return [
    ...[...environment.locks.keys()]
      .filter((name) => !variables.has(name))
      .map((name) => `The environment variable ${name} names no known feature flag.${nearest(name, variables)}`),
    ...[...overrides.keys()]
      .filter((key) => !keys.has(key))
      .map((key) => `This instance has a switch for ${key}, which nobody declares. "portico flags unset ${key}" forgets it.`),
    ...[...file]
      .filter(([key, { title }]) => title === undefined && !declarations.has(key))
      .map(([key]) => `${fileName} sets ${key}, which no module declares. If it is a flag of your own, give it a title.`),
    ...[...deployment.keys()]
      .filter((key) => !keys.has(key))
      .map((key) => `"flagDefaults" in the configuration names ${key}, which nobody declares.`),
  ];
}

function dependentsAmong(keys: readonly string[], { file, declarations }: FlagSources): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const key of keys) {
    for (const needed of new Set(file.get(key)?.dependsOn ?? declarations.get(key)?.dependsOn)) {
      dependents.set(needed, [...(dependents.get(needed) ?? []), key]);
    }
  }
  return dependents;
}

function ownState(key: string, sources: FlagSources, dependents: readonly string[]): OwnState {
  const { environment, overrides, file, fileName, deployment, declarations } = sources;
  const declared = declarations.get(key);
  const entry = file.get(key);
  const variable = flagVariable(key);
  const lock = environment.locks.get(variable);
  const override = overrides.get(key);
  const found: Source[] = [];
  const add = (origin: FlagOrigin, enabled: boolean, label: string): void => void found.push({ origin, enabled, label });
  if (lock !== undefined) add('environment', lock.enabled, `the environment variable ${variable}`);
  if (override) add('instance', override.enabled, `this instance (${override.setBy}, ${override.setAt.slice(0, 10)})`);
  if (entry?.enabled !== undefined) add('file', entry.enabled, fileName);
  const configured = deployment.get(key);
  if (configured !== undefined) add('deployment', configured, '"flagDefaults" in the configuration');
  add('declaration', declared?.default ?? false, declared?.module ? `the module ${declared.module}` : '');
  const winner = found[0] as Source;
  const { enabled: _enabled, ...described } = entry ?? {};
  const type = described.type ?? declared?.type ?? 'release';
  return {
    ...declared,
    ...described,
    type,
    title: described.title ?? declared?.title ?? key,
    key,
    enabled: winner.enabled,
    origin: winner.origin,
    because: lock?.misread === undefined ? reasonOf(winner) : misreadReason(variable, lock.misread),
    available: type !== 'dev' || sources.development,
    dependents,
    sources: found,
    ...(lock === undefined ? {} : { lockedBy: variable }),
  };
}

function reasonOf({ origin, enabled, label }: Source): string {
  if (origin === 'declaration') return `${enabled ? 'On' : 'Off'} by default${label ? `, says ${label}` : ''}.`;
  return `Switched ${enabled ? 'on' : 'off'} by ${label}.`;
}

function misreadReason(variable: string, value: string): string {
  return `Locked off, because the environment variable ${variable} is "${value}", which says neither on nor off.`;
}

function settle(
  key: string,
  own: ReadonlyMap<string, OwnState>,
  cycles: ReadonlyMap<string, string>,
  states: Map<string, FlagState>,
): FlagState | undefined {
  const done = states.get(key);
  const state = own.get(key);
  if (done || !state) return done;
  const { because, ...rest } = state;
  const off = (reason: string, origin: FlagOrigin = 'dependency'): FlagState => ({ ...rest, enabled: false, origin, reason });
  const decide = (): FlagState => {
    if (!state.available) return off(modeReason, 'mode');
    if (!state.enabled) return { ...rest, reason: because };
    const cycle = cycles.get(key);
    if (cycle) return off(`Off because feature flags depend on each other in a circle: ${cycle}.`);
    for (const dependency of state.dependsOn ?? []) {
      const needed = settle(dependency, own, cycles, states);
      if (!needed) return off(`Off because it depends on ${dependency}, which nobody declares.`);
      if (!needed.enabled) return off(`Off because it depends on ${dependency}. ${dependency}: ${needed.reason}`);
    }
    return { ...rest, reason: because };
  };
  const settled = Object.freeze(decide());
  states.set(key, settled);
  return settled;
}

/** Each key that stands in a circle, with the circle's path as its smallest member tells it. */
function findCycles(own: ReadonlyMap<string, OwnState>): ReadonlyMap<string, string> {
  const cycles = new Map<string, string>();
  const finished = new Set<string>();
  const walk = (key: string, trail: readonly string[]): void => {
    const start = trail.indexOf(key);
    if (start >= 0) {
      const members = trail.slice(start);
      const path = [...members, key].join(' -> ');
      for (const member of members) if (!cycles.has(member)) cycles.set(member, path);
      return;
    }
    if (finished.has(key)) return;
    for (const dependency of own.get(key)?.dependsOn ?? []) walk(dependency, [...trail, key]);
    finished.add(key);
  };
  for (const key of own.keys()) walk(key, []);
  return cycles;
}
