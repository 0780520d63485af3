import type {
  AccessContext,
  AccessContexts,
  ConditionalContributions,
  Contribution,
  MenuBadge,
  MenuItem,
  PersonalMenuItem,
  ServiceHandle,
  SiteDirectory,
} from '../api/index.js';
import { addressPath } from './places.js';

export interface FrameDependencies {
  readonly menuItems: ConditionalContributions<MenuItem>;
  readonly personalMenuItems: ConditionalContributions<PersonalMenuItem>;
  readonly sites: ServiceHandle<SiteDirectory>;
  readonly messages: { for(moduleId: string): { text(key: string, values?: undefined, locale?: string): string } };
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

/** The portal's menus as this person sees them on this page. */
export interface Frame {
  /**
   * What stands beside the page: the Product Menu on a site, elsewhere the Control Panel, also on pages that no entry of it leads to; not beside what is
   * the person's own. Without groups there is nothing.
   */
  readonly side: { readonly name: string; readonly groups: readonly FrameGroup[] };
  readonly controlPanel: readonly FrameGroup[];
  readonly sites: readonly FrameLink[];
  readonly personal: readonly FrameLink[];
}

const categories = {
  product: ['content-and-data', 'site-builder', 'configuration', 'system', 'users'],
  'control-panel': ['configuration', 'system', 'users', 'content-and-data', 'site-builder'],
} as const;
const defaultCategory = { product: 'content-and-data', 'control-panel': 'configuration' } as const;
const sitesShown = 12;

export function buildFrame(dependencies: FrameDependencies, access: AccessContext, path: string): Frame {
  const instance = access.site ? (dependencies.accessContexts?.for(access.person, undefined, access.locale) ?? access) : access;
  const { personalMenuItems } = dependencies;
  const controlPanel = groups(dependencies, 'control-panel', instance, path);
  const personal = links(dependencies, personalMenuItems, personalMenuItems.visible(access), access, path);
  return {
    side: access.site
      ? { name: 'portal.product-menu', groups: groups(dependencies, 'product', access, path) }
      : { name: 'portal.control-panel', groups: personal.some(({ current }) => current) ? [] : controlPanel },
    controlPanel,
    sites: controlPanel.length > 0 ? siteLinks(dependencies, access) : [],
    personal,
  };
}

/** One or two letters, as a picture of a person: _AA_ for _Arthur Author_. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0] ?? '', words.length > 1 ? (words.at(-1) ?? '') : ''].map((word) => [...word][0] ?? '');
  return letters.join('').toLocaleUpperCase();
}

function groups(
  dependencies: FrameDependencies,
  menu: keyof typeof categories,
  access: AccessContext,
  path: string,
): readonly FrameGroup[] {
  const { menuItems } = dependencies;
  // Only what is of this menu is asked whether it is there.
  const inMenu = menuItems.all().filter((item) => (item.value.menu ?? 'product') === menu && menuItems.isVisible(item, access));
  return categories[menu].flatMap((category) => {
    const inGroup = inMenu.filter(({ value }) => (value.category ?? defaultCategory[menu]) === category);
    const found = inGroup.length > 0 ? links(dependencies, menuItems, inGroup, access, path) : [];
    return found.length > 0 ? [{ heading: `portal.menu.${category}`, links: found }] : [];
  });
}

function links<T extends MenuItem | PersonalMenuItem>(
  dependencies: FrameDependencies,
  items: ConditionalContributions<T>,
  among: readonly Contribution<T>[],
  access: AccessContext,
  path: string,
): FrameLink[] {
  return items.each((item, { module }) => {
    const href = addressPath(item.href, access.site);
    return {
      label: dependencies.messages.for(module).text(item.label, undefined, access.locale),
      href,
      icon: 'icon' in item ? item.icon : undefined,
      current: path === href || path.startsWith(`${href}/`),
      post: 'method' in item && item.method === 'post',
      badge: 'badge' in item ? item.badge?.(access) : undefined,
    };
  }, among);
}

function siteLinks({ sites }: FrameDependencies, access: AccessContext): FrameLink[] {
  const all = sites.get()?.all() ?? [];
  return all.slice(0, sitesShown).map((site) => ({
    label: site.name,
    href: addressPath('~', site),
    icon: 'sites',
    current: site.id === access.site?.id,
    post: false,
  }));
}
