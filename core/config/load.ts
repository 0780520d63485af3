import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type HostConfig, PortalError } from '../api/index.js';
import { z } from '../libraries/data.js';
import { JsonTextError, nearest, readJsonText } from '../util/index.js';
import { readEnvironment, type Variable, variableAt } from './environment.js';
import { type HostSettings, hostConfigSchema } from './schema.js';

/** What `PORTICO_MODE` says: `production` unless it is `development`. */
export function deploymentMode(environment: NodeJS.ProcessEnv): HostConfig['mode'] {
  const mode = environment.PORTICO_MODE || 'production';
  if (mode === 'production' || mode === 'development') return mode;
  throw new PortalError(
    'configuration-invalid',
    `The environment variable PORTICO_MODE must be production or development, but is "${mode}".`,
  );
}

type Json = Record<string, unknown>;

export interface LoadOptions {
  /** Where paths count from, and config/ of the operator lies. */
  readonly root: string;
  /** Where the portal's own config/ lies, and what `modules` means, when that is not the root: the portal was installed as packages. */
  readonly distribution?: { readonly root: string; readonly modulePaths: readonly string[] } | undefined;
  readonly mode: HostConfig['mode'];
  readonly environment: NodeJS.ProcessEnv;
  /** Laid over files and environment; for the demo and for tests. */
  readonly overrides?: object;
  /** One more file of config/, over those of the mode. */
  readonly layer?: string;
  /** Variables that modules declare; known when their manifests have been read, which the configuration says where to find. */
  readonly variables?: Readonly<Record<string, Variable>>;
  /** Ports for the names that stand in the files as `{port:name}`. */
  readonly ports?: ReadonlyMap<string, number>;
}

/** The configuration as the host uses it: checked, complete, paths absolute. */
export interface LoadedConfig extends HostConfig {
  readonly settings: HostSettings;
  readonly flagsFile: string;
  readonly modulePaths: readonly string[];
  readonly masterKey: string | undefined;
  /** The one before it, while secrets are sealed again. */
  readonly previousMasterKey: string | undefined;
  /** Reads variables of modules that come while the portal runs. @throws PortalError `configuration-invalid` */
  addVariables(variables: Readonly<Record<string, Variable>>): void;
  /** Sentences about files that nobody reads. */
  readonly unreadFiles: readonly string[];
}

/** Files that a mode lays over `config/default.json`, each over the ones before it. Development is the deployment with a few things changed. */
const layers: Readonly<Record<HostConfig['mode'], readonly string[]>> = {
  production: ['production'],
  development: ['production', 'development'],
  demo: ['demo'],
  test: ['test'],
};

/** @throws PortalError `configuration-invalid`, naming the file or variable and the key. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { root, mode, environment, overrides = {}, ports = new Map() } = options;
  const names = filesOf(options);
  const files = names.map((name) => withPorts(readFiles(options, name), ports) as Json);
  const sources = [...files, readEnvironment(environment, options.variables), overrides as Json];
  const merged = sources.reduce(merge, {});
  // What is forbidden in one place is not allowed by another that forbids something else.
  const without = new Set(sources.flatMap((source) => source.without ?? []));
  if (without.size > 0) merged.without = [...without];
  const parsed = hostConfigSchema.safeParse(merged);
  if (!parsed.success) {
    const { issues } = parsed.error;
    const written = names.map((name, index) => ({ name: `config/${name}.json`, content: files[index] })).reverse();
    const places = issues
      .flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]))
      .map((path) => variableAt(path, environment) ?? written.find(({ content }) => isAt(content, path))?.name);
    const named = [...new Set(places.filter((place) => place !== undefined))];
    const meant = issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => nearest(key, keysAt(issue.path))) : [],
    );
    throw new PortalError(
      'configuration-invalid',
      `The configuration is wrong${named.length > 0 ? ` (set by ${named.join(', ')})` : ''}:\n${z.prettifyError(parsed.error)}${meant.join('')}`,
    );
  }
  const settings = parsed.data;
  const fromEnvironment = environment.PORTICO_HOME;
  const { host, port } = settings.server;
  const later: Json = {};
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    mode,
    settings,
    home: fromEnvironment ? resolve(settings.home) : resolve(root, settings.home),
    publicUrl: settings.server.publicUrl ?? `http://${shownHost}:${port}`,
    flagsFile: resolve(root, settings.flagsFile),
    modulePaths: settings.modulePaths.flatMap((path) => pathsOf(options, path)),
    masterKey: environment.PORTICO_MASTER_KEY || undefined,
    previousMasterKey: environment.PORTICO_MASTER_KEY_PREVIOUS || undefined,
    unreadFiles: unreadFiles(root),
    addVariables: (variables) => {
      const { modules = {} } = readEnvironment(environment, variables) as { readonly modules?: Json };
      Object.assign(later, modules);
    },
    module: (id) =>
      later[id] === undefined ? (settings.modules[id] ?? {}) : merge(settings.modules[id] ?? {}, later[id] as Json),
    variables: (prefix) => variablesOf(environment, prefix),
  };
}

/** A folder of the operator's; `modules`, where there is no such folder, are those that the portal came with. */
function pathsOf({ root, distribution }: LoadOptions, path: string): readonly string[] {
  const folder = resolve(root, path);
  return path === 'modules' && distribution && !existsSync(folder) ? distribution.modulePaths : [folder];
}

/** What the portal came with, and over it what the operator wrote. */
function readFiles({ root, distribution }: Pick<LoadOptions, 'root' | 'distribution'>, name: string): Json {
  const own = readFile(root, name);
  return distribution && distribution.root !== root ? merge(readFile(distribution.root, name), own) : own;
}

function isAt(content: unknown, path: readonly PropertyKey[]): boolean {
  if (path.length === 0) return content !== undefined;
  const [head = '', ...rest] = path;
  return (
    typeof content === 'object' && content !== null && Object.hasOwn(content, head) && isAt((content as Json)[String(head)], rest)
  );
}

/** What may stand at a place of the configuration. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let schema: z.ZodType = hostConfigSchema;
  for (const part of ['', ...path]) {
    if (part !== '' && schema instanceof z.ZodObject) schema = schema.shape[String(part)] as z.ZodType;
    while (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault) schema = schema.unwrap() as z.ZodType;
  }
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Sentences about files in config/ that no mode reads: whoever wrote them meant something. */
function unreadFiles(root: string): readonly string[] {
  const known = ['default', 'dev', ...Object.values(layers).flat()].map((name) => `${name}.json`);
  const folder = join(root, 'config');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /\.json[c5]?$/i.test(name)) : [];
  return files
    .filter((name) => !known.includes(name))
    .map((name) => `The file config/${name} is read in no mode; it changes nothing.${nearest(name, known)}`);
}

function filesOf({ mode, layer }: Pick<LoadOptions, 'mode' | 'layer'>): readonly string[] {
  return ['default', ...layers[mode], ...(layer === undefined ? [] : [layer])];
}

/** The names of ports in the files: `{port:sandbox}` is one that nobody uses, the same wherever the name stands. */
export function namedPorts(options: Pick<LoadOptions, 'root' | 'distribution' | 'mode' | 'layer'>): readonly string[] {
  const text = JSON.stringify(filesOf(options).map((name) => readFiles(options, name)));
  return [...new Set([...text.matchAll(/\{port:([\w-]+)\}/g)].map(([, name = '']) => name))];
}

/** A text that is a port alone becomes a number. */
function withPorts(value: unknown, ports: ReadonlyMap<string, number>): unknown {
  if (Array.isArray(value)) return value.map((each) => withPorts(each, ports));
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withPorts(each, ports)]));
  if (typeof value !== 'string') return value;
  const alone = /^\{port:([\w-]+)\}$/.exec(value)?.[1];
  if (alone !== undefined) return ports.get(alone) ?? value;
  return value.replace(/\{port:([\w-]+)\}/g, (written, name: string) => String(ports.get(name) ?? written));
}

function variablesOf(environment: NodeJS.ProcessEnv, prefix: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[0].startsWith(prefix) && !!entry[1]),
  );
}

function readFile(root: string, name: string): Json {
  const file = join(root, 'config', `${name}.json`);
  if (!existsSync(file)) return {};
  try {
    const { value } = readJsonText(readFileSync(file, 'utf8'));
    if (isRecord(value)) return value;
    throw new Error('The content must be an object, in braces');
  } catch (cause) {
    const where = cause instanceof JsonTextError ? `, line ${cause.position.line}, column ${cause.position.column}` : '';
    throw new PortalError('configuration-invalid', `config/${name}.json${where}: ${(cause as Error).message}`, { cause });
  }
}

function merge(under: Json, over: Json): Json {
  const result: Json = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
