import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  AccessContext,
  ConditionalContributions,
  Contribution,
  MenuItem,
  PageAddition,
  PersonalMenuItem,
  Site,
} from '../../api/index.js';
import { MessageCatalog } from '../../messages/index.js';
import { Assets, type CompiledViews, type PageState, Views } from '../../views/index.js';

export const portalViews = fileURLToPath(new URL('../../../../views', import.meta.url));
export const silentLog = { info: () => {}, warn: () => {} };
export const homeSite: Site = { id: '1', address: 'home', name: 'Home' };

/** Files of a made-up module or portal in a folder of their own. */
export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'portico-views-'));

  write(name: string, content: string | Uint8Array): this {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return this;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface TestViewsOptions {
  readonly viewsFolder?: string;
  readonly menuItems?: readonly Contribution<MenuItem>[] | ConditionalContributions<MenuItem>;
  readonly personalMenuItems?: readonly Contribution<PersonalMenuItem>[];
  readonly pageAdditions?: readonly Contribution<PageAddition>[];
  readonly compiled?: CompiledViews;
}

export function testViews({
  viewsFolder = portalViews,
  menuItems = [],
  personalMenuItems = [],
  pageAdditions = [],
  compiled,
}: TestViewsOptions = {}): Views {
  return new Views({
    menuItems: 'all' in menuItems ? menuItems : someContributions(menuItems),
    personalMenuItems: someContributions(personalMenuItems),
    pageAdditions: someContributions(pageAdditions),
    sites: {
      get: () => ({
        all: () => [homeSite],
        trashed: () => [],
        byId: () => homeSite,
        byAddress: () => homeSite,
        onDidChange: () => never,
      }),
    },
    messages: new MessageCatalog({ log: silentLog }),
    assets: new Assets({ log: silentLog }),
    viewsFolder,
    log: silentLog,
    ...(compiled ? { compiled } : {}),
  });
}

const never = { dispose: (): void => {} };

export function someContributions<T>(all: readonly Contribution<T>[]): ConditionalContributions<T> {
  return {
    all: () => all,
    visible: () => all,
    isVisible: () => true,
    explain: () => undefined,
    each: (use, among = all) => among.map((contribution) => use(contribution.value, contribution)),
    onDidChange: () => never,
  };
}

export function noContributions<T>(): ConditionalContributions<T> {
  return someContributions<T>([]);
}

export function menuItem(id: string, value: MenuItem): Contribution<MenuItem> {
  return { id, module: 'demo', order: 100, when: undefined, value };
}

export function pageState(changes: Partial<PageState> = {}, site: Site | undefined = homeSite): PageState {
  const access: AccessContext = {
    person: { id: 'p', kind: 'person', email: 'ada@portico.example', name: 'Ada <b>' },
    site,
    scope: site ? { kind: 'site', siteId: site.id } : { kind: 'instance' },
    locale: 'en',
    can: () => true,
    isAmong: () => true,
  };
  return {
    nonce: 'n0nce',
    csrf: 'tok"en',
    access,
    path: '/web/home/demo',
    query: '',
    flash: undefined,
    reference: 'r-1',
    ...changes,
  };
}
