import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { PortalError } from '../api/index.js';
import type { InstalledModule } from '../kernel/index.js';
import { type ParsedMessage, quotedArguments, type ReadMessages, readMessageFile, readMessages } from '../messages/index.js';
import { distribution } from '../portal/project-root.js';
import { CompiledViews, Views } from '../views/index.js';
import { type ModulePackage, sourcesOf, textOf } from './package-file.js';
import { buildTheme, classesOfPortal } from './theme.js';

/** Views that do not compile, or name what is not there. */
export async function viewFaults(module: InstalledModule): Promise<readonly string[]> {
  const views = new Views({
    messages: { for: () => ({ text: String, compiled: String }) },
    assets: { url: String },
    viewsFolder: join(distribution.root, 'views'),
    log: { info: () => undefined, warn: () => undefined },
    compiled: new CompiledViews({ precompiled: {} }),
  } as unknown as ConstructorParameters<typeof Views>[0]);
  try {
    await views.load(module);
    return [];
  } catch (error) {
    if (error instanceof PortalError) return [error.message];
    throw error;
  }
}

export function iconFaults(module: ModulePackage): readonly string[] {
  return buildTheme(module).unknownIcons.map((name) => `There is no icon "${name}".`);
}

/**
 * Messages that cannot be read or would lose what they are given, keys that one language lacks, keys that views and code name and nobody says.
 */
export function messageFaults({ folder, content: { portico } }: ModulePackage): readonly string[] {
  const messages = join(folder, portico.messages ?? 'messages');
  const files = existsSync(messages) ? readdirSync(messages).filter((name) => name.endsWith('.json')) : [];
  if (!files.includes('en.json')) return [`messages/en.json is missing: English is what stands where a language has no words.`];
  const named = files.filter((name) => !name.startsWith('sentences.')).sort();
  const languages = new Map(named.map((name) => [basename(name, '.json'), readMessageFile(join(messages, name))]));
  const english = languages.get('en') ?? new Map<string, string>();
  const read = readMessages(messages);
  const broken = [
    ...read.broken.map(
      ({ locale, key, fault, line, column }) =>
        `messages/${locale}.json: "${key}" cannot be read: ${fault} (line ${line}, column ${column}).`,
    ),
    ...read.brokenSentences.map(
      ({ locale, sentence, fault }) => `messages/sentences.${locale}.json: "${sentence}" cannot be translated: ${fault}.`,
    ),
    ...[...languages].flatMap(([locale, texts]) => [...texts].flatMap(([key, text]) => quoteFaults(locale, key, text))),
    ...argumentFaults(read),
  ];
  const uneven = [...languages].flatMap(([locale, texts]) => [
    ...[...english.keys()].filter((key) => !texts.has(key)).map((key) => `messages/${locale}.json lacks "${key}".`),
    ...[...texts.keys()]
      .filter((key) => !english.has(key))
      .map((key) => `messages/${locale}.json has "${key}", which English lacks.`),
  ]);
  const nameless = english.has('module.name')
    ? []
    : ['messages/en.json lacks "module.name", which is what people call the module.'];
  return [...broken, ...nameless, ...uneven, ...unsaid(folder, english)];
}

/** Other programs that read the format take such an argument for text. */
function quoteFaults(locale: string, key: string, text: string): readonly string[] {
  return quotedArguments(text).map(
    (name) => `messages/${locale}.json: "${key}" has an apostrophe before {${name}}. Write two of them ('') there.`,
  );
}

/** What a language takes and English does not would stay a place to fill in; what it does not take is not told to who reads it. */
function argumentFaults({ locales }: ReadMessages): readonly string[] {
  const english = locales.get('en')?.messages;
  return [...locales].flatMap(([locale, { messages }]) =>
    [...messages].flatMap(([key, message]) => {
      const original = english?.get(key);
      if (original === undefined) return [];
      const [here, there] = [argumentsOf(message), argumentsOf(original)];
      return [
        ...here.filter((name) => !there.includes(name)).map((name) => `takes {${name}}, which English does not`),
        ...there.filter((name) => !here.includes(name)).map((name) => `leaves {${name}} out`),
      ].map((fault) => `messages/${locale}.json: "${key}" ${fault}.`);
    }),
  );
}

const argumentsOf = (message: ParsedMessage): readonly string[] => (typeof message === 'string' ? [] : message.arguments);

const asked = [
  /\{\{[^}]*?\(?\bt\s+'([\w.-]+)'/g,
  /\.(?:text|compiled)\(\s*'([\w.-]+)'/g,
  /\b(?:label|title|help|called|powerful): '([a-z][\w-]*(?:\.[\w-]+)+)'/g,
];

function unsaid(folder: string, english: ReadonlyMap<string, string>): readonly string[] {
  // A view that is shown in place of another module's has the words of that one.
  const isOwnText = (file: string): boolean => !/^test\/|\/overrides\//.test(relative(folder, file));
  const text = textOf(sourcesOf(folder, /\.(?:hbs|ts)$/).filter(isOwnText));
  const ofPortal = readMessageFile(join(import.meta.dirname, '../../messages/en.json'));
  const keys = new Set(asked.flatMap((pattern) => [...text.matchAll(pattern)].map(([, key = '']) => key)));
  return [...keys]
    .filter((key) => !english.has(key) && !ofPortal.has(key))
    .map((key) => `Nobody says "${key}": it is not in messages/en.json.`);
}

/** Rules of the module's sheets that would change what is not the module's: every selector has to name a class, an id or an element of its own. */
export function styleFaults({ folder }: ModulePackage): readonly string[] {
  const assets = join(folder, 'assets');
  if (!existsSync(assets)) return [];
  const known = classesOfPortal();
  return sourcesOf(assets, /\.css$/).flatMap((file) =>
    selectorsIn(readFileSync(file, 'utf8'))
      .filter((selector) => !isOwn(selector, known))
      .map(
        (selector) =>
          `${relative(folder, file)}: the rule "${selector}" reaches what is not the module's. Begin it with a class of your own.`,
      ),
  );
}

/** A class or id that the portal has no rule for, or a custom element that is none of the portal's. Relations such as `:not(.x)` do not count. */
function isOwn(selector: string, known: ReadonlySet<string>): boolean {
  const plain = selector.replace(/:(?:not|has)\((?:[^()]|\([^()]*\))*\)/g, '');
  const names = [...plain.matchAll(/[.#](-?[a-zA-Z_][\w-]*)/g)].map(([, name = '']) => name);
  const elements = [...plain.matchAll(/(?:^|[\s>+~(,])([a-z][a-z0-9]*-[\w-]+)/g)].map(([, name = '']) => name);
  return names.some((name) => !known.has(name)) || elements.some((name) => !name.startsWith('portico-'));
}

/** The selectors of a sheet, one by one; of rules inside of rules those of the outermost. */
function selectorsIn(css: string): readonly string[] {
  const text = css.replace(/\/\*[\s\S]*?\*\//g, '').replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""');
  const selectors: string[] = [];
  const around: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (sign === ';') start = index + 1;
    if (sign === '}') {
      around.pop();
      start = index + 1;
    }
    if (sign !== '{') continue;
    const prelude = text.slice(start, index).trim();
    const isInRule = around.some(
      (each) => !each.startsWith('@') || /^@(?:-\w+-)?(?:keyframes|font-face|property|page)/.test(each),
    );
    if (!prelude.startsWith('@') && !isInRule) selectors.push(...splitList(prelude));
    around.push(prelude);
    start = index + 1;
  }
  return selectors;
}

function splitList(list: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= list.length; index += 1) {
    if (list[index] === '(') depth += 1;
    if (list[index] === ')') depth -= 1;
    if (index < list.length && (list[index] !== ',' || depth > 0)) continue;
    parts.push(list.slice(start, index).trim());
    start = index + 1;
  }
  return parts.filter((part) => part !== '');
}
