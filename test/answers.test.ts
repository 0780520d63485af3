import { openBecause, readableWith, UnitOfWork, z } from '@portico/core';
import type { DeclaredRoute, TestPortal } from '@portico/core/testing';
import { Library, picture } from '@portico/documents-media/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';

const flags = { 'LPD-10793': true };

/** Routes whose answers have keys that they do not name themselves, and say why. */
const openAnswers = ['get ~/documents-media/documents/:id/:kind'];

const nameOf = ({ method, path }: DeclaredRoute): string => `${method} ${path}`;
const camel = (column: string): string => column.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A schema and all that stand in it. */
function partsOf(schema: z.ZodType, seen = new Set<z.ZodType>()): Set<z.ZodType> {
  if (seen.has(schema)) return seen;
  seen.add(schema);
  const def = schema.def as unknown as Readonly<Record<string, unknown>>;
  const inner = schema instanceof z.ZodObject ? Object.values(schema.def.shape) : [];
  const others = [def.innerType, def.element, def.valueType, def.catchall, ...((def.options as unknown[]) ?? [])];
  for (const part of [...inner, ...others]) if (part instanceof z.ZodType) partsOf(part, seen);
  return seen;
}

/** What everybody reads who may call the route. */
function plainKeysOf({ def: { shape } }: z.ZodObject): readonly string[] {
  return Object.keys(shape).filter((key) => readableWith(shape[key] as z.ZodType) === undefined);
}

/** The names of all keys, those of the first entry of each list among them. */
function keysOf(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return keysOf(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [path];
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([key, each]) => keysOf(each, path === '' ? key : `${path}.${key}`)).sort();
}

/** What a reader needs of a picture. */
const readersKeys = [
  ...['altText', 'height', 'id', 'links.download', 'links.page', 'links.thumbnail', 'links.view'],
  ...['mimeType', 'name', 'size', 'width'],
];

describe('The answers of all routes', () => {
  let library: Library;
  let routes: readonly DeclaredRoute[];

  before(async () => {
    library = await Library.open({ flags });
    routes = library.portal.routes();
  });
  after(() => library.close());

  it('are declared: each route that says that it answers JSON says what, of every module', () => {
    const json = routes.filter(({ declaration }) => declaration.answers === 'json');
    expect(json.length).to.be.greaterThan(20);
    const undeclared = json.filter(({ declaration: { answer, events } }) => answer === undefined && events === undefined);
    expect(undeclared.map(nameOf)).to.deep.equal([]);
  });

  it('name their keys, but for what is listed here and what needs a permission', () => {
    const open = routes.filter(({ declaration: { answer } }) => {
      if (answer === undefined || answer === 'bytes') return false;
      return [...partsOf(answer)].some((part) => {
        if (part instanceof z.ZodUnknown || part instanceof z.ZodAny) return part === answer;
        const catchall = part instanceof z.ZodObject ? part.def.catchall : undefined;
        return catchall !== undefined && !(catchall instanceof z.ZodNever) && readableWith(catchall as z.ZodType) === undefined;
      });
    });
    expect(open.map(nameOf).sort()).to.deep.equal(openAnswers);
    for (const { declaration } of open) {
      expect(declaration.access).to.have.property('permission');
      expect(openBecause(declaration.answer as z.ZodType)).to.be.a('string');
    }
  });

  it('are no rows: none has all columns of a table', async () => {
    const tables = await columnsOf(library.portal);
    expect(tables.size).to.be.greaterThan(10);
    const rows = routes.flatMap((route) => {
      const { answer: said, events } = route.declaration;
      const answer = events ?? said;
      if (answer === undefined || answer === 'bytes') return [];
      const shapes = [...partsOf(answer)].filter((part) => part instanceof z.ZodObject).map(plainKeysOf);
      return [...tables]
        .filter(([, columns]) => columns.length > 2 && shapes.some((keys) => columns.every((column) => keys.includes(column))))
        .map(([table]) => `${nameOf(route)}: ${table}`);
    });
    expect(rows).to.deep.equal([]);
  });

  it('have the keys that each role may read, route by route', async () => {
    const { portal } = library;
    const person = { email: 'member@portico.example', password: 'paper boats on the river', name: 'Max Member' };
    const { id } = await portal.service(People).add(person);
    await portal.service(People).grant(id, 'Member', library.home.id);
    const provenance = {
      ...{ kind: 'generated', prompt: 'p', provider: 'openai', model: 'm', size: '512x512', generationId: 'g' },
      ...{ generatedAt: '2026-11-22T10:00:00.000Z', usage: { inputTokens: 1, outputTokens: 2, images: 1 } },
    };
    const content = await picture(40, 30);
    const document = await library.add({ name: 'a.png', content, altText: 'A picture', metadata: { provenance } });
    const people = {
      guest: portal.agent(),
      member: await portal.signIn(person),
      author: library.author,
      administrator: await portal.signIn(),
    };
    const answered: Record<string, Record<string, readonly string[]>> = {};
    for (const route of routes.filter(({ method, declaration }) => method === 'get' && declaration.answer instanceof z.ZodType)) {
      const path = route.path
        .replace('~', '/web/home')
        .replace(':kind', 'provenance')
        .replace(':key', 'LPD-10793')
        .replace(':id', document.id);
      const query = path.endsWith('/similar') ? '?description=p' : '';
      for (const [role, agent] of Object.entries(people)) {
        const answer = await agent.get(path + query).set('Accept', 'application/json');
        expect(answer.status, `${role} ${path}: ${portal.log().split('\n').at(-2)}`).to.be.lessThan(500);
        const isAnswer = answer.status === 200 && answer.type === 'application/json' && !path.endsWith('openapi.json');
        if (isAnswer) answered[role] = { ...answered[role], [nameOf(route)]: keysOf(answer.body) };
      }
    }
    const { guest, member = {}, author = {}, administrator = {} } = answered;
    const one = 'get ~/documents-media/api/documents/:id';
    const report = 'get ~/documents-media/documents/:id/:kind';
    expect(guest).to.deep.equal({ [one]: readersKeys });
    expect(member[one]).to.deep.equal(readersKeys);
    expect(member).not.to.have.any.keys(report, 'get ~/documents-media/api/documents', 'get /api/flags');
    expect(author[one]).to.include.members([
      ...readersKeys,
      'sha256',
      'createdBy',
      'provenance.prompt',
      'provenance.usage.images',
    ]);
    expect(author[one]).to.deep.equal(administrator[one]);
    expect(author[report]).to.include.members(['provenance.prompt', 'versions[].sha256']);
    expect(author).not.to.have.any.keys('get /api/flags', 'get /api/flags/:key', 'get /api/flags/export');
    expect(administrator).to.include.all.keys('get /api/flags', 'get /api/flags/:key', 'get /api/flags/:key/history');
    // Which links of an explanation somebody reads depends on the pages that they may open.
    const { 'get ~/ai-creator/why': _, ...others } = author;
    for (const [route, keys] of Object.entries(others)) expect(administrator[route], route).to.deep.equal(keys);
  });
});

/** The columns of all tables, named as code names them. */
async function columnsOf(portal: TestPortal): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await portal.service(UnitOfWork).read((reader) =>
    reader.query<{ table: string; column: string }>(
      `SELECT master.name AS "table", info.name AS "column" FROM sqlite_master master JOIN pragma_table_info(master.name) info
         WHERE master.type = 'table' AND master.name NOT LIKE 'sqlite_%'`,
    ),
  );
  const tables = new Map<string, string[]>();
  for (const { table, column } of rows) tables.set(table, [...(tables.get(table) ?? []), camel(column)]);
  return tables;
}
