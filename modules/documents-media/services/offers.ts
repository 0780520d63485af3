/** What modules offer in Documents and Media, as a page shows it: an entry of a menu, or a button, that opens a page or a dialog of theirs. */
export interface Offer {
  readonly module: string;
  readonly label: string;
  readonly icon: string | undefined;
  readonly href: string;
  readonly opensDialog: boolean;
  /** Script of the module that defines what the dialog shows. */
  readonly script: string | undefined;
  readonly size: string | undefined;
}

/** What a module says of it. */
interface Contributed {
  readonly icon?: string;
  readonly opens: 'page' | 'dialog';
  readonly script?: string;
  readonly size?: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** @param shown what depends on the person and the place; it becomes the answer, as a page has many and a copy of each takes longer. */
export function offerOf<T extends Pick<Offer, 'module' | 'label' | 'href'>>(
  { icon, opens, script, size }: Contributed,
  shown: T,
): T & Offer {
  const offer: T & Partial<Mutable<Offer>> = shown;
  offer.icon = icon;
  offer.opensDialog = opens === 'dialog';
  offer.script = script;
  offer.size = size;
  return offer as T & Offer;
}
