import type {
  Contributions,
  DeploymentFinding,
  DeploymentReport,
  Flags,
  HostConfig,
  IntegrityCheck,
  IntegrityFinding,
  Log,
  ModuleManifest,
  Modules,
} from '../api/index.js';
import { unknownVariables } from '../config/index.js';

export interface DeploymentDependencies {
  readonly config: HostConfig & { readonly settings: object };
  readonly flags: Flags;
  readonly modules: Modules;
  readonly manifests: readonly Pick<ModuleManifest, 'environment'>[];
}

/** What an operator can have written that no module knows of, each with the name under which it is contributed. */
export function deploymentChecks({
  config,
  flags,
  modules,
  manifests,
}: DeploymentDependencies): ReadonlyMap<string, IntegrityCheck> {
  const warnings = (messages: readonly string[]): readonly IntegrityFinding[] =>
    messages.map((message) => ({ severity: 'warning', message }));
  const check = (title: string, find: () => readonly string[]): IntegrityCheck => ({
    title,
    about: 'deployment',
    run: async () => warnings(find()),
  });
  return new Map([
    [
      'deployment-variables',
      check('Every variable PORTICO_… is one that the portal or a module knows.', () =>
        unknownVariables(config.variables('PORTICO_'), { manifests, settings: config.settings }),
      ),
    ],
    ['deployment-flags', check('Everything that is said of feature flags can be followed.', () => flags.problems())],
    [
      'deployment-modules',
      check('Every package in "modulePaths" is a module.', () => modules.unreadable().map(({ message }) => message)),
    ],
  ]);
}

/** Runs the checks about the deployment, those of modules as well. */
export class CheckedDeployment implements DeploymentReport {
  constructor(private readonly checks: Contributions<IntegrityCheck>) {}

  async findings(): Promise<readonly DeploymentFinding[]> {
    const about = this.checks.all().filter(({ value }) => value.about === 'deployment');
    const found = about.map(async ({ value, module }) =>
      (await value.run()).map((finding) => ({ ...finding, check: value.title, module })),
    );
    return (await Promise.all(found)).flat();
  }

  /** When the portal opens. Flags and packages have been logged already, where they are read. */
  async log(log: Log): Promise<void> {
    const known = new Set(['deployment-flags', 'deployment-modules']);
    for (const { id, module, value } of this.checks.all()) {
      if (value.about !== 'deployment' || (module === 'core' && known.has(id))) continue;
      for (const { message } of await value.run()) log.warn(message, { module });
    }
  }
}
