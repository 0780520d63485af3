import { basename } from 'node:path';
import {
  type Command,
  type Contribution,
  type Contributions,
  type IntegrityCheck,
  type IntegrityFinding,
  type Messages,
  type Modifications,
  type ModuleActivity,
  type ModuleStatus,
  type Modules,
  PortalError,
  type UnreadableModule,
} from '../api/index.js';
import { endsSignIn, nearest } from '../util/index.js';
import { modificationCommand, modificationLines } from './modification-command.js';

/** `portico modules …`: the life of the modules from a terminal. */
export function moduleCommands(
  modules: Modules,
  modifications: Modifications,
  /** Tells the audit log of what no table holds. */
  told: (id: string, action: string) => Promise<void>,
): readonly Command[] {
  const id = { name: 'id', description: 'Id of the module.', required: true };
  const meant = (id: string): string =>
    nearest(
      id,
      modules.list().map((module) => module.id),
    );
  const json = { name: 'json', description: 'Answers JSON, with what each module has done so far.' };
  const asJson = (module: ModuleStatus): object => ({ ...module, activity: modules.activity(module.id) });
  const change = (verb: 'start' | 'stop' | 'enable' | 'disable', summary: string): Command => ({
    name: `modules ${verb}`,
    summary,
    arguments: [id],
    options: verb === 'stop' || verb === 'disable' ? [json, yes] : [json],
    async run({ arguments: { id = '' }, options, ask, print, warn }) {
      if (!modules.status(id)) throw new PortalError('module-unknown', `There is no module ${id}.${meant(id)}`, { status: 404 });
      const asks = (verb === 'stop' || verb === 'disable') && ask !== undefined && options.yes !== true;
      if (asks && endsSignIn(modules, id)) {
        const back = verb === 'stop' ? 'start' : 'enable';
        if (!(await ask(`Nobody can sign in without ${id}; the way back is portico modules ${back} ${id}. Go on?`))) {
          warn('Nothing was changed.');
          return 1;
        }
      }
      const status = await modules[verb](id);
      if (verb === 'start' || verb === 'stop') await told(id, verb === 'start' ? 'started' : 'stopped');
      if (options.json) print(JSON.stringify(asJson(status), undefined, 2));
      else describe(status, modules.activity(id)).forEach(print);
      return 0;
    },
  });
  return [
    {
      name: 'modules list',
      summary: 'Lists the modules and their states.',
      options: [json],
      async run({ options, print }) {
        const list = modules.list();
        if (options.json) {
          const others = modules
            .unreadable()
            .map((each) => ({ ...each, id: each.id ?? each.package, state: 'unreadable', reasons: [each.message] }));
          print(JSON.stringify([...list.map(asJson), ...others], undefined, 2));
          return;
        }
        if (modules.safeMode) print('The portal runs in safe mode: with its own modules alone.');
        const unreadable = modules.unreadable().map((each) => ({ name: each.id ?? each.package, message: each.message }));
        const width = Math.max(...list.map(({ id }) => id.length), ...unreadable.map(({ name }) => name.length));
        const line = (name: string, version: string, state: string, reason = ''): void =>
          print(`${name.padEnd(width)}  ${version}  ${state.padEnd(10)}  ${reason}`.trimEnd());
        for (const { id, version, state, reasons } of list) line(id, version, state, reasons[0]);
        for (const { name, message } of unreadable) line(name, '-'.padEnd(5), 'unreadable', message);
      },
    },
    {
      name: 'modules why',
      summary: 'Says why a module is, or is not, active; exits with 1 when it is not.',
      arguments: [id],
      options: [json],
      async run({ arguments: { id = '' }, options, print }) {
        const module = modules.status(id);
        const unreadable = modules.unreadable().filter((each) => isCalled(each, id));
        if (!module && unreadable.length === 0)
          throw new PortalError('module-unknown', `There is no module "${id}".${meant(id)}`, { status: 404 });
        if (options.json)
          print(
            JSON.stringify(
              module ? asJson(module) : { id, state: 'unreadable', reasons: unreadable.map(({ message }) => message) },
              undefined,
              2,
            ),
          );
        if (options.json) return module?.state === 'active' ? 0 : 1;
        if (module) [...describe(module, modules.activity(id)), ...modificationLines(modifications, id)].forEach(print);
        for (const { message, folder } of unreadable) print(`${message} It lies in ${folder}.`);
        return module?.state === 'active' ? 0 : 1;
      },
    },
    modificationCommand(modifications, modules),
    change('start', 'Starts a module that was stopped.'),
    change('stop', 'Stops a module until it is started or the portal restarts.'),
    change('enable', 'Lets a module start again that was disabled.'),
    change('disable', 'Stops a module and keeps it off.'),
  ];
}

const yes = { name: 'yes', description: 'Does not ask, on a terminal either.' };

/** By its id, by the name of its package, or by where it lies. */
function isCalled({ id, package: name, folder }: UnreadableModule, called: string): boolean {
  return [id, name, folder, basename(folder)].includes(called);
}

function describe(module: ModuleStatus, activity: ModuleActivity | undefined): readonly string[] {
  const { errors = 0, lastError, longTurns = 0, longestTurnMillis } = activity ?? {};
  return [
    `${module.id} ${module.version} is ${module.state}.`,
    ...module.reasons.map((reason, depth) => `${'  '.repeat(depth + 1)}${depth === 0 ? '' : 'because '}${reason}`),
    ...(module.failure ? [`  It failed while ${module.failure.phase}: ${module.failure.message}`] : []),
    ...(module.lastCrash && module.leftOut !== 'crashes' ? [`  ${module.lastCrash.message}`] : []),
    ...(errors > 0 ? [`  Errors since the portal was started: ${errors}, the last: ${lastError}`] : []),
    ...(longTurns > 0 ? [`  It has held up all others ${longTurns} times, the longest for ${longestTurnMillis} ms.`] : []),
    ...module.decorated.map(({ service, by }) => `  Its service ${service} is decorated by ${by.join(', then by ')}.`),
    ...module.deprecations.map(
      ({ name, since, removal, instead }) => `  It uses ${name}, deprecated since ${since} and gone with ${removal}. ${instead}`,
    ),
    ...module.contributionErrors.map(
      ({ point, id, count, message }) => `  Contribution ${id} to ${point} threw ${count} times, last: ${message}`,
    ),
  ];
}

/** `portico doctor`: runs every check of the portal's invariants; exit code 1 when one finds an error. */
export function doctorCommand(
  checks: Contributions<IntegrityCheck>,
  run: (check: Contribution<IntegrityCheck>) => Promise<readonly IntegrityFinding[]>,
  { text }: Messages,
): Command {
  return {
    name: 'doctor',
    summary: 'Checks that the data is whole: database, files, references.',
    async run({ print }) {
      let errors = 0;
      for (const contribution of checks.all()) {
        const { value: check, module } = contribution;
        const findings = await run(contribution);
        errors += findings.filter(({ severity }) => severity === 'error').length;
        print(`${findings.length === 0 ? 'ok     ' : 'finding'} ${check.title} (${module})`);
        for (const { severity, message } of findings) print(`        ${severity}: ${message}`);
      }
      print(text('doctor.result', { errors }));
      return errors === 0 ? 0 : 1;
    },
  };
}
