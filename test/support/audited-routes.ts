import type { AuditCase, AuditWalk } from './audit-walk.js';
import { otherSettings } from './audited-commands.js';

const site = '/web/home';
const documents = `${site}/documents-media`;
const articles = `${site}/web-content`;
const images = `${site}/ai-creator`;
const flags = '/configuration/feature-flags';
const instanceSettings = '/configuration/instance-settings/documents-media';
const siteSettings = `${site}/configuration/site-settings/documents-media`;

/** Routes that change nothing which anybody would ask about, and why. */
export const unauditedRoutes: Readonly<Record<string, string>> = {
  'POST ~/documents-media/check-names': 'A question whether names are free, too long for an address; it only reads.',
  'POST /ai-creator/service/refresh':
    'Asks the service for its models; each one that came, changed or went has an entry of its own.',
  'POST /configuration/packages/new':
    'A preview: the file waits for its plan, and nothing of it runs; installing it has the entry.',
  'POST /account/confirm':
    'Asks for the password once more; a wrong one stands among the failures, and nothing else is kept of it.',
  'POST /sign-in/oidc/:id': 'Leads to the provider; what comes back from there has the entry.',
  'POST /account/passkeys/options': 'A challenge that lasts five minutes; what answers it has the entry.',
  'POST /sign-in/passkey/options': 'A challenge that lasts five minutes; what answers it has the entry.',
  'POST /sign-in/set-up/passkey/options': 'A challenge that lasts five minutes; what answers it has the entry.',
  'POST /configuration/packages/incoming/:incoming/discard':
    'Takes back a file that waited for its plan, and was never installed.',
};

const bringsPackage =
  'Brings a package, which takes long; test/module-packages.test.ts looks at its entries, and test/package-kill.test.ts at its end.';

/** What is not done once more without an entry, and why. */
export const notRefused: Readonly<Record<string, string>> = {
  'POST /configuration/packages/incoming/:incoming': bringsPackage,
  'POST /configuration/packages/rollback/:module': bringsPackage,
  'POST /configuration/packages/remove/:module': bringsPackage,
  'POST /configuration/modules/:id/:action': 'What runs stands in no table; the entry follows when it has started or stopped.',
  'modules start': 'What runs stands in no table.',
  'modules stop': 'What runs stands in no table.',
  'modules install': bringsPackage,
  'modules update': bringsPackage,
  'modules rollback': bringsPackage,
  'modules remove': bringsPackage,
};

/** Routes that need a device or a service which these tests have not, and the test that has it and looks at the entry. */
export const auditedElsewhere: Readonly<Record<string, string>> = {
  'POST /account/passkeys': 'modules/identity/test/passkeys.test.ts',
  'POST /account/passkeys/:id/remove': 'modules/identity/test/passkeys.test.ts',
  'POST /sign-in/passkey': 'modules/identity/test/passkeys.test.ts',
  'POST /sign-in/set-up/passkey': 'modules/identity/test/factors-journey.test.ts',
  'POST /sign-in/set-up/app': 'modules/identity/test/factors-journey.test.ts',
  'POST /account/email': 'modules/identity/test/recovery.test.ts',
  'POST /identity/users/:id/link': 'modules/identity/test/recovery.test.ts',
  'POST /sign-in/forgot-password': 'modules/identity/test/recovery.test.ts',
  'POST /sign-in/link': 'modules/identity/test/recovery.test.ts',
  'POST /account/connections/:id/disconnect': 'modules/oidc/test/sign-in.test.ts',
  'POST /sign-in/oidc/:id/connect': 'modules/oidc/test/sign-in.test.ts',
  'POST /sign-in/oidc/:id/back-channel-logout': 'modules/oidc/test/sign-in.test.ts',
  'POST /oidc/providers/new': 'modules/oidc/test/sign-in.test.ts',
  'POST /oidc/providers/:id': 'modules/oidc/test/sign-in.test.ts',
  'POST /oidc/providers/:id/enabled': 'modules/oidc/test/sign-in.test.ts',
  'POST /oidc/providers/:id/remove': 'modules/oidc/test/sign-in.test.ts',
  // No kind of job of the portal's own can be cancelled.
  'POST /jobs/:id/cancel': 'core/test/jobs/stored-jobs.test.ts',
  'POST /mail/:id/retry': 'modules/mail/test/queue.test.ts',
};

const simple =
  (path: string, fields: object = {}): AuditCase =>
  async (walk) =>
    walk.post(path, fields);

async function withImage(walk: AuditWalk): Promise<{ readonly id: string; readonly image: string }> {
  const { id, images } = await walk.finishedOrder();
  return { id, image: images[0] ?? '' };
}

/** By method and path, as modules declare them. */
export const auditedRoutes: Readonly<Record<string, AuditCase>> = {
  'POST /sign-in': async (walk) => {
    const { email, password } = await walk.newPerson();
    return walk.post('/sign-in', { email, password }, walk.portal.agent());
  },
  'POST /sign-in/new-password': async (walk) => {
    const { email } = await walk.newPerson();
    const out = await walk.command('users', 'set-password', '--email', email)();
    const visitor = walk.portal.agent();
    const page = await walk.post('/sign-in', { email, password: /password: (\S+)/.exec(out)?.[1] }, visitor)();
    const ticket = /name="ticket" value="([^"]+)"/.exec(page.text)?.[1];
    const password = 'another river with boats';
    return walk.post('/sign-in/new-password', { ticket, password, repeated: password }, visitor);
  },
  'POST /sign-out': async (walk) => walk.post('/sign-out', {}, await walk.portal.signIn(await walk.newPerson())),
  'POST /account/name': async (walk) =>
    walk.post('/account/name', { name: walk.unique }, await walk.portal.signIn(await walk.newPerson())),
  'POST /account/language': async (walk) =>
    walk.post('/account/language', { locale: '', timeZone: 'Europe/Berlin' }, await walk.portal.signIn(await walk.newPerson())),
  'POST /account/password': async (walk) => {
    const person = await walk.newPerson();
    const password = 'another river with boats';
    const fields = { current: person.password, password, repeated: password };
    return walk.post('/account/password', fields, await walk.portal.signIn(person));
  },
  'POST /account/tokens': async (walk) =>
    walk.post('/account/tokens', { name: walk.unique, days: '3', scopes: 'documents-media.view-documents' }),
  'POST /account/tokens/:id/revoke': async (walk) => {
    await walk.post('/account/tokens', { name: walk.unique, days: '3', scopes: 'documents-media.view-documents' })();
    const id = /account\/tokens\/([^/"]+)\/revoke/.exec((await walk.admin.get('/account/tokens')).text)?.[1];
    return walk.post(`/account/tokens/${id}/revoke`);
  },
  'POST /account/authenticator': async (walk) => {
    const owner = await walk.portal.signIn(await walk.newPerson());
    return walk.post('/account/authenticator', (await walk.newApp(owner)).fields, owner);
  },
  'POST /account/authenticator/remove': async (walk) => {
    const person = await walk.newPerson();
    const { owner } = await walk.enrolled(person);
    return walk.post('/account/authenticator/remove', { password: person.password }, owner);
  },
  'POST /account/recovery-codes': async (walk) => {
    const person = await walk.newPerson();
    return walk.post('/account/recovery-codes', {}, (await walk.enrolled(person)).owner);
  },
  'POST /sign-in/code': async (walk) => {
    const person = await walk.newPerson();
    const { codeOf } = await walk.enrolled(person);
    const visitor = walk.portal.agent();
    const page = await walk.post('/sign-in', { email: person.email, password: person.password }, visitor)();
    const ticket = /name="ticket" value="([^"]+)"/.exec(page.text)?.[1];
    return walk.post('/sign-in/code', { ticket, code: codeOf(1) }, visitor);
  },
  'POST /account/sessions/end-others': async (walk) => {
    const person = await walk.newPerson();
    await walk.portal.signIn(person);
    return walk.post('/account/sessions/end-others', {}, await walk.portal.signIn(person));
  },
  'POST /account/sessions/:id/end': async (walk) => {
    const person = await walk.newPerson();
    await walk.portal.signIn(person);
    const id = await walk.sessionOf(person.email);
    return walk.post(`/account/sessions/${id}/end`, {}, await walk.portal.signIn(person));
  },
  'POST /identity/users/:person/sessions/end': async (walk) => {
    const person = await walk.newPerson();
    await walk.portal.signIn(person);
    return walk.post(`/identity/users/${person.id}/sessions/end`);
  },
  'POST /identity/users/:person/sessions/:id/end': async (walk) => {
    const person = await walk.newPerson();
    await walk.portal.signIn(person);
    return walk.post(`/identity/users/${person.id}/sessions/${await walk.sessionOf(person.email)}/end`);
  },
  'POST /identity/users/:person/tokens/:id/revoke': async (walk) => {
    const person = await walk.newPerson();
    await walk.newToken(person);
    return walk.post(`/identity/users/${person.id}/tokens/${await walk.tokenOf(person.email)}/revoke`);
  },
  'POST /identity/users/:person/second-factors/remove': async (walk) => {
    const person = await walk.newPerson();
    await walk.enrolled(person);
    return walk.post(`/identity/users/${person.id}/second-factors/remove`);
  },
  'POST ~/identity/memberships': async (walk) =>
    walk.post(`${site}/identity/memberships`, { email: (await walk.newPerson()).email, role: 'Author' }),
  'POST ~/identity/memberships/roles': async (walk) => {
    const { id, email } = await walk.newPerson();
    await walk.post(`${site}/identity/memberships`, { email, role: 'Author' })();
    return walk.post(`${site}/identity/memberships/roles`, { person: id, role: 'Author', intent: 'revoke' });
  },
  'POST /identity/users/new': async (walk) =>
    walk.post('/identity/users/new', { email: `${walk.unique}@portico.example`, name: 'Somebody' }),
  'POST /identity/users/:id/email': async (walk) =>
    walk.post(`/identity/users/${(await walk.newPerson()).id}/email`, { email: `${walk.unique}@portico.example` }),
  'POST /identity/users/:id/export': async (walk) => walk.post(`/identity/users/${(await walk.newPerson()).id}/export`),
  'POST /account/export': async (walk) => walk.post('/account/export', {}, await walk.portal.signIn(await walk.newPerson())),
  'POST /identity/users/:id/delete': async (walk) => {
    const { id, email } = await walk.newPerson();
    return walk.post(`/identity/users/${id}/delete`, { email });
  },
  'POST /identity/users/:id/merge': async (walk) => {
    const { email } = await walk.newPerson();
    return walk.post(`/identity/users/${(await walk.newPerson()).id}/merge`, { email, confirmed: 'yes' });
  },
  'POST /identity/users/:id/name': async (walk) =>
    walk.post(`/identity/users/${(await walk.newPerson()).id}/name`, { name: walk.unique }),
  'POST /identity/users/:id/active': async (walk) =>
    walk.post(`/identity/users/${(await walk.newPerson()).id}/active`, { active: 'false' }),
  'POST /identity/users/:id/instance-roles': async (walk) =>
    walk.post(`/identity/users/${(await walk.newPerson()).id}/instance-roles`, { role: 'Administrator' }),
  'POST /identity/users/:id/site-roles': async (walk) =>
    walk.post(`/identity/users/${(await walk.newPerson()).id}/site-roles`, { role: 'Author', site: walk.siteId }),
  'POST /identity/users/:id/password': async (walk) => walk.post(`/identity/users/${(await walk.newPerson()).id}/password`),
  'POST /identity/roles/:role': simple('/identity/roles/operator', { permissions: 'configuration.read-audit-log' }),
  'POST /identity/roles/new': async (walk) => walk.post('/identity/roles/new', { name: walk.unique, description: '' }),
  'POST /identity/roles/:role/name': async (walk) =>
    walk.post(`/identity/roles/${await walk.newRole()}/name`, { name: walk.unique, description: 'Another one.' }),
  'POST /identity/roles/:role/remove': async (walk) => walk.post(`/identity/roles/${await walk.newRole()}/remove`),
  'POST /identity/groups/new': async (walk) => walk.post('/identity/groups/new', { name: walk.unique, description: '' }),
  'POST /identity/groups/:id': async (walk) =>
    walk.post(`/identity/groups/${(await walk.newGroup()).id}`, { name: walk.unique, description: 'Another one.' }),
  'POST /identity/groups/:id/members': async (walk) =>
    walk.post(`/identity/groups/${(await walk.newGroup()).id}/members`, { email: (await walk.newPerson()).email }),
  'POST /identity/groups/:id/members/remove': async (walk) => {
    const { id, email } = await walk.newPerson();
    const group = await walk.newGroup();
    await walk.command('groups', 'add-member', '--name', group.name, '--email', email)();
    return walk.post(`/identity/groups/${group.id}/members/remove`, { person: id });
  },
  'POST /identity/groups/:id/roles': async (walk) =>
    walk.post(`/identity/groups/${(await walk.newGroup()).id}/roles`, { role: 'Operator' }),
  'POST /identity/groups/:id/remove': async (walk) => walk.post(`/identity/groups/${(await walk.newGroup()).id}/remove`),
  'POST ~/identity/memberships/groups': async (walk) =>
    walk.post(`${site}/identity/memberships/groups`, { group: (await walk.newGroup()).name, role: 'Author' }),
  'POST ~/identity/memberships/groups/roles': async (walk) => {
    const { id, name } = await walk.newGroup();
    await walk.post(`${site}/identity/memberships/groups`, { group: name, role: 'Author' })();
    return walk.post(`${site}/identity/memberships/groups/roles`, { group: id, role: 'Author', intent: 'revoke' });
  },
  'POST /identity/service-accounts/new': async (walk) =>
    walk.post('/identity/service-accounts/new', { name: walk.unique, description: '' }),
  'POST /identity/service-accounts/:id': async (walk) =>
    walk.post(`/identity/service-accounts/${(await walk.newService()).id}`, { name: walk.unique, description: 'Another one.' }),
  'POST /identity/service-accounts/:id/active': async (walk) =>
    walk.post(`/identity/service-accounts/${(await walk.newService()).id}/active`, { active: 'false' }),
  'POST /identity/service-accounts/:id/roles': async (walk) =>
    walk.post(`/identity/service-accounts/${(await walk.newService()).id}/roles`, { role: 'Operator' }),
  'POST /identity/service-accounts/:id/tokens': async (walk) =>
    walk.post(`/identity/service-accounts/${(await walk.newService()).id}/tokens`, { name: walk.unique, days: '3' }),
  'POST /identity/service-accounts/:id/tokens/:token/revoke': async (walk) => {
    const { id, name } = await walk.newService();
    await walk.command('tokens', 'create', '--service-account', name, '--name', walk.unique)();
    return walk.post(`/identity/service-accounts/${id}/tokens/${await walk.tokenOf(name, '--service-account')}/revoke`);
  },
  'POST /identity/service-accounts/:id/remove': async (walk) =>
    walk.post(`/identity/service-accounts/${(await walk.newService()).id}/remove`),
  'POST /branding': async (walk) => walk.files('/branding', 'logo', await walk.picture(), 'logo.png'),
  'POST /branding/logo/remove': async (walk) => {
    await walk.files('/branding', 'logo', await walk.picture(), 'logo.png')();
    return walk.post('/branding/logo/remove');
  },
  'POST ~/branding': async (walk) => walk.files(`${site}/branding`, 'logo', await walk.picture(), 'logo.png'),
  'POST ~/branding/logo/remove': async (walk) => {
    await walk.files(`${site}/branding`, 'logo', await walk.picture(), 'logo.png')();
    return walk.post(`${site}/branding/logo/remove`);
  },
  'POST /first-steps/put-away': simple('/first-steps/put-away'),
  'POST /sites/new': async (walk) => walk.post('/sites/new', { name: walk.unique, address: walk.unique }),
  'POST /sites/:id': async (walk) => walk.post(`/sites/${walk.siteId}`, { name: walk.unique }),
  'POST /sites/:id/archive': async (walk) => walk.post(`/sites/${(await walk.newSite()).id}/archive`),
  'POST /sites/:id/restore': async (walk) => {
    const { id } = await walk.newSite();
    await walk.post(`/sites/${id}/archive`)();
    return walk.post(`/sites/${id}/restore`);
  },
  'POST /sites/:id/delete': async (walk) => {
    const { id, address } = await walk.newSite();
    return walk.post(`/sites/${id}/delete`, { address });
  },
  'POST /sites/:id/erase': async (walk) => {
    const { id, address } = await walk.newSite();
    await walk.post(`/sites/${id}/delete`, { address })();
    return async () => walk.ended(await walk.post(`/sites/${id}/erase`, { address })());
  },

  'POST ~/documents-media/upload': async (walk) =>
    walk.files(`${documents}/upload`, 'file', Buffer.from('some words'), `${walk.unique}.txt`),
  'POST ~/documents-media/upload-multiple': async (walk) =>
    walk.files(`${documents}/upload-multiple`, 'file', Buffer.from('more words'), `${walk.unique}.txt`),
  'POST ~/documents-media/documents/:id': async (walk) =>
    walk.post(`${documents}/documents/${await walk.newDocument()}`, { name: `${walk.unique}.txt` }),
  'POST ~/documents-media/documents/:id/move': async (walk) =>
    walk.post(`${documents}/documents/${await walk.newDocument()}/move`, { to: await walk.newFolder() }),
  'POST ~/documents-media/documents/:id/delete': async (walk) =>
    walk.post(`${documents}/documents/${await walk.newDocument()}/delete`),
  'POST ~/documents-media/folders/new': async (walk) => walk.post(`${documents}/folders/new`, { name: walk.unique }),
  'POST ~/documents-media/folders/:id/rename': async (walk) =>
    walk.post(`${documents}/folders/${await walk.newFolder()}/rename`, { name: walk.unique }),
  'POST ~/documents-media/folders/:id/move': async (walk) =>
    walk.post(`${documents}/folders/${await walk.newFolder()}/move`, { to: await walk.newFolder() }),
  'POST ~/documents-media/folders/:id/delete': async (walk) => walk.post(`${documents}/folders/${await walk.newFolder()}/delete`),

  'POST ~/documents-media/documents/:id/permissions': async (walk) =>
    walk.post(`${documents}/documents/${await walk.newDocument()}/permissions`, { visibleTo: 'members' }),
  'POST ~/documents-media/folders/:id/permissions': async (walk) =>
    walk.post(`${documents}/folders/${await walk.newFolder()}/permissions`, { visibleTo: 'members' }),
  'POST ~/documents-media/documents/:id/permissions/roles': async (walk) =>
    withRoleMatrix(walk, `${documents}/documents/${await walk.newDocument()}/permissions/roles`),
  'POST ~/documents-media/folders/:id/permissions/roles': async (walk) =>
    withRoleMatrix(walk, `${documents}/folders/${await walk.newFolder()}/permissions/roles`),
  'PUT ~/documents-media/api/documents/:id/permissions': async (walk) =>
    walk.json('put', `${documents}/api/documents/${await walk.newDocument()}/permissions`, { visibleTo: 'members' }),
  'PUT ~/documents-media/api/folders/:id/permissions': async (walk) =>
    walk.json('put', `${documents}/api/folders/${await walk.newFolder()}/permissions`, { visibleTo: 'members' }),

  'POST ~/web-content/new': async (walk) => walk.post(`${articles}/new`, { title: walk.unique, body: '<p>Words.</p>' }),
  'POST ~/web-content/articles/:id': async (walk) =>
    walk.post(`${articles}/articles/${await walk.newArticle()}`, { title: walk.unique, body: '<p>Other.</p>', revision: '1' }),
  'POST ~/web-content/articles/:id/unpublish': async (walk) =>
    walk.post(`${articles}/articles/${await walk.newArticle('publish')}/unpublish`),
  'POST ~/web-content/articles/:id/delete': async (walk) => walk.post(`${articles}/articles/${await walk.newArticle()}/delete`),
  'POST ~/web-content/drafts': async (walk) => walk.json('post', `${articles}/drafts`, draft(walk)),
  'POST ~/web-content/articles/:id/drafts/:draft/discard': async (walk) => {
    const article = await walk.newArticle();
    const kept = draft(walk, article);
    await walk.json('post', `${articles}/drafts`, kept)();
    return walk.post(`${articles}/articles/${article}/drafts/${kept.form}/discard`);
  },
  'POST ~/web-content/pictures': async (walk) =>
    walk.files(`${articles}/pictures`, 'file', await walk.picture(), `${walk.unique}.png`),

  'POST ~/ai-creator/generations': async (walk) =>
    walk.post(
      `${images}/generations`,
      { idempotencyKey: `key-${walk.unique}`, description: 'a kite', size: '1024x1024', count: '1' },
      walk.admin,
      { Accept: 'application/json' },
    ),
  'POST ~/ai-creator/generations/:id/cancel': async (walk) =>
    walk.post(`${images}/generations/${await walk.stalledOrder()}/cancel`),
  'POST ~/ai-creator/generations/:id/retry': async (walk) => {
    const { id } = await walk.finishedOrder(`${walk.unique} [fail:declined]`);
    return walk.post(`${images}/generations/${id}/retry`, { idempotencyKey: `key-${walk.unique}` });
  },
  'POST ~/ai-creator/generations/:id/discard': async (walk) => {
    const { id } = await walk.finishedOrder();
    return walk.post(`${images}/generations/${id}/discard`, { confirmed: 'true' });
  },
  'POST ~/ai-creator/images': async (walk) => {
    const { image } = await withImage(walk);
    return walk.post(`${images}/images`, { selected: image, image, name: walk.unique, altText: 'A kite.' });
  },
  'POST ~/ai-creator/api/generations': async (walk) =>
    walk.json('post', `${images}/api/generations`, { description: 'a kite' }, { 'Idempotency-Key': `key-${walk.unique}` }),
  'POST ~/ai-creator/api/generations/:id/cancel': async (walk) =>
    walk.json('post', `${images}/api/generations/${await walk.stalledOrder()}/cancel`, {}),
  'POST ~/ai-creator/api/images': async (walk) =>
    walk.json('post', `${images}/api/images`, { images: [{ id: (await withImage(walk)).image }] }),
  'POST /ai-creator/service/breakers/:id/close': async (walk) => {
    await walk.finishedOrder(`${walk.unique} [fail:insufficient-quota]`);
    return walk.post('/ai-creator/service/breakers/instance/close');
  },
  'POST /ai-creator/budgets': simple('/ai-creator/budgets', budget('500')),
  'POST /ai-creator/budgets/:id': async (walk) => {
    await walk.post('/ai-creator/budgets', budget('501'))();
    const id = await walk.lastAttribute('ai-usage');
    return walk.post(`/ai-creator/budgets/${id}`, { ...budget('502'), revision: '1' });
  },
  'POST /ai-creator/budgets/:id/remove': async (walk) => {
    await walk.post('/ai-creator/budgets', { ...budget('503'), period: 'month' })();
    return walk.post(`/ai-creator/budgets/${await walk.lastAttribute('ai-usage')}/remove`);
  },
  'POST /ai-creator/prices': simple('/ai-creator/prices', price('walk-one')),
  'POST /ai-creator/prices/:id/remove': async (walk) => {
    await walk.post('/ai-creator/prices', price('walk-two'))();
    const id = /prices\/([^/"]+)\/remove/.exec((await walk.admin.get('/ai-creator/prices')).text)?.[1];
    return walk.post(`/ai-creator/prices/${id}/remove`);
  },

  'POST /configuration/instance-settings/:id': async (walk) => changedSettings(walk, instanceSettings),
  'POST /configuration/instance-settings/:id/reset': async (walk) => {
    await (await changedSettings(walk, instanceSettings))();
    return walk.post(`${instanceSettings}/reset`, { revision: (await walk.fieldsOf(instanceSettings))['form.revision'] });
  },
  'POST ~/configuration/site-settings/:id': async (walk) => changedSettings(walk, siteSettings),
  'POST ~/configuration/site-settings/:id/reset': async (walk) => {
    await (await changedSettings(walk, siteSettings))();
    return walk.post(`${siteSettings}/reset`, { revision: (await walk.fieldsOf(siteSettings))['form.revision'] });
  },
  'POST /configuration/settings-transfer/import': async (walk) =>
    walk.post('/configuration/settings-transfer/import', { content: await otherSettings(walk), action: 'import' }),
  'POST /configuration/settings-transfer/undo': async (walk) => {
    const fields = { content: await otherSettings(walk), action: 'import' };
    const json = { Accept: 'application/json' };
    const { body } = await walk.post('/configuration/settings-transfer/import', fields, walk.admin, json)();
    return walk.post('/configuration/settings-transfer/undo', { id: body.id });
  },
  'POST /configuration/feature-flags/:key': async (walk) => switched(walk),
  'POST /configuration/feature-flags/:key/undo': async (walk) => {
    await (await switched(walk))();
    return walk.post(`${flags}/WALK-1/undo`, { change: await walk.lastChange('flags') });
  },
  'PUT /api/flags/:key': async (walk) => walk.json('put', '/api/flags/WALK-1', { enabled: !(await isOn(walk)) }),
  'POST /api/flags/:key/undo': async (walk) => {
    await (await switched(walk))();
    return walk.json('post', '/api/flags/WALK-1/undo', { change: await walk.lastChange('flags') });
  },
  'POST /api/flags/import': async (walk) => {
    await walk.json('put', '/api/flags/WALK-1', { enabled: true })();
    const { body } = await walk.admin.get('/api/flags/export').set('Accept', 'application/json');
    await walk.json('put', '/api/flags/WALK-1', { enabled: false })();
    return walk.json('post', '/api/flags/import', { document: body });
  },
  'POST /configuration/modules/:id/changes': async (walk) =>
    walk.post('/configuration/modules/walk-sale/changes', { kind: 'service', subject: 'walk-shop.prices', switch: 'off' }),
  'POST /configuration/modules/:id/:action': async (walk) => {
    await walk.command('modules', 'stop', 'walk-idle')();
    return walk.post('/configuration/modules/walk-idle/start');
  },
  'POST /configuration/packages/incoming/:incoming': async (walk) =>
    walk.bring(await walk.packages.pack({ id: 'walk-one', name: walk.unique })),
  'POST /configuration/packages/rollback/:module': async (walk) => {
    for (const version of ['1.0.0', '1.1.0']) await (await walk.bring(await walk.packages.pack({ id: 'walk-two', version })))();
    return walk.confirm('/configuration/packages/rollback/walk-two');
  },
  'POST /configuration/packages/remove/:module': async (walk) => {
    await (await walk.bring(await walk.packages.pack({ id: 'walk-three' })))();
    return async () => walk.followed(await walk.post('/configuration/packages/remove/walk-three', { data: 'keep' })());
  },
};

const draft = (walk: AuditWalk, article?: string) => ({
  form: crypto.randomUUID(),
  ...(article && { article }),
  title: walk.unique,
  address: '',
  body: '<p>Words that keep themselves.</p>',
  revision: article ? 1 : 0,
  seen: {},
});

function budget(hardLimit: string): object {
  return { target: 'each-person', unit: 'images', period: 'day', softLimit: '1', hardLimit };
}

function price(model: string): object {
  return { model, validFrom: '2026-01-01', currency: 'USD', inputPrice: '5', outputPrice: '40' };
}

/** Roles may do there what they may in the site, and members delete. */
async function withRoleMatrix(walk: AuditWalk, page: string): Promise<() => Promise<unknown>> {
  const { text } = await walk.admin.get(page);
  const seen = /name="seen" value="([^"]*)"/.exec(text)?.[1];
  const ticked = [...text.matchAll(/name="allowed" value="([^"]+)"[^>]* checked(?! disabled)/g)].map(([, box]) => box);
  return walk.post(page, { seen, allowed: [...ticked, 'delete Member'] });
}

async function isOn(walk: AuditWalk): Promise<boolean> {
  const { body } = await walk.admin.get('/api/flags/WALK-1').set('Accept', 'application/json');
  return body.enabled as boolean;
}

async function switched(walk: AuditWalk): Promise<() => Promise<unknown>> {
  return walk.post(`${flags}/WALK-1`, { enabled: String(!(await isOn(walk))) });
}

let quota = 100;

/** What the page shows, with another quota, for a site as well. */
async function changedSettings(walk: AuditWalk, page: string): Promise<() => Promise<unknown>> {
  quota += 1;
  return walk.post(page, { ...(await walk.fieldsOf(page)), ...modeOf(page), storageQuota: `${quota} GiB` });
}

const modeOf = (page: string): object => (page === siteSettings ? { 'storageQuota.mode': 'own' } : {});
