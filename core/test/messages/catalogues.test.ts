import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { buildSync } from 'esbuild';
import type { CompiledMessage, MessageValues } from '../../api/index.js';
import { compileMessage, formatMessage, type ParsedMessage, readMessages } from '../../messages/index.js';
import { filesUnder, type Use, usesInCode, usesInView } from './used-keys.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const packages = ['modules', 'examples'].flatMap((workspace) =>
  readdirSync(join(root, workspace)).map((name) => join(root, workspace, name)),
);
const folders = [join(root, 'core'), ...packages].filter((folder) => existsSync(join(folder, 'messages')));

const catalogueOf = (folder: string): ReadonlyMap<string, ParsedMessage> =>
  readMessages(join(folder, 'messages')).locales.get('en')?.messages ?? new Map();
const core = catalogueOf(join(root, 'core'));

const languages = readdirSync(join(root, 'core/messages'))
  .filter((file) => /^[\w-]+\.json$/.test(file))
  .map((file) => file.replace('.json', ''));

function argumentsOf(messages: readonly ParsedMessage[]): readonly string[] {
  return [...new Set(messages.flatMap((message) => (typeof message === 'string' ? [] : message.arguments)))];
}

/** What is wrong with one use, as lines; nothing when all is well. */
function faultsOf({ at, keys, given }: Use, messages: ReadonlyMap<string, ParsedMessage>): readonly string[] {
  const found = keys.map((key) => {
    if (!key.includes('*')) return [messages.get(key) ?? core.get(key)].filter((message) => message !== undefined);
    const pattern = new RegExp(`^${key.replaceAll('.', '\\.').replaceAll('*', '.+')}$`);
    return [...messages, ...core].filter(([name]) => pattern.test(name)).map(([, message]) => message);
  });
  const missing = keys.filter((_, index) => found[index]?.length === 0);
  if (missing.length > 0) return missing.map((key) => `${at}: there is no message ${key}`);
  if (!given) return [];
  const all = argumentsOf(found.flat());
  const isOne = keys.length === 1 && !keys[0]?.includes('*');
  return [
    ...(isOne ? all.filter((name) => !given.includes(name)).map((name) => `${at}: ${keys[0]} is not given {${name}}`) : []),
    ...given.filter((name) => !all.includes(name)).map((name) => `${at}: ${keys.join(', ')} takes no {${name}}`),
  ];
}

describe('All messages', () => {
  for (const folder of folders) {
    const name = relative(root, folder);
    it(`of ${name} can be read`, () => {
      const { broken, brokenSentences } = readMessages(join(folder, 'messages'));
      expect([
        ...broken.map(
          ({ locale, key, line, column, fault }) => `${locale}.json ${key} (line ${line}, column ${column}): ${fault}`,
        ),
        ...brokenSentences.map(({ locale, sentence, fault }) => `sentences.${locale}.json ${sentence}: ${fault}`),
      ]).to.deep.equal([]);
    });

    it(`of ${name} take the same arguments in every language`, () => {
      const { locales } = readMessages(join(folder, 'messages'));
      const english = catalogueOf(folder);
      const faults = [...locales].flatMap(([locale, { messages }]) =>
        [...messages].flatMap(([key, message]) => {
          const [own, theirs] = [argumentsOf([message]), argumentsOf([english.get(key) ?? ''])];
          return [
            ...own.filter((argument) => !theirs.includes(argument)).map((argument) => `takes {${argument}}, English does not`),
            ...theirs.filter((argument) => !own.includes(argument)).map((argument) => `leaves {${argument}} out`),
          ].map((fault) => `${locale}.json ${key} ${fault}`);
        }),
      );
      expect(faults).to.deep.equal([]);
    });

    it(`of ${name} are there in every language that the portal speaks`, () => {
      const { locales } = readMessages(join(folder, 'messages'));
      const english = [...catalogueOf(folder).keys()];
      const missing = languages.flatMap((locale) => {
        const said = locales.get(locale)?.messages;
        return english.filter((key) => !said?.has(key)).map((key) => `${name}/messages/${locale}.json lacks ${key}`);
      });
      const stray = [...locales].flatMap(([locale, { messages }]) =>
        [...messages.keys()].filter((key) => !english.includes(key)).map((key) => `${locale}.json has ${key}, English does not`),
      );
      expect([...missing, ...stray]).to.deep.equal([]);
    });
  }

  for (const folder of [join(root, 'core'), ...packages]) {
    const name = relative(root, folder);
    it(`that ${name} asks for exist and are given what they take`, () => {
      const messages = catalogueOf(folder);
      const views = folder === join(root, 'core') ? join(root, 'views') : join(folder, 'views');
      const uses = [
        ...filesUnder(folder, '.ts').flatMap((file) => usesInCode(file, root)),
        ...(existsSync(views) ? filesUnder(views, '.hbs').flatMap((file) => usesInView(file, root)) : []),
      ];
      expect(uses.flatMap((use) => faultsOf(use, messages))).to.deep.equal([]);
    });
  }

  it('say the same in the browser', async () => {
    const { outputFiles } = buildSync({
      entryPoints: [join(root, 'core/client/translator.ts')],
      bundle: true,
      format: 'esm',
      write: false,
    });
    const url = `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? '')}`;
    const browser = (await import(url)) as { formatMessage(message: CompiledMessage, values: MessageValues): string };
    let compared = 0;
    for (const message of folders.flatMap((folder) => [...catalogueOf(folder).values()])) {
      if (typeof message === 'string') continue;
      const sent = JSON.parse(JSON.stringify(compileMessage(message))) as CompiledMessage;
      for (const value of [0, 1, 2, 1234.5]) {
        const values = Object.fromEntries(message.arguments.map((argument) => [argument, value]));
        expect(browser.formatMessage(sent, values)).to.equal(formatMessage(message, values, 'en'));
        compared += 1;
      }
    }
    expect(compared).to.be.above(1000);
  });
});
