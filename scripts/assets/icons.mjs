import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './files.mjs';

const folder = join(root, 'node_modules/@clayui/css/lib/images/icons');
const mentions = [/\bicon\s*[(:=]?\s*['"]([a-z0-9-]+)['"]/g, /\bicon(?:Name)?\s*:[^'"\n]*['"]([a-z0-9-]+)['"]/g];

/** Icons that no source names whole. */
const always = ['times', 'exclamation-full', 'check-circle-full', 'warning-full', 'info-circle'];

/** One sprite of the icons that the sources name. */
export async function buildIcons(sources) {
  const names = new Set(always);
  for (const file of sources.filter((source) => /\.(hbs|ts)$/.test(source))) {
    const text = await readFile(file, 'utf8');
    for (const mention of mentions) for (const [, name] of text.matchAll(mention)) names.add(name);
  }
  const symbols = [];
  for (const name of [...names].sort()) {
    const file = join(folder, `${name}.svg`);
    if (existsSync(file)) symbols.push(toSymbol(name, await readFile(file, 'utf8')));
    else console.warn(`There is no icon "${name}".`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}

/** Every icon there is, as symbols by name: modules of others may name any. */
export async function allIcons() {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.svg')).sort();
  const symbols = files.map(async (file) => {
    const name = file.slice(0, -'.svg'.length);
    return [name, toSymbol(name, await readFile(join(folder, file), 'utf8'))];
  });
  return Object.fromEntries(await Promise.all(symbols));
}

function toSymbol(name, svg) {
  const viewBox = /viewBox="([^"]+)"/.exec(svg)?.[1] ?? '0 0 512 512';
  const drawing = svg
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^[\s\S]*?<svg[^>]*>/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/ class="[^"]*"/g, '')
    .replace(/\s*\n\s*/g, '');
  return `<symbol id="${name}" viewBox="${viewBox}">${drawing}</symbol>`;
}
