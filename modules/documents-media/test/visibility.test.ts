import { type Audience, AuditLog, SiteDirectory } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import type supertest from 'supertest';
import type { Document, Folder } from '../api/index.js';
import { base, Library, picture } from '../testing/index.js';

type Agent = ReturnType<TestPortal['agent']>;

/** Everybody who asks, from nobody to who may everything. */
const people = {
  guest: undefined,
  stranger: [],
  elsewhere: [['Author', 'other']],
  operator: [['Operator']],
  member: [['Member', 'home']],
  author: [['Author', 'home']],
  'site administrator': [['Site Administrator', 'home']],
  administrator: [['Administrator']],
} as const satisfies Record<string, readonly (readonly [string, string?])[] | undefined>;
type Who = keyof typeof people;
const everybody = Object.keys(people) as Who[];

const audiences = {
  everyone: { visibleTo: 'everyone', roles: [] },
  signed: { visibleTo: 'signed-in', roles: [] },
  members: { visibleTo: 'members', roles: [] },
  authors: { visibleTo: 'roles', roles: ['Author'] },
  operators: { visibleTo: 'roles', roles: ['Operator'] },
} as const satisfies Record<string, Audience>;
type Where = keyof typeof audiences;

/** Who sees what, said by hand. */
const seen: Readonly<Record<Where, readonly Who[]>> = {
  everyone: everybody,
  signed: everybody.filter((who) => who !== 'guest'),
  members: ['member', 'author', 'site administrator', 'administrator'],
  authors: ['author', 'site administrator', 'administrator'],
  operators: ['operator', 'site administrator', 'administrator'],
};

interface Place {
  readonly folder: Folder;
  readonly picture: Document;
  readonly note: Document;
}

describe('who sees what in Documents and Media', function () {
  this.timeout(240_000);
  let library: Library;
  let agents: Record<Who, Agent>;
  let tokens: Record<Who, string>;
  let places: Record<Where, Place>;

  const putPermissions = (kind: 'folders' | 'documents', id: string, body: object, who: Who = 'administrator') =>
    change(who, 'put', `${base}/api/${kind}/${id}/permissions`).send(body);
  /** Answers its id. */
  const makeRole = async (name: string, permissions = ['documents-media.view-documents']): Promise<string> => {
    const made = await library.portal.post(agents.administrator, '/identity/roles/new', { name, permissions });
    return made.headers.location?.split('/').pop() ?? '';
  };
  const change = (who: Who, method: 'put' | 'post', path: string): supertest.Test =>
    agents[who]
      [method](path)
      .set('Origin', library.portal.url)
      .set('X-Portico-Csrf', tokens[who])
      .set('Accept', 'application/json');

  before(async () => {
    library = await Library.open();
    const accounts = library.portal.service(People);
    const sites = library.portal.service(SiteDirectory);
    const entries: [Who, Agent][] = [];
    for (const who of everybody) {
      const roles = people[who];
      if (!roles) {
        entries.push([who, library.portal.agent()]);
        continue;
      }
      const login = { email: `${who.replace(' ', '-')}@people.example`, password: `rivers run by ${who} at night` };
      if (!accounts.byEmail(login.email)) {
        const { id } = await accounts.add({ ...login, name: who });
        for (const [role, site] of roles as readonly (readonly [never, string?])[])
          await accounts.grant(id, role, site === undefined ? undefined : sites.byAddress(site)?.id);
      }
      entries.push([who, await library.portal.signIn(login)]);
    }
    agents = Object.fromEntries(entries) as typeof agents;
    tokens = Object.fromEntries(
      await Promise.all(entries.map(async ([who, agent]) => [who, people[who] ? await library.portal.csrf(agent) : ''])),
    ) as typeof tokens;
    const content = await picture(64, 48, 'jpeg');
    places = Object.fromEntries(
      await Promise.all(
        (Object.keys(audiences) as Where[]).map(async (where): Promise<[Where, Place]> => {
          const folder = await library.documents.ensureFolder(library.system(), `Folder ${where}`);
          const made = await library.add({ name: `picture-${where}.jpg`, folderId: folder.id, content });
          const note = await library.add({ name: `note-${where}.txt`, folderId: folder.id });
          await putPermissions('folders', folder.id, audiences[where]).expect(200);
          return [where, { folder, picture: made, note }];
        }),
      ),
    ) as typeof places;
  });

  after(() => library.close());

  it('answers the same for what one may not see and for what there is not, by every way to a document', async () => {
    const nothing = '0190a0a0-0000-7000-8000-000000000000';
    const ways: Readonly<Record<string, (agent: Agent, id: string) => supertest.Test>> = {
      page: (agent, id) => agent.get(`${base}/documents/${id}`).set('Accept', 'text/html'),
      json: (agent, id) => agent.get(`${base}/api/documents/${id}`),
      file: (agent, id) => agent.get(`${base}/documents/${id}/download`),
      head: (agent, id) => agent.head(`${base}/documents/${id}/download`),
      picture: (agent, id) => agent.get(`${base}/documents/${id}/view`),
      thumbnail: (agent, id) => agent.get(`${base}/documents/${id}/thumbnail`),
      range: (agent, id) => agent.get(`${base}/documents/${id}/view`).set('Range', 'bytes=0-9'),
      version: (agent, id) => agent.get(`${base}/documents/${id}/versions/1.0/download`).set('Accept', 'application/json'),
      move: (agent, id) => agent.get(`${base}/documents/${id}/move`).set('Accept', 'application/json'),
      delete: (agent, id) => agent.get(`${base}/documents/${id}/delete`).set('Accept', 'application/json'),
      'permissions page': (agent, id) => agent.get(`${base}/documents/${id}/permissions`).set('Accept', 'text/html'),
      permissions: (agent, id) => agent.get(`${base}/api/documents/${id}/permissions`),
    };
    const everyRule = ['json', 'picture', 'permissions'];
    const forReaders = ['page', 'json', 'file', 'head', 'picture', 'thumbnail', 'range'];
    for (const who of everybody)
      for (const [way, ask] of Object.entries(ways)) {
        const none = await ask(agents[who], nothing);
        // Each way asks the same condition: all rules by three of them, two by the others.
        const rules = everyRule.includes(way) ? (Object.keys(places) as Where[]) : (['members', 'operators'] as const);
        for (const where of rules) {
          const what = `${who}, ${where}, ${way}`;
          const answer = await ask(agents[who], places[where].picture.id);
          if (seen[where].includes(who)) {
            if (forReaders.includes(way)) expect([200, 206], what).to.include(answer.status);
            continue;
          }
          expect(answer.status, what).to.equal(none.status);
          expect(Object.keys(answer.body?.error ?? {}), what).to.deep.equal(Object.keys(none.body?.error ?? {}));
          expect(Object.keys(answer.headers).sort(), what).to.deep.equal(Object.keys(none.headers).sort());
          if (forReaders.includes(way) || way.startsWith('permissions')) expect(answer.status, what).to.equal(404);
          expect(answer.text ?? '', what).to.not.include(`picture-${where}`);
        }
      }
  });

  it('lists, counts, finds and offers what one sees, and nothing else', async () => {
    for (const who of ['author', 'site administrator', 'administrator'] as const) {
      const mine = (Object.keys(places) as Where[]).filter((where) => seen[where].includes(who));
      const list = await agents[who].get(`${base}/api/documents`).expect(200);
      expect(list.body.folders.map(({ name }: Folder) => name).sort(), who).to.deep.equal(
        mine.map((where) => `Folder ${where}`).sort(),
      );
      expect(list.body.total, who).to.equal(mine.length);
      const found = await agents[who].get(`${base}/api/documents?q=picture-`).expect(200);
      expect(found.body.documents.map(({ name }: Document) => name).sort(), who).to.deep.equal(
        mine.map((where) => `picture-${where}.jpg`).sort(),
      );
      const selector = await agents[who].get(`${base}/selector?type=image&return=image-url&q=picture-`).expect(200);
      const page = await agents[who].get(base).set('Accept', 'text/html').expect(200);
      for (const where of Object.keys(places) as Where[]) {
        const isMine = mine.includes(where);
        expect(selector.text.includes(`picture-${where}.jpg`), `${who} ${where}`).to.equal(isMine);
        expect(page.text.includes(`Folder ${where}`), `${who} ${where}`).to.equal(isMine);
        const inside = await agents[who].get(`${base}/api/documents?folder=${places[where].folder.id}`);
        expect(inside.status, `${who} ${where}`).to.equal(isMine ? 200 : 404);
      }
    }
  });

  it('gives readers what a reader needs, and nothing about the making', async () => {
    const { body } = await agents.guest.get(`${base}/api/documents/${places.everyone.picture.id}`).expect(200);
    expect(Object.keys(body).sort()).to.deep.equal(['altText', 'height', 'id', 'links', 'mimeType', 'name', 'size', 'width']);
  });

  it('says and changes it by JSON, with where it comes from, in the audit log', async () => {
    const { folder, note } = places.members;
    const path = `${base}/api/documents/${note.id}/permissions`;
    const inherited = { visibleTo: 'members', roles: [], inherited: true, from: 'Folder members' };
    expect((await agents['site administrator'].get(path).expect(200)).body).to.deep.equal(inherited);
    const own = { visibleTo: 'roles', roles: ['Author', 'Member'] };
    const changed = await putPermissions(
      'documents',
      note.id,
      { visibleTo: 'roles', roles: ['Member', 'Author', 'Author'] },
      'site administrator',
    );
    expect([changed.status, changed.body]).to.deep.equal([200, { ...own, inherited: false, from: 'note-members.txt' }]);
    const { records } = await library.portal.service(AuditLog).list({ area: 'documents-media', subject: 'note-members.txt' });
    expect(records.map(({ action, before, after, via, by }) => ({ action, before, after, via, by: by.name }))).to.deep.equal([
      {
        action: 'changed',
        before: { visibleTo: 'members', roles: [], inherited: true },
        after: own,
        via: 'screen',
        by: 'site administrator',
      },
    ]);
    expect((await putPermissions('documents', note.id, { inherited: true })).body).to.deep.equal(inherited);
    expect((await putPermissions('documents', note.id, { ...own, inherited: true })).status).to.equal(400);
    for (const wrong of [
      {},
      { visibleTo: 'nobody' },
      { visibleTo: 'roles', roles: [] },
      { visibleTo: 'roles', roles: ['Nobody'] },
    ])
      expect((await putPermissions('documents', note.id, wrong)).status, JSON.stringify(wrong)).to.equal(400);
    expect((await putPermissions('documents', note.id, own, 'author')).status).to.equal(403);
    expect((await putPermissions('documents', note.id, own, 'stranger')).status).to.equal(404);
    expect((await putPermissions('folders', folder.id, own, 'operator')).status).to.equal(404);
  });

  it('follows folders down to where something says otherwise, and where they are moved', async () => {
    const at = async (name: string, parent?: Folder): Promise<Folder> =>
      library.documents.ensureFolder(library.system(), name, parent?.id);
    const top = await at('Deep');
    let folder = top;
    for (let level = 2; level <= 18; level += 1) folder = await at(`Level ${level}`, folder);
    const deep = await library.add({ name: 'deep.txt', folderId: folder.id });
    const own = await at('Says otherwise', top);
    const open = await library.add({ name: 'open.txt', folderId: own.id });
    const sees = async (who: Who, { id }: Document): Promise<boolean> =>
      (await agents[who].get(`${base}/api/documents/${id}`)).status === 200;
    const seenBy = async (document: Document): Promise<readonly Who[]> => {
      const found: Who[] = [];
      for (const who of everybody) if (await sees(who, document)) found.push(who);
      return found;
    };
    expect(await seenBy(deep)).to.deep.equal(everybody);
    await putPermissions('folders', top.id, audiences.authors).expect(200);
    await putPermissions('folders', own.id, audiences.signed).expect(200);
    expect(await seenBy(deep)).to.deep.equal(seen.authors);
    expect(await seenBy(open)).to.deep.equal(seen.signed);
    const { body } = await agents.administrator.get(`${base}/api/documents/${deep.id}/permissions`);
    expect([body.inherited, body.from]).to.deep.equal([true, 'Deep']);
    // Of the way to something visible, what is not visible is not told.
    const inside = await agents.author.get(`${base}?folder=${own.id}`).expect(200);
    expect(inside.text).to.include('>Deep<');
    await putPermissions('folders', top.id, audiences.operators).expect(200);
    expect(await seenBy(deep)).to.deep.equal(seen.operators);
    expect((await agents.author.get(`${base}?folder=${own.id}`).expect(200)).text).to.not.include('>Deep<');
    await putPermissions('folders', top.id, { inherited: true }).expect(200);
    expect(await seenBy(deep)).to.deep.equal(everybody);
    // What is moved has what counts where it lies.
    const target = places.authors.folder;
    const move = (kind: string, id: string, to: string | undefined) =>
      library.portal.post(agents.administrator, `${base}/${kind}/${id}/move`, { to: to ?? '' });
    expect((await move('folders', top.id, target.id)).status).to.equal(303);
    expect(await seenBy(deep)).to.deep.equal(seen.authors);
    expect(await seenBy(open)).to.deep.equal(seen.signed);
    expect((await move('documents', deep.id, places.members.folder.id)).status).to.equal(303);
    expect(await seenBy(deep)).to.deep.equal(seen.members);
    expect((await move('folders', top.id, undefined)).status).to.equal(303);
    expect((await move('documents', deep.id, undefined)).status).to.equal(303);
    expect(await seenBy(deep)).to.deep.equal(everybody);
    const added = await library.add({ name: 'later.txt', folderId: own.id });
    expect(await seenBy(added)).to.deep.equal(seen.signed);
  });

  it('ends with the role at once', async () => {
    const accounts = library.portal.service(People);
    const id = accounts.byEmail('member@people.example')?.id ?? '';
    const path = `${base}/api/documents/${places.members.picture.id}`;
    await agents.member.get(path).expect(200);
    await accounts.revoke(id, 'Member', library.home.id);
    await agents.member.get(path).expect(404);
    await accounts.grant(id, 'Member', library.home.id);
    await agents.member.get(path).expect(200);
  });

  it('follows roles that go, also where two rules then say the same', async () => {
    const id = await makeRole('Curators');
    const [alone, both] = [await library.documents.ensureFolder(library.system(), 'For curators'), places.authors.folder];
    const inside = await library.add({ name: 'inside-curators.txt', folderId: alone.id });
    const beside = await library.add({ name: 'beside-curators.txt' });
    const withCurators = { visibleTo: 'roles', roles: ['Author', 'Curators'] };
    await putPermissions('folders', alone.id, withCurators).expect(200);
    await putPermissions('documents', beside.id, withCurators).expect(200);
    expect((await library.portal.post(agents.administrator, `/identity/roles/${id}/remove`)).status).to.equal(303);
    const whatItSays = async (kind: string, { id }: { id: string }): Promise<unknown> =>
      (await agents.administrator.get(`${base}/api/${kind}/${id}/permissions`).expect(200)).body;
    const authorsOnly = { visibleTo: 'roles', roles: ['Author'], inherited: false };
    expect(await whatItSays('folders', alone)).to.deep.equal({ ...authorsOnly, from: 'For curators' });
    expect(await whatItSays('documents', beside)).to.deep.equal({ ...authorsOnly, from: 'beside-curators.txt' });
    expect(await whatItSays('folders', both)).to.deep.equal({ ...authorsOnly, from: 'Folder authors' });
    for (const who of everybody)
      for (const { id } of [inside, beside, places.authors.note]) {
        const { status } = await agents[who].get(`${base}/api/documents/${id}`);
        expect(status, who).to.equal(seen.authors.includes(who) ? 200 : 404);
      }
  });

  it('names what a role sees only to who sees it too, when the role is about to go', async () => {
    const id = await makeRole('Treasurers');
    await makeRole('Role Keeper', ['identity.manage-roles']);
    const accounts = library.portal.service(People);
    const keeper = { email: 'keeper@people.example', password: 'rivers run by keeper at night' };
    await accounts.grant((await accounts.add({ ...keeper, name: 'keeper' })).id, 'Role Keeper');
    const onlyTheirs = { visibleTo: 'roles', roles: ['Treasurers'] };
    const vault = await library.documents.ensureFolder(library.system(), 'Vault of takings');
    const ledger = await library.add({ name: 'takings-ledger.txt' });
    await putPermissions('folders', vault.id, onlyTheirs).expect(200);
    await putPermissions('documents', ledger.id, onlyTheirs).expect(200);
    const garden = await library.portal.service(Sites).add({ name: 'Takings Garden', address: 'takings' });
    const shown = await library.portal.post(agents.administrator, `/sites/${garden.id}`, { name: garden.name, ...onlyTheirs });
    expect(shown.status).to.equal(303);
    const path = `/identity/roles/${id}/remove`;
    const theirs = (await agents.administrator.get(path).expect(200)).text;
    expect(theirs).to.include('Vault of takings').and.to.include('takings-ledger.txt').and.to.include('Takings Garden');
    const told = (await (await library.portal.signIn(keeper)).get(path).expect(200)).text;
    expect(told).to.not.match(/takings/i);
    expect(told).to.include('2 folders and documents that you do not see').and.to.include('who sees 1 site that you do not see');
  });

  it('writes no name into the audit log that repeats what a document was made from', async () => {
    const name = 'a grey heron at dawn.txt';
    const { id } = await library.add({ name, metadata: { provenance: { model: 'm', prompt: 'a grey heron at dawn' } } });
    await putPermissions('documents', id, audiences.members).expect(200);
    const { records } = await library.portal.service(AuditLog).list({ area: 'documents-media', attribute: `document ${id}` });
    expect(records.map(({ subject, action }) => ({ subject, action }))).to.deep.equal([
      { subject: 'document', action: 'changed' },
    ]);
    expect(JSON.stringify(records)).to.not.include('heron');
  });

  it('tells no name and no number of what one does not see', async () => {
    const folder = await library.documents.ensureFolder(library.system(), 'Numbers');
    const hidden: Document[] = [];
    for (const name of ['one.txt', 'two.txt', 'three.txt']) hidden.push(await library.add({ name, folderId: folder.id }));
    for (const { id } of hidden.slice(1)) await putPermissions('documents', id, audiences.operators).expect(200);
    const list = await agents.author.get(`${base}/api/documents?folder=${folder.id}`).expect(200);
    expect([list.body.total, list.body.documents.length, list.body.next]).to.deep.equal([1, 1, undefined]);
    const names = await change('author', 'post', `${base}/check-names?folder=${folder.id}`).send({
      names: ['one.txt', 'two.txt'],
    });
    expect(names.body.names.map(({ problem }: { problem?: string }) => problem !== undefined)).to.deep.equal([true, false]);
    const upload = await change('author', 'post', `${base}/upload?folder=${folder.id}`).attach(
      'file',
      Buffer.from('mine'),
      'two.txt',
    );
    expect([upload.status, upload.body.documents[0].name]).to.deep.equal([201, 'two (1).txt']);
    const other = await library.documents.ensureFolder(library.system(), 'Not empty', folder.id);
    const inside = await library.add({ name: 'inside.txt', folderId: other.id });
    await putPermissions('documents', inside.id, audiences.operators).expect(200);
    const page = await agents.author.get(`${base}/folders/${other.id}/delete`).expect(200);
    expect(page.text).to.not.match(/1 document|one document/);
    const refused = await library.portal.post(agents.author, `${base}/folders/${other.id}/delete`);
    expect(refused.status).to.equal(403);
    expect((await agents.author.get(`${base}/api/documents?folder=${other.id}`)).status).to.equal(200);
    await putPermissions('folders', other.id, audiences.operators).expect(200);
    const twin = await change('author', 'post', `${base}/folders/new?folder=${folder.id}`).send({ name: 'Not empty' });
    expect([twin.status, twin.body.folder.name]).to.deep.equal([201, 'Not empty (1)']);
    expect((await change('author', 'post', `${base}/folders/new?folder=${other.id}`).send({ name: 'X' })).status).to.equal(404);
    const intoIt = await library.portal.post(agents.author, `${base}/documents/${hidden[0]?.id}/move`, { to: other.id });
    expect(intoIt.status).to.equal(404);
  });

  it('is never remembered by a cache: private from one moment to the next, for conditions and parts too', async () => {
    const document = await library.add({ name: 'cached.jpg', content: await picture(80, 60, 'jpeg') });
    for (const way of ['view', 'thumbnail', 'download']) {
      const path = `${base}/documents/${document.id}/${way}`;
      const before = await agents.guest.get(path).expect(200);
      expect(before.headers['cache-control'], way).to.equal('private, no-cache');
      expect(before.headers['set-cookie'], way).to.equal(undefined);
      await agents.guest.get(path).set('If-None-Match', String(before.headers.etag)).expect(304);
      await putPermissions('documents', document.id, audiences.members).expect(200);
      for (const [header, value] of [
        ['If-None-Match', before.headers.etag],
        ['If-Modified-Since', before.headers['last-modified']],
        ['Range', 'bytes=0-3'],
      ] as const) {
        const after = await agents.guest.get(path).set(header, String(value));
        expect([after.status, after.headers['cache-control']], `${way} ${header}`).to.deep.equal([404, 'no-store']);
      }
      expect((await agents.member.get(path).expect(200)).headers['cache-control'], way).to.equal('no-store');
      await putPermissions('documents', document.id, { inherited: true }).expect(200);
    }
  });

  it('takes API tokens, which see what their person sees and do what their scopes say', async () => {
    const tokenOf = async (who: Who, scopes: readonly string[]): Promise<string> => {
      const page = await library.portal.post(agents[who], '/account/tokens', { name: who, days: '30', scopes: [...scopes] });
      return /id="created-token" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    };
    const scope = 'documents-media.change-permissions';
    const ask = (token: string, id: string) =>
      library.portal.agent().get(`${base}/api/documents/${id}/permissions`).set('Authorization', `Bearer ${token}`);
    const view = 'documents-media.view-documents';
    const allowed = await tokenOf('site administrator', [view, scope]);
    const narrow = await tokenOf('site administrator', [view]);
    const { id } = places.operators.picture;
    expect((await ask(allowed, id)).status).to.equal(200);
    expect((await ask(narrow, id)).status).to.be.oneOf([403, 404]);
    const put = await library.portal
      .agent()
      .put(`${base}/api/documents/${places.everyone.note.id}/permissions`)
      .set('Authorization', `Bearer ${allowed}`)
      .send(audiences.signed);
    expect([put.status, put.body.visibleTo]).to.deep.equal([200, 'signed-in']);
    const { records } = await library.portal.service(AuditLog).list({ area: 'documents-media', subject: 'note-everyone.txt' });
    expect(records[0]?.via).to.equal('api');
  });

  it('says beside what can be chosen who sees it, where that is not everybody', async () => {
    const { text } = await agents.author.get(`${base}/selector?type=image&return=image-url&q=picture-`).expect(200);
    const saying = (name: string): string =>
      new RegExp(`<button class="tile selector-item"[^>]*aria-label="${name}[^"]*"`).exec(text)?.[0] ?? '';
    expect(saying('picture-members.jpg')).to.include('Only members of the site see this');
    expect(saying('picture-authors.jpg')).to.include('Only people with these roles see this: Author');
    expect(saying('picture-everyone.jpg')).to.not.include('Only ');
    const page = await agents.author.get(base).set('Accept', 'text/html').expect(200);
    expect(page.text).to.include('Only members of the site see this');
  });
});
