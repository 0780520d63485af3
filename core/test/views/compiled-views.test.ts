import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Handlebars } from '../../libraries/text.js';
import { CompiledViews, type Views } from '../../views/index.js';
import { readViewFiles } from '../../views/view-files.js';
import { pageState, portalViews, testViews } from './view-portal.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Owner {
  readonly id: string;
  readonly folder: string;
  readonly views: ReturnType<typeof readViewFiles>;
}

/** Everything of the portal that has views: itself and its modules. */
const owners: readonly Owner[] = [
  { id: 'core', folder: portalViews, views: readViewFiles(join(portalViews, 'core')) },
  ...readdirSync(join(root, 'modules'))
    .map((name) => ({
      id: name,
      folder: join(root, 'modules', name),
      views: readViewFiles(join(root, 'modules', name, 'views')),
    }))
    .filter(({ views }) => views.size > 0),
];

/** The same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What views read from a model. */
interface Names {
  readonly all: readonly string[];
  /** What they go through row by row. */
  readonly lists: ReadonlySet<string>;
}

function namesIn(sources: Iterable<string>): Names {
  const all = new Set<string>();
  const lists = new Set<string>();
  class Reader extends Handlebars.Visitor {
    override PathExpression(path: hbs.AST.PathExpression): void {
      if (!path.data) for (const part of path.parts) all.add(String(part));
    }
    override BlockStatement(block: hbs.AST.BlockStatement): void {
      const [list] = block.params as hbs.AST.PathExpression[];
      if (block.path.type === 'PathExpression' && (block.path as hbs.AST.PathExpression).original === 'each')
        lists.add(String(list?.parts.at(-1)));
      super.BlockStatement(block);
    }
  }
  for (const source of sources) new Reader().accept(Handlebars.parse(source));
  return { all: [...all], lists };
}

const scalars = [undefined, null, '', 'a <b> & "c"', 'folder', 0, 7, true, false, '2026-11-22T15:40:00Z', new Date(0)];

const mostObjects = 60;

/** A model of which each field may be anything that a view could meet; rows are objects. */
function modelOf(names: Names, next: () => number): object {
  let objects = 0;
  const make = (depth: number): object => {
    objects += 1;
    const list = (): object[] => Array.from({ length: Math.floor(next() * 3) }, () => make(depth + 1));
    const value = (name: string): unknown => {
      if (depth < 3 && objects < mostObjects) {
        if (names.lists.has(name)) return list();
        if (next() < 0.2) return make(depth + 1);
      }
      return names.lists.has(name) ? [] : scalars[Math.floor(next() * scalars.length)];
    };
    return Object.fromEntries(names.all.filter(() => next() < 0.8 / (depth + 1)).map((name) => [name, value(name)]));
  };
  return make(0);
}

describe('Compiled views', () => {
  const layouts = ['page', 'site', 'plain', 'none'] as const;
  const guest = pageState({ csrf: undefined, flash: { kind: 'warning', sentence: 'A <b>.' } }, undefined);
  let portals: readonly Views[];
  let fresh: string[];

  before(async () => {
    fresh = [];
    const kinds = [
      new CompiledViews({ onNew: (digest) => fresh.push(digest) }),
      new CompiledViews({ precompiled: {} }),
      new CompiledViews({ precompiled: {}, stock: true }),
    ];
    portals = kinds.map((compiled) => testViews({ compiled }));
    for (const views of portals)
      for (const { id, folder } of owners) if (id !== 'core') await views.load({ id, folder, manifest: {} });
  });

  it('were all made by the build', () => {
    expect(fresh).to.deep.equal([]);
    expect(owners.map(({ id }) => id)).to.include.members(['core', 'documents-media', 'identity', 'web-content']);
  });

  for (const { id, views } of owners)
    it(`of ${id} show the same as those that the library compiles by itself`, function () {
      this.timeout(20_000);
      const inherited = readViewFiles(join(portalViews, 'layouts'));
      const names = namesIn([...views.values(), ...inherited.values()].map(({ source }) => source));
      let written = 0;
      for (const view of views.keys()) {
        if (view.includes('partials/')) continue;
        for (let seed = 1; seed <= 6; seed += 1) {
          const model = modelOf(names, numbers(seed));
          const layout = layouts[seed % layouts.length];
          const page = seed % 4 === 0 ? guest : pageState();
          const [built, fresh, stock] = portals.map((portal) => portal.render(id, view, model, { layout, title: 'A' }, page));
          expect(built, `${view} ${seed}`).to.equal(stock);
          expect(fresh, `${view} ${seed}`).to.equal(stock);
          written += stock?.length ?? 0;
        }
      }
      expect(written).to.be.greaterThan(1000);
    });
});
