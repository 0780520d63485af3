import { type Audience, AuditLog, SiteDirectory } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
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
  this.timeout(60_000);
  let library: Library;
  let agents: Record<Who, Agent>;
  let tokens: Record<Who, string>;
  let places: Record<Where, Place>;

  const putPermissions = (kind: 'folders' | 'documents', id: string, body: object, who: Who = 'administrator') =>
    change(who, 'put', `${base}/api/${kind}/${id}/permissions`).send(body);
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
    const forReaders = ['page', 'json', 'file', 'head', 'picture', 'thumbnail', 'range'];
    for (const who of everybody)
      for (const [way, ask] of Object.entries(ways)) {
        const none = await ask(agents[who], nothing);
        for (const where of Object.keys(places) as Where[]) {
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
});
