import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const skipped = new Set(['node_modules', 'dist', '.git', 'data', 'release']);
function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
const files = ['core', 'modules', 'examples', 'views', 'scripts', 'bench', 'test', 'docs']
  .flatMap(filesIn)
  .filter((file) => /\.(?:ts|mjs|hbs|css|json|md)$/.test(file));

/** Words that named a thing of the field before, each with what the field says. In capitals: a part of a name; small: a word, or the part of a key or a file. */
const dialect: Readonly<Record<string, string>> = {
  House: 'portal',
  Atlas: 'catalog',
  Brake: 'rate limiter',
  Surroundings: 'context',
  Census: 'statistics',
  SignInBook: 'repository',
  AccountBook: 'repository',
  SiteBook: 'repository',
  ImageMaker: 'provider client',
  OnceKey: 'idempotency key',
  KeyPauses: 'backoff',
  CarryOut: 'run',
  WordsOf: 'translate',
  ServerTrouble: 'server error',
  TooFast: 'rate limited',
  BadAnswer: 'invalid response',
  ConnectionCut: 'connection error',
  OutOfTokens: 'insufficient quota',
  KeyRejected: 'invalid API key',
  PlaceRefused: 'access denied',
  AddressWrong: 'endpoint not found',
  AddressMissing: 'endpoint missing',
};

/** Where the word means what it says. */
const meant: readonly RegExp[] = [
  // The painter of the sandbox paints houses, and a fixture is a lighthouse.
  /^modules\/ai-sandbox\/server\/painting\//,
  // The compiled sheet of Clay is called that.
  /^scripts\/assets\/theme\.mjs$/,
  // What was released as a migration keeps its name.
  /\/migrations\/|^test\/fixtures\/migrations\.json$/,
  // What was stored under them is looked for.
  /^test\/earlier-states\.test\.ts$/,
  // Says what programs that know the former names read now.
  /^docs\/image-errors\.md$/,
  /^test\/language\.test\.ts$/,
];

/** A word of the dialect in a text: in camelCase, in kebab-case, or alone; `lighthouse` and `household` are others. */
function wordsIn(text: string): readonly string[] {
  return Object.keys(dialect).filter((word) => {
    const small = `${word[0]?.toLowerCase()}${word.slice(1)}`;
    const kebab = small.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return new RegExp(`(?<=[a-z]|\\b)${word}(?![a-z])|(?<![a-zA-Z])(?:${small}|${kebab})(?![a-z])`).test(text);
  });
}

describe('The language of the code', function () {
  // All files are read.
  this.timeout(120_000);
  it('is looked at in names, keys and sentences, and other words that only hold one are let be', () => {
    expect(wordsIn('new SignInBrake(), openHouse, error-atlas')).to.deep.equal(['House', 'Atlas', 'Brake']);
    expect(wordsIn('const onceKey = 1; carry-out')).to.deep.equal(['OnceKey', 'CarryOut']);
    expect(wordsIn('lighthouse, household, Lighthouse, warehouse')).to.deep.equal([]);
  });

  it("has the field's words, in files, names, keys and documents", () => {
    expect(files.length).to.be.greaterThan(1000);
    const found = files
      .filter((file) => !meant.some((place) => place.test(file)))
      .flatMap((file) =>
        [...new Set([...wordsIn(file), ...wordsIn(readFileSync(join(root, file), 'utf8'))])].map(
          (word) => `${file}: ${word}, which the field calls ${dialect[word]}`,
        ),
      );
    expect(found).to.deep.equal([]);
  });

  it('has a name for each module in every language that it speaks', () => {
    const modules = files.flatMap((file) => /^modules\/[^/]+\/package\.json$/.exec(file)?.[0].replace('package.json', '') ?? []);
    expect(modules.length).to.be.greaterThan(10);
    const nameless = modules.flatMap((folder) => {
      const words = files.filter((file) => file.startsWith(`${folder}messages/`) && !file.includes('/sentences.'));
      const lacking = words.filter((file) => {
        const { 'module.name': name } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Readonly<Record<string, unknown>>;
        return typeof name !== 'string' || name === '';
      });
      return words.includes(`${folder}messages/en.json`) ? lacking : [folder, ...lacking];
    });
    expect(nameless).to.deep.equal([]);
  });
});
