import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Disposable, type Log, type Messages, toDisposable } from '../api/index.js';
import { readMessageFile } from './message-file.js';

const fallbackLocale = 'en';
const portal = 'core';

type Texts = ReadonlyMap<string, string>;
type Locales = ReadonlyMap<string, Texts>;

/** A module as far as its words matter. */
export interface MessageOwner {
  readonly id: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: { readonly messages?: string };
}

export interface MessageCatalogOptions {
  readonly log: Pick<Log, 'warn'>;
  /** Folder of the portal's own words. */
  readonly viewsFolder?: string;
}

/** All words of the portal. A text is looked for in the module's locale, its English, the portal's locale, the portal's English. */
export class MessageCatalog {
  private readonly owners = new Map<string, Locales>();
  private readonly views = new Map<string, Messages>();
  /** By module, then by locale. */
  private readonly chains = new Map<string, Map<string, readonly Texts[]>>();
  private readonly reported = new Set<string>();

  constructor(private readonly options: MessageCatalogOptions) {
    this.owners.set(portal, readFolder(options.viewsFolder ?? fileURLToPath(new URL('../../messages', import.meta.url))));
  }

  /** @throws PortalError `messages-invalid` */
  async load(module: MessageOwner): Promise<Disposable> {
    this.owners.set(module.id, readFolder(join(module.folder, module.manifest.messages ?? 'messages')));
    this.chains.clear();
    return toDisposable(() => {
      this.owners.delete(module.id);
      this.chains.clear();
    });
  }

  /** The words of one module; good for as long as the portal stands, whether the module runs or not. */
  for(moduleId: string): Messages {
    let messages = this.views.get(moduleId);
    if (!messages) {
      messages = { text: (key, values, locale) => this.text(moduleId, key, values, locale) };
      this.views.set(moduleId, messages);
    }
    return messages;
  }

  private text(
    moduleId: string,
    key: string,
    values: Readonly<Record<string, string | number>> = {},
    locale: string = fallbackLocale,
  ): string {
    for (const texts of this.chain(moduleId, locale)) {
      const text = texts.get(key);
      if (text !== undefined) return fill(text, values);
    }
    this.report(moduleId, key);
    return key;
  }

  private chain(moduleId: string, locale: string): readonly Texts[] {
    let known = this.chains.get(moduleId);
    if (!known) {
      known = new Map();
      this.chains.set(moduleId, known);
    }
    let chain = known.get(locale);
    if (!chain) {
      const locales = new Set([locale, locale.split('-')[0] ?? locale, fallbackLocale]);
      chain = [moduleId, portal].flatMap((owner) => [...locales].flatMap((wanted) => this.owners.get(owner)?.get(wanted) ?? []));
      known.set(locale, chain);
    }
    return chain;
  }

  private report(moduleId: string, key: string): void {
    const name = `${moduleId} ${key}`;
    if (this.reported.has(name)) return;
    this.reported.add(name);
    this.options.log.warn('A message is missing.', { module: moduleId, key });
  }
}

function readFolder(folder: string): Locales {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(files.map((name) => [name.slice(0, -'.json'.length), readMessageFile(join(folder, name))]));
}

/** Texts with places, cut apart: what is between them, and at odd positions their names. As many as there are messages. */
const cut = new Map<string, readonly string[]>();

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  if (!text.includes('{')) return text;
  let parts = cut.get(text);
  if (!parts) {
    parts = text.split(/\{(\w+)\}/);
    cut.set(text, parts);
  }
  let filled = parts[0] ?? '';
  for (let index = 1; index < parts.length; index += 2) {
    const name = parts[index] ?? '';
    filled += (Object.hasOwn(values, name) ? String(values[name]) : `{${name}}`) + parts[index + 1];
  }
  return filled;
}
