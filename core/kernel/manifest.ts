import type { ModuleManifest } from '../api/index.js';
import { z } from '../libraries/data.js';
import { isRange, isVersion } from './version.js';

/** Something about a package that keeps it from being a module of this portal. */
export interface ManifestProblem {
  /** Its name, or where it lies when it has none that can be read. */
  readonly package: string;
  /** Absolute path of the package, or of the folder that was to hold packages. */
  readonly folder: string;
  /** Id of the module, where the manifest names one. */
  readonly id?: string;
  /** Where in its package.json, e.g. `portico.requires["acme.mail"]`. */
  readonly key: string;
  /** One sentence that names the package, the key and what is wrong. */
  readonly message: string;
}

/** First segments of addresses and names that belong to the portal itself. */
const reserved = ['core', 'portico', 'assets', 'health', 'web'];

const moduleId = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be in kebab-case, e.g. "press-room"')
  .refine((id) => !reserved.includes(id), 'is reserved for the portal');

const offerId = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/,
    'must be the id of a service or extension point, e.g. "press-room.releases"',
  );

const viewOfModule = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]*\/(?!(?:partials|layouts|overrides)\/)[a-z0-9-]+(\/[a-z0-9-]+)*$/,
    'must be a module and one of its views that is no partial, e.g. "press-room/list"',
  );

const range = z.string().refine((text) => isRange(text), 'must be a semver range, e.g. "^1.0.0"');
const version = z.string().refine((text) => isVersion(text), 'must be a semver version, e.g. "1.0.0"');
const flagKey = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]*$/, 'must be the key of a flag, e.g. "LPD-10793"');
const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date, e.g. "2026-11-22"');
const hostVariables =
  /^PORTICO_(?:HOME|MODE|MODULE_PATHS|PUBLIC_URL|LOG_LEVEL|DATABASE_URL|MASTER_KEY(?:_PREVIOUS)?|LOCKED_SETTINGS|(?:FLAG|SETTING)_.*)$/;
const variableName = z
  .string()
  .regex(/^PORTICO_[A-Z][A-Z0-9_]*$/, 'must be the name of a variable, e.g. "PORTICO_MAIL_URL"')
  .refine((name) => !hostVariables.test(name), 'is a variable of the portal itself');
const routePrefix = z.string().regex(/^~?(\/[A-Za-z0-9][\w.-]*)+$/, 'must be an address, e.g. "/reports" or "/reports/yearly"');
const insidePackage = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'), 'must be a path inside the package');

const flagDeclaration = z.strictObject({
  type: z.enum(['release', 'beta', 'dev', 'deprecation']),
  title: z.string().min(1),
  description: z.string().optional(),
  default: z.boolean().optional(),
  owner: z.string().optional(),
  introduced: isoDate.optional(),
  review: isoDate.optional(),
  dependsOn: z.array(flagKey).optional(),
  links: z.array(z.string()).optional(),
});

const manifestSchema: z.ZodType<ModuleManifest> = z.strictObject({
  id: moduleId,
  requires: z.record(offerId, range).optional(),
  optional: z.record(offerId, range).optional(),
  provides: z.record(offerId, version).optional(),
  decorates: z.record(offerId, range).optional(),
  overrides: z.record(viewOfModule, range).optional(),
  hosts: z.record(offerId, version).optional(),
  flags: z.record(flagKey, flagDeclaration).optional(),
  keepsSecrets: z.boolean().optional(),
  enabledBy: flagKey.optional(),
  onFailure: z.enum(['isolate', 'stop-portal']).optional(),
  environment: z
    .record(variableName, z.strictObject({ key: z.string().min(1), type: z.enum(['text', 'url']).optional() }))
    .optional(),
  routes: z.array(routePrefix).optional(),
  enabledByDefault: z.boolean().optional(),
  entities: insidePackage.optional(),
  migrations: insidePackage.optional(),
  assets: insidePackage.optional(),
  views: insidePackage.optional(),
  messages: insidePackage.optional(),
});

/** Checks the section `portico` of a package.json. Answers the manifest, or everything that is wrong with it. */
export function parseManifest(packageName: string, section: unknown): ModuleManifest | readonly ManifestProblem[] {
  const parsed = manifestSchema.safeParse(section);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => problemsOf(packageName, issue));
  const { id, requires = {}, optional = {}, provides = {}, decorates = {}, overrides = {}, hosts = {} } = parsed.data;
  const twice = [
    ...Object.keys(optional)
      .filter((id) => id in requires)
      .map((id) => problem(packageName, ['optional', id], 'is required as well; name it once')),
    ...Object.keys(decorates)
      .filter((id) => id in requires || id in optional)
      .map((id) => problem(packageName, ['decorates', id], 'is required or optional as well; name it once')),
    ...Object.keys(decorates)
      .filter((id) => id in provides)
      .map((id) => problem(packageName, ['decorates', id], 'is provided by the module itself, which cannot decorate it')),
    ...Object.keys(overrides)
      .filter((view) => view.startsWith(`${id}/`))
      .map((view) => problem(packageName, ['overrides', view], 'is a view of the module itself; change it where it lies')),
    ...Object.keys(hosts)
      .filter((id) => id in provides)
      .map((id) => problem(packageName, ['hosts', id], 'is provided as a service as well; name it once')),
  ];
  return twice.length > 0 ? twice : parsed.data;
}

/** A problem of one key of the section `portico`. */
export function problem(packageName: string, path: readonly PropertyKey[], what: string): ManifestProblem {
  const key = path.reduce<string>((text, part) => text + spelled(part), 'portico');
  return { package: packageName, folder: packageName, key, message: `Package ${packageName}: "${key}" ${what}.` };
}

const spelled = (part: PropertyKey): string => (/^[A-Za-z]\w*$/.test(String(part)) ? `.${String(part)}` : `["${String(part)}"]`);

function problemsOf(packageName: string, issue: z.core.$ZodIssue): ManifestProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => problem(packageName, [...issue.path, key], 'is not a key that modules have'));
  if (issue.code === 'invalid_key')
    return [problem(packageName, issue.path, issue.issues[0]?.message ?? 'is not a name that can stand here')];
  const what = issue.message.startsWith('Invalid') ? `is wrong: ${issue.message.replace(/^Invalid \w+: /, '')}` : issue.message;
  return [problem(packageName, issue.path, what)];
}
