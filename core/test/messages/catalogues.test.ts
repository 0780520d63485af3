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
      const broken = readMessages(join(folder, 'messages')).broken.map(
        ({ locale, key, line, column, fault }) => `${locale}.json ${key} (line ${line}, column ${column}): ${fault}`,
      );
      expect(broken).to.deep.equal([]);
    });

    it(`of ${name} take the same arguments in every language`, () => {
      const { locales } = readMessages(join(folder, 'messages'));
      const english = catalogueOf(folder);
      const faults = [...locales].flatMap(([locale, { messages }]) =>
        [...messages].flatMap(([key, message]) =>
          argumentsOf([message])
            .filter((argument) => !argumentsOf([english.get(key) ?? '']).includes(argument))
            .map((argument) => `${locale}.json ${key} takes {${argument}}, English does not`),
        ),
      );
      expect(faults).to.deep.equal([]);
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
