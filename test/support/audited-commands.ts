import type { AuditCase, AuditWalk } from './audit-walk.js';

/** Commands that change nothing. */
export const readingCommands: readonly string[] = [
  'audit list',
  'audit verify',
  'budgets list',
  'doctor',
  'flags export',
  'flags list',
  'flags why',
  'groups list',
  'images list',
  'images show',
  'jobs list',
  'jobs show',
  'modules bisect status',
  'modules list',
  'modules plan',
  'modules why',
  'permissions list',
  'prices list',
  'roles list',
  'secrets list',
  'service-accounts list',
  'settings get',
  'mail list',
  'mail test',
  'sessions list',
  'sites list',
  'tokens list',
  'usage',
  'users list',
  'why',
  'why-access',
  'why-no-button',
];

/** Commands that change something by way of others, which have cases here. */
export const composedCommands: Readonly<Record<string, string>> = {
  'mail retry': 'Does what the screen does, whose entry modules/mail/test looks at.',
  'jobs cancel': 'Does what the screen does, whose entry core/test/jobs looks at.',
  'modules bisect': 'Asks a person, and carries out start, good, bad and reset.',
};

const run =
  (...argv: readonly string[]): AuditCase =>
  async (walk) =>
    walk.command(...argv);
const onPerson =
  (...argv: readonly string[]): AuditCase =>
  async (walk) =>
    walk.command(...argv, '--email', (await walk.newPerson()).email);

const onService =
  (word: string, ...more: readonly string[]): AuditCase =>
  async (walk) =>
    walk.command('service-accounts', word, '--name', (await walk.newService()).name, ...more);

export const auditedCommands: Readonly<Record<string, AuditCase>> = {
  'audit export': run('audit', 'export'),
  'users add': async (walk) => walk.command('users', 'add', '--email', `${walk.unique}@portico.example`, '--name', 'Somebody'),
  'users disable': onPerson('users', 'disable'),
  'users enable': async (walk) => {
    const { email } = await walk.newPerson();
    await walk.command('users', 'disable', '--email', email)();
    return walk.command('users', 'enable', '--email', email);
  },
  'users set-password': onPerson('users', 'set-password'),
  'users grant': onPerson('users', 'grant', '--role', 'Operator'),
  'users revoke': async (walk) => {
    const { email } = await walk.newPerson();
    await walk.command('users', 'grant', '--email', email, '--role', 'Operator')();
    return walk.command('users', 'revoke', '--email', email, '--role', 'Operator');
  },
  'users remove-second-factors': async (walk) => {
    const person = await walk.newPerson();
    await walk.enrolled(person);
    return walk.command('users', 'remove-second-factors', '--email', person.email);
  },
  'users export': onPerson('users', 'export'),
  'users delete': onPerson('users', 'delete', '--yes'),
  'users merge': async (walk) => {
    const { email } = await walk.newPerson();
    return walk.command('users', 'merge', '--email', email, '--with', (await walk.newPerson()).email, '--yes');
  },
  'roles add': async (walk) => walk.command('roles', 'add', '--name', walk.unique),
  'roles rename': async (walk) => walk.command('roles', 'rename', '--name', await newRole(walk), '--to', walk.unique),
  'roles remove': async (walk) => walk.command('roles', 'remove', '--name', await newRole(walk), '--yes'),
  'roles allow': async (walk) =>
    walk.command('roles', 'allow', '--name', await newRole(walk), '--permission', 'configuration.read-audit-log'),
  'roles deny': async (walk) => {
    const name = await newRole(walk);
    await walk.command('roles', 'allow', '--name', name, '--permission', 'configuration.read-audit-log')();
    return walk.command('roles', 'deny', '--name', name, '--permission', 'configuration.read-audit-log');
  },
  'groups add': async (walk) => walk.command('groups', 'add', '--name', walk.unique),
  'groups remove': async (walk) => walk.command('groups', 'remove', '--name', (await walk.newGroup()).name, '--yes'),
  'groups grant': async (walk) => walk.command('groups', 'grant', '--name', (await walk.newGroup()).name, '--role', 'Operator'),
  'groups revoke': async (walk) => {
    const { name } = await walk.newGroup();
    await walk.command('groups', 'grant', '--name', name, '--role', 'Operator')();
    return walk.command('groups', 'revoke', '--name', name, '--role', 'Operator');
  },
  'groups add-member': async (walk) => {
    const { email } = await walk.newPerson();
    return walk.command('groups', 'add-member', '--name', (await walk.newGroup()).name, '--email', email);
  },
  'groups remove-member': async (walk) => {
    const { email } = await walk.newPerson();
    const { name } = await walk.newGroup();
    await walk.command('groups', 'add-member', '--name', name, '--email', email)();
    return walk.command('groups', 'remove-member', '--name', name, '--email', email);
  },
  'sessions end': async (walk) => {
    const person = await walk.newPerson();
    await walk.portal.signIn(person);
    return walk.command('sessions', 'end', '--email', person.email);
  },
  'tokens revoke': async (walk) => {
    const person = await walk.newPerson();
    await walk.newToken(person);
    return walk.command('tokens', 'revoke', '--email', person.email);
  },
  'tokens create': async (walk) =>
    walk.command('tokens', 'create', '--service-account', (await walk.newService()).name, '--name', walk.unique),
  'service-accounts add': async (walk) => walk.command('service-accounts', 'add', '--name', walk.unique),
  'service-accounts remove': onService('remove', '--yes'),
  'service-accounts grant': onService('grant', '--role', 'Operator'),
  'service-accounts revoke': async (walk) => {
    const { name } = await walk.newService();
    await walk.command('service-accounts', 'grant', '--name', name, '--role', 'Operator')();
    return walk.command('service-accounts', 'revoke', '--name', name, '--role', 'Operator');
  },
  'service-accounts disable': onService('disable'),
  'service-accounts enable': async (walk) => {
    const { name } = await walk.newService();
    await walk.command('service-accounts', 'disable', '--name', name)();
    return walk.command('service-accounts', 'enable', '--name', name);
  },
  'first-steps': async (walk) => {
    await walk.command('first-steps', '--show')();
    return walk.command('first-steps', '--put-away');
  },
  branding: async (walk) => walk.command('branding', '--name', walk.unique),
  'sites add': async (walk) => walk.command('sites', 'add', '--name', walk.unique, '--address', walk.unique),
  'sites archive': async (walk) => walk.command('sites', 'archive', '--address', (await walk.newSite()).address),
  'sites restore': async (walk) => {
    const { address } = await walk.newSite();
    await walk.command('sites', 'archive', '--address', address)();
    return walk.command('sites', 'restore', '--address', address);
  },
  'sites delete': async (walk) => walk.command('sites', 'delete', '--address', (await walk.newSite()).address, '--yes'),
  'images create': async (walk) =>
    walk.command('images', 'create', '--site', 'home', '--description', walk.unique, '--size', '1024x1024'),
  'images add': async (walk) => {
    const { id } = await walk.finishedOrder();
    return walk.command('images', 'add', id, '--site', 'home', '--as', walk.portal.administrator.email);
  },
  'images cancel': async (walk) => {
    const id = await walk.stalledOrder();
    return walk.command('images', 'cancel', id, '--site', 'home', '--as', walk.portal.administrator.email);
  },
  'budgets add': run('budgets', 'add', '--for', 'each-person', '--counts', 'images', '--refuse', '900'),
  'budgets change': async (walk) => {
    await walk.command('budgets', 'add', '--for', 'each-person', '--counts', 'images', '--per', 'month', '--refuse', '901')();
    return walk.command('budgets', 'change', await walk.lastAttribute('ai-usage'), '--refuse', '902');
  },
  'budgets remove': async (walk) => {
    await walk.command('budgets', 'add', '--for', 'each-person', '--counts', 'images', '--per', 'hour', '--refuse', '903')();
    return walk.command('budgets', 'remove', await walk.lastAttribute('ai-usage'));
  },
  'prices set': run('prices', 'set', '--model', 'walk-three', '--image', '0.25'),
  'prices remove': async (walk) => {
    await walk.command('prices', 'set', '--model', 'walk-four', '--image', '0.25')();
    const id = /^(\S+).*walk-four/m.exec(await walk.command('prices', 'list')())?.[1] ?? '';
    return walk.command('prices', 'remove', id);
  },
  'settings export': run('settings', 'export'),
  'settings set': run('settings', 'set', 'documents-media.uploadsAtOncePerPerson', '9'),
  'settings unset': async (walk) => {
    await walk.command('settings', 'set', 'documents-media.uploadsAtOncePerPerson', '8')();
    return walk.command('settings', 'unset', 'documents-media.uploadsAtOncePerPerson');
  },
  'settings import': async (walk) => walk.command('settings', 'import', { stdin: await otherSettings(walk) }),
  'settings undo': async (walk) => {
    await walk.command('settings', 'import', { stdin: await otherSettings(walk) })();
    return walk.command('settings', 'undo');
  },
  'flags set': async (walk) => {
    await walk.command('flags', 'set', 'WALK-1', 'off')();
    return walk.command('flags', 'set', 'WALK-1', 'on');
  },
  'flags unset': async (walk) => {
    await walk.command('flags', 'set', 'WALK-1', 'on')();
    return walk.command('flags', 'unset', 'WALK-1');
  },
  'flags undo': async (walk) => {
    await walk.command('flags', 'set', 'WALK-1', 'on')();
    await walk.command('flags', 'set', 'WALK-1', 'off')();
    return walk.command('flags', 'undo', 'WALK-1');
  },
  'flags import': async (walk) => {
    await walk.command('flags', 'set', 'WALK-1', 'on')();
    const written = await walk.command('flags', 'export')();
    await walk.command('flags', 'set', 'WALK-1', 'off')();
    return walk.command('flags', 'import', { stdin: written });
  },
  'modules changes': async (walk) => {
    await walk.command('modules', 'changes', 'walk-sale', 'walk-shop.prices', 'on')();
    return walk.command('modules', 'changes', 'walk-sale', 'walk-shop.prices', 'off');
  },
  'modules start': async (walk) => {
    await walk.command('modules', 'stop', 'walk-idle')();
    return walk.command('modules', 'start', 'walk-idle');
  },
  'modules stop': run('modules', 'stop', 'walk-shop'),
  'modules disable': run('modules', 'disable', 'walk-shop'),
  'modules enable': async (walk) => {
    await walk.command('modules', 'disable', 'walk-idle')();
    return walk.command('modules', 'enable', 'walk-idle');
  },
  'modules install': async (walk) => walk.command('modules', 'install', await walk.packages.pack({ id: 'walk-four' }), '--yes'),
  'modules update': async (walk) => {
    await walk.command('modules', 'install', await walk.packages.pack({ id: 'walk-five' }), '--yes')();
    return walk.command('modules', 'update', await walk.packages.pack({ id: 'walk-five', version: '1.1.0' }), '--yes');
  },
  'modules rollback': async (walk) => {
    await walk.command('modules', 'install', await walk.packages.pack({ id: 'walk-six' }), '--yes')();
    await walk.command('modules', 'update', await walk.packages.pack({ id: 'walk-six', version: '1.1.0' }), '--yes')();
    return walk.command('modules', 'rollback', 'walk-six', '--yes');
  },
  'modules remove': async (walk) => {
    await walk.command('modules', 'install', await walk.packages.pack({ id: 'walk-seven' }), '--yes')();
    return walk.command('modules', 'remove', 'walk-seven', '--yes');
  },
  'modules bisect start': async (walk) => {
    await bisectOver(walk);
    return walk.command('modules', 'bisect', 'start');
  },
  'modules bisect good': async (walk) => {
    await bisecting(walk);
    return walk.command('modules', 'bisect', 'good');
  },
  'modules bisect bad': async (walk) => {
    await bisecting(walk);
    return walk.command('modules', 'bisect', 'bad');
  },
  'modules bisect reset': async (walk) => {
    await bisecting(walk);
    return walk.command('modules', 'bisect', 'reset');
  },
  'secrets rotate': run('secrets', 'rotate'),
};

async function newRole(walk: AuditWalk): Promise<string> {
  const name = walk.unique;
  await walk.command('roles', 'add', '--name', name)();
  return name;
}

const bisectOver = (walk: AuditWalk): Promise<unknown> =>
  walk
    .command('modules', 'bisect', 'reset')()
    .catch(() => undefined);

async function bisecting(walk: AuditWalk): Promise<void> {
  await bisectOver(walk);
  await walk.command('modules', 'bisect', 'start')();
}

/** A file of all settings in which one is another one. */
export async function otherSettings(walk: AuditWalk): Promise<string> {
  await walk.command('settings', 'set', 'documents-media.uploadsAtOncePerPerson', '7')();
  const written = await walk.command('settings', 'export')();
  await walk.command('settings', 'unset', 'documents-media.uploadsAtOncePerPerson')();
  return written;
}
