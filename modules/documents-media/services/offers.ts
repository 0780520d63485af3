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

/** @param shown what depends on the person and the place. */
export function offerOf<T extends Pick<Offer, 'module' | 'label' | 'href'>>(
  { icon, opens, script, size }: Contributed,
  shown: T,
): T & Offer {
  return { ...shown, icon, opensDialog: opens === 'dialog', script, size };
}
