import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const files = ['core', 'modules'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(?:^|\/)(?:dist|node_modules|assets|client)\//.test(file))
    .map((file) => join(folder, file)),
);

/** Aliases that SQLite gives back as they are written, and PostgreSQL in lower case. */
const foldedAliases = (source: string): readonly string[] =>
  [...source.matchAll(/\bAS ([a-z]+[A-Z]\w*)/g)].map((match) => match[1] ?? '');

describe('SQL of the portal', () => {
  it('quotes the aliases of columns that have capitals, so that every database keeps them', () => {
    expect(foldedAliases('SELECT blob_id AS blobId, size AS "fileSize", COUNT(*) AS count')).to.deep.equal(['blobId']);
    const sources = files.map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));
    expect(sources.filter(({ source }) => /\bAS "[a-z]+[A-Z]/.test(source)).length).to.be.greaterThan(5);
    expect(sources.flatMap(({ file, source }) => foldedAliases(source).map((alias) => `${file}: ${alias}`))).to.deep.equal([]);
  });
});
