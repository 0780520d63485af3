import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CallExpression, type Expression, type NewExpression, type ObjectExpression, parse } from 'acorn';
import { simple } from 'acorn-walk';
import { expect } from 'chai';
import { transformSync } from 'esbuild';
import { MessageCatalog, readMessages } from '../../messages/index.js';
import { Sentences } from '../../messages/sentences.js';
import { TestFolder } from '../views/view-portal.js';
import { filesUnder } from './used-keys.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

describe('Sentences of code', () => {
  const german = new Sentences('de');
  german.add(
    new Map([
      ['Enter a name.', 'Geben Sie einen Namen ein.'],
      ['{name} is (too) large: {problem}', '„{name}“ ist zu groß: {problem}'],
    ]),
  );

  it('are translated by what they say, whatever stands in their places, sentences too', () => {
    expect([
      german.translate('Enter a name.'),
      german.translate('a.png is (too) large: Enter a name.'),
      german.translate('a.png is too large: Enter a name.'),
    ]).to.deep.equal(['Geben Sie einen Namen ein.', '„a.png“ ist zu groß: Geben Sie einen Namen ein.', undefined]);
  });

  it('are refused with what is wrong', () => {
    const texts = new Map([
      ['Of {name}.', 'Von {nmae}.'],
      ['Broken.', 'Kaputt {'],
    ]);
    expect(new Sentences('de').add(texts)).to.deep.equal([
      { sentence: 'Of {name}.', fault: 'it takes {nmae}, which the sentence does not have' },
      { sentence: 'Broken.', fault: 'expect argument closing brace' },
    ]);
  });

  it('are found among those of all modules that run, in the language of who asks', async () => {
    const portal = new TestFolder().write('en.json', '{}').write('sentences.de.json', '{"Go on.": "Weiter."}');
    const folder = new TestFolder()
      .write('messages/en.json', '{}')
      .write('messages/sentences.de.json', '{"Stop {it}.": "Halt, {it}."}')
      .write('messages/sentences.de-CH.json', '{"Go on.": "Fahren Sie weiter."}');
    const catalog = new MessageCatalog({
      viewsFolder: portal.path,
      currentLocale: () => 'de-AT',
      log: { warn: () => undefined },
    });
    const loaded = await catalog.load({ id: 'demo', folder: folder.path, manifest: {} });
    expect(['Go on.', 'Stop Ada.', 'Other.'].map((text) => catalog.sentence(text))).to.deep.equal([
      'Weiter.',
      'Halt, Ada.',
      'Other.',
    ]);
    expect(['Go on.', 'Stop Ada.'].map((text) => catalog.sentence(text, 'de-CH'))).to.deep.equal([
      'Fahren Sie weiter.',
      'Halt, Ada.',
    ]);
    expect([catalog.sentence('Go on.', 'en-GB'), catalog.sentence('Go on.', 'fr')]).to.deep.equal(['Go on.', 'Go on.']);
    await loaded.dispose();
    expect(catalog.sentence('Stop Ada.')).to.equal('Stop Ada.');
    portal.remove();
    folder.remove();
  });
});

/** What speaks in a terminal, about code, or to who writes modules: in English. */
const inEnglish =
  /(^|\/)(dist|node_modules|test|testing|assets|client|commands|cli|authoring|packages|config|migrations|development|watchdog|bin)\/|commands?\.ts$/;

/** The text of an expression with `x` in its places; undefined when it is no text that stands here. */
function textOf(expression: Expression | undefined, constants: ReadonlyMap<string, string>): string | undefined {
  if (expression?.type === 'Literal') return typeof expression.value === 'string' ? expression.value : undefined;
  if (expression?.type === 'TemplateLiteral') return expression.quasis.map(({ value }) => value.cooked ?? '').join('x');
  return expression?.type === 'Identifier' ? constants.get(expression.name) : undefined;
}

const optionOf = (options: ObjectExpression | undefined, name: string): Expression | undefined => {
  for (const property of options?.properties ?? [])
    if (property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === name)
      return property.value as Expression;
  return undefined;
};

const literal = (expression: Expression | undefined): unknown => (expression?.type === 'Literal' ? expression.value : undefined);

/** Sentences that people read on a screen: those of errors that are shown, and of fields. */
function sentencesIn(file: string): readonly string[] {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    loader: 'ts',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
  });
  const tree = parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  const constants = new Map<string, string>();
  simple(tree, {
    VariableDeclarator({ id, init }) {
      const text = textOf(init ?? undefined, constants);
      if (id.type === 'Identifier' && text !== undefined) constants.set(id.name, text);
    },
  });
  const found: (string | undefined)[] = [];
  const call = ({ callee, arguments: given }: CallExpression | NewExpression): void => {
    const [first, second, third] = given as Expression[];
    const name = callee.type === 'Identifier' ? callee.name : '';
    if (name === 'PortalError') {
      const options = third?.type === 'ObjectExpression' ? third : undefined;
      const status = literal(optionOf(options, 'status')) ?? 500;
      const isShown = literal(optionOf(options, 'expose')) ?? (typeof status === 'number' && status < 500);
      if (isShown === true) found.push(textOf(second, constants));
    }
    if (name === 'invalidInput') {
      found.push(textOf(second, constants));
      if (first?.type === 'ObjectExpression')
        for (const property of first.properties)
          if (property.type === 'Property') found.push(textOf(property.value as Expression, constants));
    }
    if (name === 'notFound')
      found.push(first ? `This ${textOf(first, constants) ?? 'x'} does not exist, or you may not see it.` : undefined);
  };
  simple(tree, { CallExpression: call, NewExpression: call });
  return found.filter((text) => text !== undefined && /^[A-Z"x].*[.!?]$/s.test(text)) as string[];
}

describe('German', () => {
  const packages = readdirSync(join(root, 'modules')).map((name) => join(root, 'modules', name));

  it('has every sentence of an error that a page shows', () => {
    const german = new Sentences('de');
    for (const folder of [join(root, 'core'), ...packages])
      german.add(readMessages(join(folder, 'messages')).sentences.get('de') ?? new Map());
    const missing = [join(root, 'core'), ...packages]
      .flatMap((folder) => filesUnder(folder, '.ts', inEnglish))
      .flatMap((file) =>
        sentencesIn(file)
          .filter((sentence) => german.translate(sentence) === undefined)
          .map((sentence) => `${relative(root, file)}: ${sentence}`),
      );
    expect([...new Set(missing)]).to.deep.equal([]);
  });

  it('has what the page of a job says when it was given up, or failed in a way nobody thought of', () => {
    const german = new Sentences('de');
    german.add(readMessages(join(root, 'core', 'messages')).sentences.get('de') ?? new Map());
    for (const sentence of [
      'It was begun several times and came no further each time. The log says what happened.',
      'Something unexpected happened. The log says what.',
    ])
      expect(german.translate(sentence), sentence).not.to.equal(undefined);
  });
});
