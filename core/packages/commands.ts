import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import {
  type Command,
  type CommandCall,
  type ModulePackages,
  type ModulePlan,
  type Modules,
  type PackageOperator,
  type PackageSource,
  PortalError,
  type RemovalPlan,
} from '../api/index.js';
import type { PortalPlan, PortalPlanner } from './portal-plan.js';

const operator: PackageOperator = { by: { id: 'system', name: 'the command line' }, via: 'command' };
const file = {
  name: 'package',
  description: 'An archive made by npm pack, a folder, or name@range of a registry.',
  required: true,
};
const id = { name: 'id', description: 'Id of the module.', required: true };
const json = { name: 'json', description: 'Prints JSON.' };
const yes = { name: 'yes', description: 'Does not ask, on a terminal either.' };
const integrity = { name: 'integrity', value: 'digest', description: 'What the bytes of the archive must be: sha512-….' };

/** `portico modules plan|install|update|rollback|remove`. */
export function packageCommands(packages: ModulePackages, modules: Modules, portal: PortalPlanner): readonly Command[] {
  const bring = (verb: 'install' | 'update', summary: string): Command => ({
    name: `modules ${verb}`,
    summary,
    arguments: [file],
    options: [yes, json, integrity],
    async run(call) {
      const source = sourceOf(call);
      const isAsked = call.ask !== undefined && call.options.yes !== true;
      if (isAsked) {
        const plan = await packages.plan(source);
        describePlan(plan).forEach(call.warn);
        if (plan.problems.length > 0) return 1;
        if (!(await confirmed(call, `${verb === 'install' ? 'Install' : 'Update'} ${plan.id}?`))) return 1;
      }
      return outcome(call, await packages[verb](source, operator), modules);
    },
  });
  return [
    {
      name: 'modules plan',
      summary:
        'Says what installing or updating a package would change, or which modules will run on another version of the portal.',
      arguments: [{ ...file, required: false }],
      options: [
        json,
        integrity,
        { name: 'portal', value: 'version', description: 'Version of the portal; for all installed modules, without a package.' },
      ],
      /** Exits with 1 when it cannot be done, or a module will not run. */
      async run(call) {
        if (typeof call.options.portal === 'string') return outlook(call, await portal.plan(call.options.portal));
        if (call.arguments.package === undefined)
          throw new PortalError('invalid-input', 'Name a package, or a version of the portal with --portal.', { status: 400 });
        const plan = await packages.plan(sourceOf(call));
        if (call.options.json === true) call.print(JSON.stringify(plan, null, 2));
        else describePlan(plan).forEach(call.print);
        return plan.problems.length > 0 ? 1 : 0;
      },
    },
    bring('install', 'Installs a module while the portal runs.'),
    bring('update', 'Puts a later version of a module in place of the one that runs.'),
    {
      name: 'modules rollback',
      summary: 'Goes back to the version of a module before its last update.',
      arguments: [id],
      options: [yes, json],
      async run(call) {
        const called = call.arguments.id ?? '';
        if (call.ask !== undefined && call.options.yes !== true) {
          const plan = await packages.planRollback(called);
          describePlan(plan).forEach(call.warn);
          if (plan.problems.length > 0) return 1;
          if (!(await confirmed(call, `Go back to ${plan.version}?`))) return 1;
        }
        return outcome(call, await packages.rollback(called, operator), modules);
      },
    },
    {
      name: 'modules remove',
      summary: 'Removes an installed module and says what it leaves, or what one that was removed has left.',
      arguments: [id],
      options: [yes, json, { name: 'with-data', description: 'Takes away what it kept, too: tables, settings, grants.' }],
      async run(call) {
        const called = call.arguments.id ?? '';
        const withData = call.options['with-data'] === true;
        const asked = call.ask !== undefined && call.options.yes !== true ? await packages.planRemoval(called) : undefined;
        // What was removed before and is to stay is refused: there is nothing to ask.
        if (asked && (withData || !asked.isRemoved)) {
          describeRemoval(asked, withData).forEach(call.warn);
          const what = asked.isRemoved ? `what was kept of ${called}` : `${called}${withData ? ' with its data' : ''}`;
          if (!(await confirmed(call, `Remove ${what}?`))) return 1;
        }
        const plan = await packages.remove(called, operator, { withData, isRemoved: asked?.isRemoved });
        if (call.options.json === true) call.print(JSON.stringify({ ...plan, withData }, null, 2));
        else
          [
            plan.isRemoved ? `What was kept of ${plan.id} is removed.` : `${plan.id} ${plan.version} is removed.`,
            ...describeRemoval(plan, withData).slice(1),
          ].forEach(call.print);
        return modules.status(called) === undefined ? 0 : 1;
      },
    },
  ];
}

function outlook(call: CommandCall, plan: PortalPlan): number {
  if (call.options.json === true) call.print(JSON.stringify(plan, null, 2));
  else {
    if (plan.modules.length === 0) call.print('All modules come with the portal.');
    for (const { id, version, runs, problems, notes } of plan.modules) {
      call.print(`${id} ${version} ${runs ? 'will run' : 'will not run'} on ${plan.to}.`);
      for (const sentence of [...problems, ...notes]) call.print(`  ${sentence}`);
    }
  }
  return plan.modules.every(({ runs }) => runs) ? 0 : 1;
}

async function confirmed(call: CommandCall, question: string): Promise<boolean> {
  const isConfirmed = (await call.ask?.(question)) ?? true;
  if (!isConfirmed) call.warn('Nothing was changed.');
  return isConfirmed;
}

/** Endings of what people take for an archive, whether it can be installed or not. */
const archive = /\.(?:tgz|tar|t?gz|zip|t?bz2?|t?xz|7z|rar)$/i;

/** What is there is taken; what looks like a path or an archive is a file; all else is a name in the registry. Paths are relative to the caller's folder. */
function sourceOf({ arguments: { package: said = '' }, options, directory }: CommandCall): PackageSource {
  const checked = typeof options.integrity === 'string' ? { integrity: options.integrity } : {};
  const path = resolve(directory, said);
  const looksLikePath =
    isAbsolute(said) || /^\.|\\/.test(said) || archive.test(said) || (said.includes('/') && !said.startsWith('@'));
  if (looksLikePath || isPackage(path)) return { path, ...checked };
  if (/^(?:@[\w.~-]+\/)?[\w.~-]+(?:@[^/\\:]+)?$/.test(said)) return { registry: said, ...checked };
  throw new PortalError('package-not-found', `${said} is neither a file nor the name of a package.`, {
    status: 404,
    expose: true,
  });
}

/** A folder that merely has the name of a package of the registry does not stand before it. */
function isPackage(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true || (found?.isDirectory() === true && existsSync(join(path, 'package.json')));
}

/** Done means: the module is active, or it is off because somebody decided so. */
function outcome(call: CommandCall, plan: ModulePlan, modules: Modules): number {
  const status = modules.status(plan.id);
  const isDone =
    status !== undefined && status.version === plan.version && ['active', 'disabled', 'resolved'].includes(status.state);
  if (call.options.json === true) call.print(JSON.stringify({ ...plan, state: status?.state }, null, 2));
  else {
    const done = { install: 'is installed', update: 'is installed now', rollback: 'is back', none: 'was installed already' }[
      plan.action
    ];
    const from = plan.from === undefined || plan.from === plan.version ? '' : ` in place of ${plan.from}`;
    call.print(`${plan.id} ${plan.version} ${done}${from}, and is ${status?.state ?? 'not there'}.`);
    for (const reason of status?.reasons ?? []) call.print(`  ${reason}`);
    for (const note of plan.notes) call.print(`  ${note}`);
  }
  return isDone ? 0 : 1;
}

const headings: Readonly<Record<ModulePlan['changes'][number]['kind'], string>> = {
  requires: 'requires',
  optional: 'uses when it is there',
  provides: 'services',
  hosts: 'extension points',
  decorates: 'services that it stands before',
  overrides: 'views that it shows in place of others',
  'menu-items': 'menu items',
  routes: 'addresses',
  permissions: 'permissions',
  settings: 'settings',
  flags: 'flags',
  commands: 'commands',
  contributions: 'other contributions',
  tables: 'tables',
  migrations: 'migrations',
};

function describePlan(plan: ModulePlan): readonly string[] {
  const { action, id, names, version, from, packageName, digest, files, bytes, signature } = plan;
  const called = names.en === undefined || names.en === id ? id : `${names.en} (${id})`;
  const what = {
    install: `Installs ${called} ${version}`,
    update: `Updates ${called} from ${from} to ${version}`,
    rollback: `Goes back with ${called} from ${from} to ${version}`,
    none: `${called} ${version} is installed already`,
  }[action];
  const signed = { trusted: `signed by ${signature.key}`, unknown: 'signed by a key that is not known here', none: 'not signed' };
  return [
    `${what} (${packageName}).`,
    `  ${files} files, ${Math.max(1, Math.round(bytes / 1024))} kB, ${signed[signature.kind]}, digest ${digest.slice(0, 16)}`,
    ...plan.changes.flatMap(({ kind, added, removed }) => [
      `  ${headings[kind]}:`,
      ...added.map((name) => `    + ${name}`),
      ...removed.map((name) => `    - ${name}`),
    ]),
    ...(plan.restarts.length > 0 ? [`  Starts again with it: ${plan.restarts.join(', ')}`] : []),
    ...plan.notes.map((note) => `  ${note}`),
    ...plan.problems.map((problem) => `  Cannot be done: ${problem}`),
  ];
}

function describeRemoval({ id, version, isRemoved, stops, remainders }: RemovalPlan, withData: boolean): readonly string[] {
  return [
    isRemoved ? `${id} ${version} was removed before.` : `Removes ${id} ${version}.`,
    ...(stops.length > 0 ? [`  These need it, and stop: ${stops.join(', ')}`] : []),
    ...remainders.map(({ kind, names }) => `  ${withData ? 'Goes too' : 'Stays'}: ${kind}: ${names.join(', ')}`),
  ];
}
