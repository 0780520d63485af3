import { AuditLog } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import sharp from 'sharp';
import type { Document, Folder } from '../api/index.js';
import { base, Library, picture } from '../testing/index.js';

type Agent = ReturnType<TestPortal['agent']>;

const roles = { helper: 'Author', member: 'Member', chief: 'Site Administrator' } as const;
type Who = keyof typeof roles;

describe('What roles may do with a folder', () => {
  let library: Library;
  let agents: Record<Who | 'administrator', Agent>;
  let folder: Folder;
  let document: Document;

  before(async () => {
    library = await Library.open();
    const people = library.portal.service(People);
    const entries = await Promise.all(
      Object.entries(roles).map(async ([who, role]) => {
        const login = { email: `${who}@roles.example`, password: 'grey pebbles by the river' };
        await people.grant((await people.add({ ...login, name: who })).id, role, library.home.id);
        return [who, await library.portal.signIn(login)] as const;
      }),
    );
    agents = { ...Object.fromEntries(entries), administrator: await library.portal.signIn() } as typeof agents;
    folder = await library.documents.ensureFolder(library.system(), 'Press');
    document = await library.add({ name: 'plan.txt', folderId: folder.id });
  });

  after(() => library.close());

  const put = async (body: object, who: keyof typeof agents = 'administrator', path = `folders/${folder.id}`) =>
    agents[who]
      .put(`${base}/api/${path}/permissions`)
      .set('Origin', library.portal.url)
      .set('X-Portico-Csrf', await library.portal.csrf(agents[who]))
      .send(body);
  const post = (who: keyof typeof agents, path: string, fields: object = {}) =>
    library.portal.post(agents[who], `${base}${path}`, fields as Record<string, string>);
  const page = (who: keyof typeof agents, path: string) => agents[who].get(`${base}${path}`).set('Accept', 'text/html');
  /** What somebody gets to do, by every way to it. */
  const done = async (who: Who, name: string, at = folder.id): Promise<Readonly<Record<string, number>>> => {
    const { id } = await library.add({ name, folderId: at });
    const statuses = {
      'form to add': (await page(who, `/folders/new?folder=${at}`)).status,
      'form to upload': (await page(who, `/upload?folder=${at}`)).status,
      add: (await post(who, `/folders/new?folder=${at}`, { name: `By ${who} ${name}` })).status,
      'form to move': (await page(who, `/documents/${id}/move`)).status,
      update: (await post(who, `/documents/${id}`, { name: `changed-${name}` })).status,
      'form to rename': (await page(who, `/folders/${at}/rename`)).status,
      'form to delete': (await page(who, `/documents/${id}/delete`)).status,
      delete: (await post(who, `/documents/${id}/delete`)).status,
    };
    return statuses;
  };
  const allDone = {
    ...{ 'form to add': 200, 'form to upload': 200, add: 303, 'form to move': 200, update: 303, 'form to rename': 200 },
    ...{ 'form to delete': 200, delete: 303 },
  };

  it('is what they may in the whole site, until a rule says less or more, here and below', async () => {
    expect(await done('helper', 'one.txt')).to.deep.equal(allDone);
    const none = { add: 403, update: 403, delete: 403 };
    const noForms = {
      'form to add': 404,
      'form to upload': 404,
      'form to move': 404,
      'form to rename': 404,
      'form to delete': 404,
    };
    expect(await done('member', 'two.txt')).to.deep.equal({ ...none, ...noForms });
    const permissions = { Author: { update: false, delete: false }, Member: { update: true } };
    const answer = await put({ permissions });
    expect([answer.status, answer.body]).to.deep.equal([
      200,
      { visibleTo: 'everyone', roles: [], permissions, inherited: false, from: 'Press' },
    ]);
    const inside = await library.documents.ensureFolder(library.system(), 'Below', folder.id);
    for (const at of [folder.id, inside.id]) {
      expect(await done('helper', `three-${at}.txt`, at), 'less').to.deep.equal({
        ...allDone,
        ...{ 'form to move': 404, update: 403, 'form to rename': 404, 'form to delete': 404, delete: 403 },
      });
      expect(await done('member', `four-${at}.txt`, at), 'more').to.deep.equal({
        ...none,
        ...noForms,
        ...{ update: 303, 'form to move': 200, 'form to rename': 200 },
      });
    }
    expect(await done('chief', 'five.txt')).to.deep.equal(allDone);
    const outside = await library.documents.ensureFolder(library.system(), 'Elsewhere');
    expect(await done('helper', 'six.txt', outside.id)).to.deep.equal(allDone);
    expect((await done('member', 'seven.txt', outside.id)).update).to.equal(403);
  });

  it('shows in every list which buttons there are, and none that does not work', async () => {
    const list = (await page('helper', `?folder=${folder.id}`)).text;
    const template = (text: string, id: string): string =>
      new RegExp(`<template id="${id}">(.*?)</template>`, 's').exec(text)?.[1] ?? '';
    expect(list).to.match(/data-entries="document-entries-1"/);
    expect(template(list, 'document-entries-1'))
      .to.include('{href}/download')
      .and.to.not.match(/\{href\}\/(?:move|delete)/);
    expect(template((await page('helper', '')).text, 'document-entries'))
      .to.include('{href}/move')
      .and.to.include('{href}/delete');
    const shown = (await page('helper', `/documents/${document.id}`)).text;
    expect(shown)
      .to.include('Download')
      .and.to.not.match(/\/(?:move|delete)"/);
    expect((await page('member', `/documents/${document.id}`)).text).to.match(/\/move"/);
    await put({ permissions: { Author: { add: false } } });
    const closed = (await page('helper', `?folder=${folder.id}`)).text;
    expect(closed).to.not.match(/data-drop|File Upload/);
    const refused = await library.upload(
      [{ name: 'late.txt', content: Buffer.from('late') }],
      `${base}/upload?folder=${folder.id}`,
    );
    expect(refused.status).to.equal(403);
  });

  it('is a matrix that says where each box comes from, and is taken back with the rest', async () => {
    await put({ permissions: { Author: { delete: false } } });
    const path = `/folders/${folder.id}/permissions/roles`;
    const boxOf = (text: string, name: string): string =>
      new RegExp(`<input[^>]*aria-label="${name}"[^>]*>[^/]*`).exec(text)?.[0] ?? '';
    const form = (await page('administrator', path)).text;
    expect(boxOf(form, 'Author: Delete')).to.include('Set here').and.to.not.include('checked');
    expect(boxOf(form, 'Author: Edit')).to.include('checked').and.to.not.include('Set here');
    expect(boxOf(form, 'Site Administrator: Change permissions')).to.include('disabled');
    expect(form).to.not.include('aria-label="Administrator: ');
    const below = (await page('administrator', `/documents/${document.id}/permissions/roles`)).text;
    expect(boxOf(below, 'Author: Delete')).to.include('From Press');
    expect(below).to.not.include('aria-label="Author: Add"');
    const seen = /name="seen" value="([^"]*)"/.exec(form)?.[1] ?? '';
    const allowed = [...form.matchAll(/name="allowed" value="([^"]+)"[^>]* checked(?! disabled)/g)].map(
      ([, value]) => value ?? '',
    );
    const saved = await library.portal.post(agents.administrator, `${base}${path}`, {
      seen,
      allowed: [...allowed, 'delete Author', 'delete Member'],
    });
    expect(saved.status).to.equal(303);
    const after = await agents.administrator.get(`${base}/api/folders/${folder.id}/permissions`);
    expect(after.body.permissions).to.deep.equal({ Member: { delete: true } });
    const late = await library.portal.post(agents.administrator, `${base}${path}`, { seen, allowed });
    expect([late.status, late.text.includes('Nothing was saved')]).to.deep.equal([409, true]);
    const log = library.portal.service(AuditLog);
    const { records } = await log.list({ area: 'documents-media', subject: 'folder', attribute: folder.name });
    expect(records[0]).to.deep.include({
      action: 'changed',
      before: { id: folder.id, visibleTo: 'everyone', roles: [], permissions: { Author: { delete: false } } },
      after: { visibleTo: 'everyone', roles: [], permissions: { Member: { delete: true } } },
    });
    expect((await library.portal.post(agents.administrator, `${base}${path}`, { seen, intent: 'inherit' })).status).to.equal(303);
    const inherited = await agents.administrator.get(`${base}/api/folders/${folder.id}/permissions`);
    expect(inherited.body).to.deep.equal({ visibleTo: 'everyone', roles: [], inherited: true, from: 'Home' });
  });

  it('says who sees it by role, also those who see everything', async () => {
    const path = `/folders/${folder.id}/permissions/roles`;
    const sees = (text: string): readonly string[] =>
      [...text.matchAll(/<th scope="row"[^>]*>([^<]*)<\/th>\s*<td[^>]*>(\w+)</g)].flatMap(([, role = '', word]) =>
        word === 'Yes' ? [role] : [],
      );
    for (const [visibleTo, roles, who] of [
      ['members', [], ['Site Administrator', 'Author', 'Member']],
      ['roles', ['Member'], ['Site Administrator', 'Member']],
      ['everyone', [], ['Operator', 'Site Administrator', 'Author', 'Member']],
    ] as const) {
      await put({ visibleTo, roles });
      expect(sees((await page('administrator', path)).text), visibleTo).to.deep.equal(who);
    }
    await put({ inherited: true });
  });

  it('is never given by somebody who may not do it there, nor to roles that there are not', async () => {
    await put({ permissions: { Author: { 'change-permissions': true, delete: false } } });
    expect((await page('helper', `/folders/${folder.id}/permissions/roles`)).status).to.equal(200);
    const beyond = await put(
      { permissions: { Author: { 'change-permissions': true, delete: false }, Member: { delete: true } } },
      'helper',
    );
    expect([beyond.status, beyond.body.error.message]).to.deep.equal([
      403,
      'You may not let others do here what you may not do yourself.',
    ]);
    expect((await put({ inherited: true }, 'helper')).status, 'nor by inheriting again').to.equal(403);
    const within = { Author: { delete: false, 'change-permissions': true }, Member: { update: true } };
    expect((await put({ permissions: within }, 'helper')).status).to.equal(200);
    for (const permissions of [
      { Nobody: { add: true } },
      { Administrator: { add: false } },
      { Author: { view: false } },
      { Author: 1 },
    ])
      expect((await put({ permissions })).status, JSON.stringify(permissions)).to.equal(400);
    expect((await put({ permissions: within }, 'member')).status).to.equal(403);
    expect((await put({ inherited: true })).status).to.equal(200);
  });

  it('is not got around by moving things to where more is allowed', async () => {
    await put({ permissions: { Author: { delete: false } } });
    const kept = await library.add({ name: 'kept.txt', folderId: folder.id });
    const inner = await library.documents.ensureFolder(library.system(), 'Kept', folder.id);
    expect((await post('helper', `/documents/${kept.id}/delete`)).status).to.equal(403);
    expect((await post('helper', `/documents/${kept.id}/move`, { to: '' })).status).to.equal(403);
    expect((await post('helper', `/folders/${inner.id}/move`, { to: '' })).status).to.equal(403);
    expect((await library.documents.find(library.system(), kept.id)).folderId).to.equal(folder.id);
    expect((await post('helper', `/documents/${kept.id}/move`, { to: inner.id })).status, 'within it').to.equal(303);
    await put({ inherited: true });
  });

  it('is not dropped without a word where a program says both that it is inherited and something else', async () => {
    const permissions = { Author: { delete: false } };
    expect((await put({ inherited: true, permissions })).status).to.equal(400);
    await put({ permissions });
    const path = `documents/${document.id}`;
    const answered = (await agents.administrator.get(`${base}/api/${path}/permissions`)).body;
    expect([answered.inherited, answered.permissions]).to.deep.equal([true, permissions]);
    expect((await put(answered, 'administrator', path)).status, 'what GET answered').to.equal(200);
    await put({ inherited: true });
  });

  it('follows the names of roles, and ends with the role', async () => {
    const made = await library.portal.post(agents.administrator, '/identity/roles/new', {
      name: 'Keepers',
      permissions: ['documents-media.view-documents'],
    });
    const id = made.headers.location?.split('/').pop() ?? '';
    await put({ permissions: { Keepers: { update: true } } });
    await library.portal.post(agents.administrator, `/identity/roles/${id}/name`, { name: 'Stewards', description: '' });
    const read = async () => (await agents.administrator.get(`${base}/api/folders/${folder.id}/permissions`)).body.permissions;
    expect(await read()).to.deep.equal({ Stewards: { update: true } });
    await library.portal.post(agents.administrator, `/identity/roles/${id}/remove`);
    expect(await read()).to.equal(undefined);
    await put({ inherited: true });
  });

  it('is explained by the same data as the decision', async () => {
    await put({ permissions: { Author: { update: false }, Member: { update: true } } });
    const ask = async (email: string, address: string): Promise<readonly [boolean, string]> => {
      const { out } = await library.portal.command(['why-access', '--person', email, '--address', address, '--json']);
      const { allowed, steps } = JSON.parse(out) as { allowed: boolean; steps: { criterion: string; reason: string }[] };
      return [allowed, steps.map(({ reason }) => reason).join(' ')];
    };
    for (const [path, who] of [
      [`/documents/${document.id}/move`, 'helper'],
      [`/documents/${document.id}/move`, 'member'],
      [`/documents/${document.id}/delete`, 'helper'],
      [`/documents/${document.id}/delete`, 'member'],
      [`/folders/${folder.id}/permissions`, 'helper'],
      [`/folders/${folder.id}/permissions`, 'chief'],
      [`/upload?folder=${folder.id}`, 'helper'],
      [`/upload?folder=${folder.id}`, 'member'],
      [`/documents/${document.id}`, 'member'],
    ] as const) {
      const { status } = await page(who, path);
      const [allowed] = await ask(`${who}@roles.example`, `${base}${path}`);
      expect(allowed, `${who} ${path}`).to.equal(status === 200);
    }
    expect((await ask('helper@roles.example', `${base}/documents/${document.id}/move`))[1]).to.include(
      'In Press the role Author may not: that is decided there.',
    );
    expect((await ask('member@roles.example', `${base}/documents/${document.id}/move`))[1]).to.include(
      'In Press the role Member may',
    );
    await put({ inherited: true });
  });

  it('decides who reads what a camera wrote: who may edit the picture, and nobody else', async () => {
    const content = await sharp(await picture(60, 40))
      .withExif({
        IFD0: { Make: 'Canon', Model: 'Canon EOS R6', Artist: 'Ada Lens' },
        IFD2: { ExposureTime: '1/250', FNumber: '28/10', ISOSpeedRatings: '200', DateTimeOriginal: '2026:11:30 17:05:09' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 12/1', GPSLongitudeRef: 'E', GPSLongitude: '13/1 22/1 30/1' },
      })
      .jpeg()
      .toBuffer();
    const { id } = await library.add({ name: 'shot.jpg', folderId: folder.id, content });
    const plain = await library.add({ name: 'plain.png', folderId: folder.id, content: await picture(40, 40) });
    const told = ['Canon EOS R6', '1/250 s · f/2.8 · ISO 200', 'Nov 30, 2026', '52.52° N, 13.375° E', 'Ada Lens'];
    const read = async (agent: Agent, document: string): Promise<string> =>
      (await agent.get(`${base}/documents/${document}`)).text;
    for (const word of told) expect(await read(agents.helper, id)).to.include(word);
    for (const agent of [agents.member, library.portal.agent()])
      for (const word of [...told, 'Camera data']) expect(await read(agent, id), word).to.not.include(word);
    expect(await read(agents.helper, plain.id)).to.not.include('Camera data');
    await put({ permissions: { Author: { update: false } } });
    expect(await read(agents.helper, id))
      .to.include('shot.jpg')
      .and.to.not.include('Camera data');
    await put({ inherited: true });
  });
});
