import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { distribution } from '../portal/project-root.js';
import { type ModulePackage, sourcesOf, textOf } from './package-file.js';

/** What every page has. */
const portalAssets = resolve(import.meta.dirname, '../assets');
const mentions = [/\bicon\s*[(:=]?\s*['"]([a-z0-9-]+)['"]/g, /\bicon(?:Name)?\s*:[^'"\n]*['"]([a-z0-9-]+)['"]/g];

/** A rule of the theme that no page has unless a module brings it. */
interface SpareRule {
  readonly classes: readonly string[];
  readonly css: string;
}

export interface ModuleTheme {
  /** A sprite of the icons that the module names and the portal's own lacks; empty when there is none. */
  readonly icons: string;
  /** Rules for the classes that the module sets and the portal's sheet lacks; empty when there is none. */
  readonly rules: string;
  /** Names that are no icon's. */
  readonly unknownIcons: readonly string[];
}

/** What a module's sources name of the theme and no page has by itself. Outside of an installed portal there is nothing to take it from. */
export function buildTheme({ folder }: ModulePackage): ModuleTheme {
  const sources = sourcesOf(folder, /\.(?:hbs|ts)$/).filter((file) => !file.startsWith(join(folder, 'test/')));
  const text = textOf(sources);
  const spare = readTheme<Readonly<Record<string, string>>>('icons.json') ?? {};
  const names = [...new Set(mentions.flatMap((mention) => [...text.matchAll(mention)].map(([, name = '']) => name)))].sort();
  const lacking = names.filter((name) => !iconsOfPortal().has(name));
  const symbols = lacking.flatMap((name) => spare[name] ?? []);
  return {
    icons: symbols.length > 0 ? `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>` : '',
    rules: rulesFor(text),
    unknownIcons: Object.keys(spare).length > 0 ? lacking.filter((name) => !(name in spare)) : [],
  };
}

function rulesFor(text: string): string {
  const words = new Set(text.match(/[\w-]+/g));
  const known = classesOfPortal();
  const isWanted = ({ classes }: SpareRule): boolean =>
    classes.every((name) => words.has(name)) && classes.some((name) => !known.has(name));
  return (readTheme<readonly SpareRule[]>('clay.json') ?? [])
    .filter(isWanted)
    .map(({ css }) => css)
    .join('');
}

/** Every class for which the portal has a rule. */
export function classesOfPortal(): ReadonlySet<string> {
  const sheet = readFileSync(join(portalAssets, 'portico.css'), 'utf8');
  return new Set([...sheet.matchAll(/\.(-?[a-zA-Z_][\w-]*)/g)].map(([, name = '']) => name));
}

function iconsOfPortal(): ReadonlySet<string> {
  const sprite = readFileSync(join(portalAssets, 'icons.svg'), 'utf8');
  return new Set([...sprite.matchAll(/<symbol id="([^"]+)"/g)].map(([, name = '']) => name));
}

function readTheme<T>(file: string): T | undefined {
  const path = join(distribution.root, 'theme', file);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
}
