import { delimiter } from 'node:path';
import { type ModuleManifest, PortalError } from '../api/index.js';
import { nearest, switchWord } from '../util/index.js';

type Json = Record<string, unknown>;

export interface Variable {
  readonly path: readonly string[];
  readonly read?: (value: string, name: string) => unknown;
}

type Variables = Readonly<Record<string, Variable>>;

/** What each environment variable of the host sets. Flags and settings have families of their own: PORTICO_FLAG_…, PORTICO_SETTING_…. */
const hostVariables: Variables = {
  PORT: { path: ['server', 'port'], read: integer },
  HOST: { path: ['server', 'host'] },
  PORTICO_HOME: { path: ['home'] },
  PORTICO_PUBLIC_URL: { path: ['server', 'publicUrl'], read: (value) => value.trim() },
  PORTICO_MODULE_PATHS: { path: ['modulePaths'], read: paths },
  PORTICO_LOG_LEVEL: { path: ['log', 'level'] },
  PORTICO_SAFE_MODE: { path: ['safeMode'], read: onOrOff },
  PORTICO_WITHOUT: { path: ['without'], read: ids },
  PORTICO_LONG_TURN_MILLIS: { path: ['watchdog', 'longTurnMillis'], read: integer },
  PORTICO_END_BLOCKED_MILLIS: { path: ['watchdog', 'endBlockedMillis'], read: integer },
};

function integer(value: string, name: string): number {
  if (!/^\d+$/.test(value)) throw wrong(name, `must be a whole number, but is "${value}"`);
  return Number(value);
}

/** Folders, separated as in PATH or by commas. */
function paths(value: string): readonly string[] {
  return value
    .split(delimiter === ';' ? /[;,]/ : /[:,]/)
    .map((path) => path.trim())
    .filter(Boolean);
}

function onOrOff(value: string, name: string): boolean {
  const answer = switchWord(value);
  if (answer === undefined) throw wrong(name, `must be on or off, but is "${value}"`);
  return answer;
}

function ids(value: string): readonly string[] {
  return value.split(/[\s,:]+/).filter(Boolean);
}

function url(value: string, name: string): string {
  if (!URL.canParse(value) || !/^https?:/.test(value))
    throw wrong(name, 'must be an address that starts with http:// or https://');
  return value.replace(/\/+$/, '');
}

function wrong(name: string, what: string): PortalError {
  return new PortalError('configuration-invalid', `The environment variable ${name} ${what}.`);
}

/** What the manifests of modules add: each variable sets one key of its module's section. */
export function moduleVariables(
  modules: readonly { readonly id: string; readonly manifest: Pick<ModuleManifest, 'environment'> }[],
): Variables {
  return Object.fromEntries(
    modules.flatMap(({ id, manifest }) =>
      Object.entries(manifest.environment ?? {}).map(([name, { key, type }]): [string, Variable] => [
        name,
        { path: ['modules', id, key], ...(type === 'url' ? { read: url } : {}) },
      ]),
    ),
  );
}

/** Read elsewhere. */
const furtherVariables = [
  'PORTICO_MODE',
  'PORTICO_DATABASE_URL',
  'PORTICO_MASTER_KEY',
  'PORTICO_MASTER_KEY_PREVIOUS',
  'PORTICO_LOCKED_SETTINGS',
];
/** What is behind these is a flag, a setting or a secret of the operator's own; whether there is one, those say who know. */
const families = ['PORTICO_FLAG_', 'PORTICO_SETTING_', 'PORTICO_SECRET_'];

/**
 * Sentences about variables that nobody reads, with the name that was probably meant.
 * @param variables all that start with `PORTICO_`.
 * @param known.settings the configuration: a variable that it names, as the one of a secret, is known.
 */
export function unknownVariables(
  variables: Readonly<Record<string, string>>,
  known: { readonly manifests: readonly Pick<ModuleManifest, 'environment'>[]; readonly settings: object },
): readonly string[] {
  const names = [
    ...Object.keys(hostVariables),
    ...furtherVariables,
    ...known.manifests.flatMap(({ environment }) => Object.keys(environment ?? {})),
  ];
  const isKnown = new Set(names);
  const named = [...JSON.stringify(known.settings).matchAll(/"(PORTICO_\w+)(\*?)"/g)];
  return Object.keys(variables)
    .filter((name) => !isKnown.has(name) && !families.some((family) => name.startsWith(family)))
    .filter((name) => !named.some(([, text = '', star]) => (star ? name.startsWith(text) : name === text)))
    .map((name) => {
      const inFamilies = families.map((family) => family + name.split('_').slice(2).join('_'));
      return `The environment variable ${name} is none that the portal or a module knows; it changes nothing.${nearest(name, [...names, ...inFamilies])}`;
    });
}

/** The overrides that the environment makes, in the shape of the configuration files. Empty variables count as unset. */
export function readEnvironment(environment: NodeJS.ProcessEnv, ofModules: Variables = {}): Json {
  if (environment.PORTICO_DATABASE_URL) {
    throw wrong(
      'PORTICO_DATABASE_URL',
      'is set, but this version keeps its data in the embedded database only; remove the variable',
    );
  }
  const overrides: Json = {};
  for (const [name, { path, read }] of Object.entries({ ...ofModules, ...hostVariables })) {
    const value = environment[name];
    if (value === undefined || value === '') continue;
    put(overrides, path, read ? read(value, name) : value);
  }
  return overrides;
}

/** The variable that set the value at a path of the configuration. */
export function variableAt(path: readonly PropertyKey[], environment: NodeJS.ProcessEnv): string | undefined {
  const found = Object.entries(hostVariables).find(
    ([name, variable]) => environment[name] && variable.path.every((part, index) => path[index] === part),
  );
  return found?.[0];
}

function put(target: Json, [head, ...rest]: readonly string[], value: unknown): void {
  if (head === undefined) return;
  if (rest.length === 0) target[head] = value;
  else {
    target[head] ??= {};
    put(target[head] as Json, rest, value);
  }
}
