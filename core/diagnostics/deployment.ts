import {
  type Contribution,
  type Contributions,
  type DeploymentFinding,
  type DeploymentReport,
  type Disposable,
  type Flags,
  type IntegrityCheck,
  type IntegrityFinding,
  type Log,
  type ModuleManifest,
  type Modules,
  Sessions,
  toDisposable,
  tokenId,
} from '../api/index.js';
import { type LoadedConfig, unknownVariables } from '../config/index.js';
import { runInModule } from '../kernel/index.js';
import { nearest } from '../util/index.js';
import { withTimeout } from '../util/with-timeout.js';

export interface DeploymentDependencies {
  readonly config: Pick<LoadedConfig, 'settings' | 'unreadFiles' | 'variables'>;
  readonly flags: Flags;
  readonly modules: Modules;
  /** Those of the modules that are known at the moment of asking. */
  readonly manifests: () => readonly Pick<ModuleManifest, 'environment' | 'provides'>[];
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
        unknownVariables(config.variables('PORTICO_'), { manifests: manifests(), settings: config.settings }),
      ),
    ],
    [
      'deployment-files',
      check('Every file in config/ is read, and every section belongs to a module that is installed.', () => [
        ...config.unreadFiles,
        ...strangeSections(config.settings.modules, modules),
      ]),
    ],
    ['deployment-flags', check('Everything that is said of feature flags can be followed.', () => flags.problems())],
    [
      'deployment-modules',
      check('Every package in "modulePaths" is a module.', () => modules.unreadable().map(({ message }) => message)),
    ],
    [
      'deployment-sign-in',
      {
        title: 'There is a module with which people sign in.',
        about: 'deployment',
        run: async () => (manifests().some(({ provides = {} }) => tokenId(Sessions) in provides) ? [] : [withoutSignIn]),
      },
    ],
    [
      'modules-left-out',
      {
        title: 'No module is left out of this start, and none has ended the portal.',
        run: async () => warnings(contained(modules)),
      },
    ],
    [
      'modules-errors',
      {
        title: 'No module has errors that nobody meant, and none holds up the others.',
        run: async () => warnings(modules.list().flatMap(({ id }) => troubles(id, modules))),
      },
    ],
  ]);
}

/** The usual reason: folders of other modules were named alone. */
const withoutSignIn: IntegrityFinding = {
  severity: 'error',
  message:
    'No module with which people sign in was found, so nobody can. "modulePaths" and PORTICO_MODULE_PATHS take the place of the folder modules: name it too.',
};

function contained(modules: Modules): readonly string[] {
  const list = modules.list();
  const left = list.filter(({ leftOut }) => leftOut !== undefined && leftOut !== 'safe-mode');
  const crashed = list.filter(({ lastCrash, leftOut }) => lastCrash !== undefined && leftOut !== 'crashes');
  return [
    ...(modules.safeMode ? ['The portal runs in safe mode: with its own modules alone.'] : []),
    ...left.map(({ id, reasons }) => `${id}: ${reasons[0] ?? ''}`),
    ...crashed.map(({ lastCrash }) => lastCrash?.message ?? ''),
  ];
}

function troubles(id: string, modules: Modules): readonly string[] {
  const { errors, lastError, longTurns, longestTurnMillis } = modules.activity(id) ?? { errors: 0, longTurns: 0 };
  return [
    ...(errors > 0 ? [`${id} has had errors since the portal was started: ${errors}, the last: ${lastError}`] : []),
    ...(longTurns > 0 ? [`${id} has held up all others: ${longTurns} times, the longest for ${longestTurnMillis} ms.`] : []),
  ];
}

function strangeSections(sections: object, modules: Modules): readonly string[] {
  const ids = [...modules.list().map(({ id }) => id), ...modules.unreadable().flatMap(({ id }) => id ?? [])];
  return Object.keys(sections)
    .filter((id) => !ids.includes(id))
    .map(
      (id) =>
        `The section modules.${id} of config/*.json belongs to no module that is installed; it changes nothing.${nearest(id, ids)}`,
    );
}

/** Flags and packages have been logged already, where they are read. */
const known = new Set(['deployment-flags', 'deployment-modules']);
const checkMillis = 5000;

/** Runs the checks about the deployment, those of modules as well: one that fails, or does not come to an end, is a finding itself. */
export class CheckedDeployment implements DeploymentReport {
  /** One that hangs is not started once more for each who asks. */
  private readonly running = new Map<IntegrityCheck, Promise<readonly IntegrityFinding[]>>();

  constructor(
    private readonly checks: Contributions<IntegrityCheck>,
    private readonly log: Log,
  ) {}

  async findings(): Promise<readonly DeploymentFinding[]> {
    const found = this.about().map(async (check) => {
      const { value, module } = check;
      return (await this.run(check)).map((finding) => ({ ...finding, check: value.title, module }));
    });
    return (await Promise.all(found)).flat();
  }

  /** When the portal opens, which waits for none of them. Until it is disposed. */
  logFindings(): Disposable {
    let isOver = false;
    for (const check of this.about()) {
      const { id, module } = check;
      if (module === 'core' && known.has(id)) continue;
      void this.run(check).then((findings) => {
        if (!isOver) for (const { message } of findings) this.log.warn(message, { module });
      });
    }
    return toDisposable(() => {
      isOver = true;
    });
  }

  private about(): readonly Contribution<IntegrityCheck>[] {
    return this.checks.all().filter(({ value }) => value.about === 'deployment');
  }

  /** Runs a check, in the name of its module. One that fails is a finding, and so is one about the deployment that takes longer than is quick. */
  async run({ module, value }: Contribution<IntegrityCheck>): Promise<readonly IntegrityFinding[]> {
    const isQuick = value.about === 'deployment';
    const tooLong = (): Error => new Error(`It has not come to an end within ${checkMillis / 1000} seconds.`);
    let run = this.running.get(value);
    if (!run) {
      run = runInModule(module, async () => value.run()).finally(() => this.running.delete(value));
      this.running.set(value, run);
    }
    try {
      return await (isQuick ? withTimeout(run, checkMillis, tooLong) : run);
    } catch (error) {
      this.log.error('A check failed.', { module, check: value.title, error });
      const message = `The check “${value.title}” of the module ${module} failed; the log says why.`;
      return [{ severity: isQuick ? 'warning' : 'error', message }];
    }
  }
}
