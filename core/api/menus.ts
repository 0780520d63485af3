import type { AccessContext } from './access.js';
import { type ConditionalPoint, extensionPoint } from './tokens.js';

/** What a menu says beside an entry, e.g. how much waits there. Words of the person's language. */
export interface MenuBadge {
  /** Short, a number at best. */
  readonly text: string;
  /** The same in words, which end the link's name for those who hear it: `2 ready`. */
  readonly label: string;
  readonly kind: 'info' | 'success' | 'warning' | 'danger';
}

/** An entry of the Product Menu (one site's sidebar) or of the Control Panel (Global Menu). */
export interface MenuItem {
  /** Message key, looked up in the contributing module. */
  readonly label: string;
  /** `~/x` leads into the current site, `/x` to the instance. */
  readonly href: string;
  /** Default `product`. */
  readonly menu?: 'product' | 'control-panel';
  /** The heading it stands under. Default `content-and-data` in the Product Menu, `configuration` in the Control Panel. */
  readonly category?: 'content-and-data' | 'configuration' | 'system' | 'users' | 'site-builder' | 'other-sites';
  /** Name of a Clay icon, e.g. `documents-and-media`. */
  readonly icon?: string;
  /** Asked for each page that shows the menu: a memory read. One that throws takes its entry out of the menu. */
  badge?(access: AccessContext): MenuBadge | undefined;
}
export const MenuItems: ConditionalPoint<MenuItem> = extensionPoint('portico.menu-items', {
  requires: { label: 'text', href: 'text' },
  conditional: true,
  called: ({ menu }) => (menu === 'control-panel' ? 'point.control-panel-item' : 'point.menu-item'),
});

/** An entry of the menu of the signed-in person, and of the front page's header. */
export interface PersonalMenuItem {
  readonly label: string;
  readonly href: string;
  /** `post`: shown as a button that submits. Default `get`. */
  readonly method?: 'get' | 'post';
}
export const PersonalMenuItems: ConditionalPoint<PersonalMenuItem> = extensionPoint('portico.personal-menu-items', {
  requires: { label: 'text', href: 'text' },
  conditional: true,
  called: 'point.personal-menu-item',
});
