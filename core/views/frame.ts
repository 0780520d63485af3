import type {
  AccessContext,
  AccessContexts,
  ConditionalContributions,
  Contribution,
  MenuBadge,
  MenuItem,
  PersonalMenuItem,
  ServiceHandle,
  Site,
  SiteDirectory,
} from '../api/index.js';
import { addressPath } from './places.js';

export interface FrameDependencies {
  readonly menuItems: ConditionalContributions<MenuItem>;
  readonly personalMenuItems: ConditionalContributions<PersonalMenuItem>;
  readonly sites: ServiceHandle<SiteDirectory>;
  readonly messages: {
    for(moduleId: string): { text(key: string, values?: undefined, locale?: string): string };
    sentence?(text: string, locale: string): string;
  };
  /** Makes the instance's view of the person who is on a site's page. */
  readonly accessContexts?: Pick<AccessContexts, 'for'>;
}

export interface FrameLink {
  readonly label: string;
  readonly href: string;
  readonly icon: string | undefined;
  readonly current: boolean;
  readonly post: boolean;
  readonly badge?: MenuBadge | undefined;
}

export interface FrameGroup {
  /** Message key of the portal. */
  readonly heading: string;
  readonly links: readonly FrameLink[];
}

/** The portal's menus that are the same for many people. */
export interface SharedMenus {
  /**
   * What stands beside the page: the Product Menu on a site, elsewhere the Control Panel, also on pages that no entry of it leads to; not beside what is
   * the person's own. Without groups there is nothing.
   */
  readonly side: { readonly name: string; readonly groups: readonly FrameGroup[] };
  readonly controlPanel: readonly FrameGroup[];
  readonly sites: readonly FrameLink[];
}

/** The portal's menus as this person sees them on this page. */
export interface Frame {
  readonly shared: SharedMenus;
  /** The same for all whose shared menus show the same; of nobody else. Undefined when an item failed: such menus are of this page alone. */
  readonly key: string | undefined;
  readonly personal: readonly FrameLink[];
}

/** An item that a person sees on a page, before it is written. */
interface ShownItem<T extends MenuItem | PersonalMenuItem> {
  readonly contribution: Contribution<T>;
  readonly href: string;
  readonly current: boolean;
  readonly badge: MenuBadge | undefined;
}

const categories = {
  product: ['content-and-data', 'site-builder', 'configuration', 'system', 'users'],
  'control-panel': ['configuration', 'system', 'users', 'content-and-data', 'site-builder'],
} as const;
type Menu = keyof typeof categories;
const defaultCategory = { product: 'content-and-data', 'control-panel': 'configuration' } as const;
const sitesShown = 12;
const mostKept = 200;

/**
 * Makes the menus of each page. Who sees which item is asked for every page; the menus themselves are written once for all pages that show the
 * same items, with the same one marked, the same badges and the same sites.
 */
export class Frames {
  private readonly kept = new Map<string, SharedMenus>();
  private readonly keptPersonal = new Map<string, readonly FrameLink[]>();
  private readonly numbers = new WeakMap<Contribution<unknown>, number>();
  private last = 0;

  constructor(private readonly dependencies: FrameDependencies) {}

  of(access: AccessContext, path: string): Frame {
    const { accessContexts, menuItems, personalMenuItems } = this.dependencies;
    const instance = access.site ? (accessContexts?.for(access.person, undefined, access.locale) ?? access) : access;
    const ofPerson = shownItems(personalMenuItems, personalMenuItems.visible(access), access, path);
    const controlPanel = itemsOf(menuItems, 'control-panel', instance, path);
    const product = access.site && itemsOf(menuItems, 'product', access, path);
    const listed = controlPanel.length > 0 ? this.sitesFor(access) : [];
    const isPersonal = ofPerson.some(({ current }) => current);
    const key = this.keyOf(access, isPersonal, [controlPanel, product ?? []], listed);
    const personal = this.personal(access, ofPerson);
    const kept = this.kept.get(key);
    if (kept) return { shared: kept, key, personal };
    const panel = this.groups('control-panel', controlPanel, access.locale);
    const groups = product ? this.groups('product', product, access.locale) : [];
    const shared: SharedMenus = {
      side: product ? { name: 'portal.product-menu', groups } : { name: 'portal.control-panel', groups: isPersonal ? [] : panel },
      controlPanel: panel,
      sites: listed.map((site) => siteLink(site, access)),
    };
    // What failed now may have its words the next time.
    const isWhole = countOf(panel) === controlPanel.length && countOf(groups) === (product?.length ?? 0);
    if (!isWhole) return { shared, key: undefined, personal };
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(key, shared);
    return { shared, key, personal };
  }

  /** Words have changed. */
  clear(): void {
    this.kept.clear();
    this.keptPersonal.clear();
  }

  /** The first that the person sees; whether they see the others is not asked. */
  private sitesFor({ person }: AccessContext): readonly Site[] {
    const { accessContexts, sites } = this.dependencies;
    const listed: Site[] = [];
    for (const site of sites.get()?.all() ?? []) {
      if (listed.length === sitesShown) break;
      if (!site.audience || accessContexts?.for(person, site).isAmong(site.audience)) listed.push(site);
    }
    return listed;
  }

  private personal(access: AccessContext, items: readonly ShownItem<PersonalMenuItem>[]): readonly FrameLink[] {
    const key = this.keyOf(access, true, [items], []);
    const kept = this.keptPersonal.get(key);
    if (kept) return kept;
    const links = this.links(this.dependencies.personalMenuItems, items, access.locale);
    if (links.length < items.length) return links;
    if (this.keptPersonal.size >= mostKept) this.keptPersonal.clear();
    this.keptPersonal.set(key, links);
    return links;
  }

  /** Everything that shared menus are made of. */
  private keyOf(
    { locale, site }: AccessContext,
    isPersonal: boolean,
    menus: readonly (readonly ShownItem<MenuItem | PersonalMenuItem>[])[],
    sites: readonly Site[],
  ): string {
    let key = `${locale} ${isPersonal ? '-' : '+'} ${site ? namesOf(site) : ''}`;
    for (const items of menus) {
      key += '\n';
      for (const { contribution, current, badge } of items)
        key += `${current ? '>' : ' '}${this.numberOf(contribution)}${badge ? JSON.stringify(badge) : ''}`;
    }
    for (const each of sites) key += `\n${namesOf(each)}`;
    return key;
  }

  private numberOf(contribution: Contribution<unknown>): number {
    let number = this.numbers.get(contribution);
    if (number === undefined) {
      this.last += 1;
      number = this.last;
      this.numbers.set(contribution, number);
    }
    return number;
  }

  private groups(menu: Menu, items: readonly ShownItem<MenuItem>[], locale: string): readonly FrameGroup[] {
    return categories[menu].flatMap((category) => {
      const inGroup = items.filter(({ contribution: { value } }) => (value.category ?? defaultCategory[menu]) === category);
      return inGroup.length > 0
        ? [{ heading: `portal.menu.${category}`, links: this.links(this.dependencies.menuItems, inGroup, locale) }]
        : [];
    });
  }

  /** An item without words is left out, its module is told, and nothing of that is kept. */
  private links<T extends MenuItem | PersonalMenuItem>(
    among: ConditionalContributions<T>,
    items: readonly ShownItem<T>[],
    locale: string,
  ): FrameLink[] {
    return items.flatMap((item) => among.each(() => this.link(item, locale), [item.contribution]));
  }

  private link<T extends MenuItem | PersonalMenuItem>({ contribution, ...shown }: ShownItem<T>, locale: string): FrameLink {
    const { value, module } = contribution;
    return {
      ...shown,
      label: this.dependencies.messages.for(module).text(value.label, undefined, locale),
      icon: 'icon' in value ? value.icon : undefined,
      post: 'method' in value && value.method === 'post',
    };
  }
}

const countOf = (groups: readonly FrameGroup[]): number => groups.reduce((count, { links }) => count + links.length, 0);

/** One or two letters, as a picture of a person: _AA_ for _Arthur Author_. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0] ?? '', words.length > 1 ? (words.at(-1) ?? '') : ''].map((word) => [...word][0] ?? '');
  return letters.join('').toLocaleUpperCase();
}

function itemsOf(
  items: ConditionalContributions<MenuItem>,
  menu: Menu,
  access: AccessContext,
  path: string,
): readonly ShownItem<MenuItem>[] {
  // Only what is of this menu is asked whether it is there.
  const among = ofMenus(items.all())[menu].filter((item) => items.isVisible(item, access));
  return shownItems(items, among, access, path);
}

type ItemsOfMenus = Readonly<Record<Menu, readonly Contribution<MenuItem>[]>>;
const known = new WeakMap<readonly Contribution<MenuItem>[], ItemsOfMenus>();

/** A point has another list of its contributions whenever one comes or goes, and the list itself never changes. */
function ofMenus(all: readonly Contribution<MenuItem>[]): ItemsOfMenus {
  let menus = known.get(all);
  if (!menus) {
    const of = (menu: Menu): readonly Contribution<MenuItem>[] => all.filter(({ value }) => (value.menu ?? 'product') === menu);
    menus = { product: of('product'), 'control-panel': of('control-panel') };
    if (Object.isFrozen(all)) known.set(all, menus);
  }
  return menus;
}

/** An item that fails is left out, and its module is told. */
function shownItems<T extends MenuItem | PersonalMenuItem>(
  items: ConditionalContributions<T>,
  among: readonly Contribution<T>[],
  access: AccessContext,
  path: string,
): ShownItem<T>[] {
  const shown: ShownItem<T>[] = [];
  for (const contribution of among) {
    const { value } = contribution;
    // Running code in the name of its module takes longer than all the rest; without a badge there is none.
    if ('badge' in value && value.badge) shown.push(...items.each(() => shownItem(contribution, access, path), [contribution]));
    else
      try {
        shown.push(shownItem(contribution, access, path));
      } catch {
        items.each(() => shownItem(contribution, access, path), [contribution]);
      }
  }
  return shown;
}

function shownItem<T extends MenuItem | PersonalMenuItem>(
  contribution: Contribution<T>,
  access: AccessContext,
  path: string,
): ShownItem<T> {
  const { value } = contribution;
  const href = addressPath(value.href, access.site);
  return {
    contribution,
    href,
    current: path === href || path.startsWith(`${href}/`),
    badge: 'badge' in value ? value.badge?.(access) : undefined,
  };
}

function namesOf({ id, name, address }: Site): string {
  return `${id} ${address} ${name}`;
}

function siteLink(site: Site, access: AccessContext): FrameLink {
  return {
    label: site.name,
    href: addressPath('~', site),
    icon: 'sites',
    current: site.id === access.site?.id,
    post: false,
  };
}
