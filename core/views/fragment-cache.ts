import type { AccessContext } from '../api/index.js';
import type { Handlebars } from '../libraries/text.js';
import { flat, type Rendering } from './rendering.js';

type AnySite = AccessContext['site'];

/** About two kilobytes each, with what they were made of. */
const mostFragments = 4000;

interface Fragment {
  readonly model: object;
  readonly text: string;
}

/**
 * Rows of lists as they were written before, `{{#cached 'card' id}}…{{/cached}}`: a page of a list is asked for again and again, and most of
 * it is its rows. A fragment is good for as long as all fields of the model at its place are the same, for its locale, zone, site and module, and for
 * the one that shows its own view in place of the original; its block is given nothing else: no person, no token, no nonce, and it must not reach
 * for the fields around it (`../`, `@root`). So nobody sees the row of another, and one that changes in anything is written anew. Scripts and
 * styles are asked for outside.
 */
export class FragmentCache {
  private readonly fragments = new Map<string, Fragment>();

  /** @param id of what the model is about; the last one of each is kept. */
  write(model: object, name: string, id: string, options: Handlebars.HelperOptions): string {
    const { portico, direct } = options.data as { readonly portico: Rendering; readonly direct: unknown };
    const { locale, timeZone, site } = portico.page.access;
    const key = `${portico.moduleId} ${portico.writer ?? ''} ${name} ${locale} ${timeZone} ${site?.address} ${id}`;
    const known = this.fragments.get(key);
    if (known && isSame(known.model, model)) return known.text;
    if (this.fragments.size >= mostFragments) this.fragments.clear();
    const text = flat(
      options.fn(model, { data: { root: model, portico: anonymous({ ...portico, locale, timeZone, site }), direct } }),
    );
    this.fragments.set(key, { model, text });
    return text;
  }

  /** Views or words have changed. */
  clear(): void {
    this.fragments.clear();
  }
}

/** Whether two models show the same: values, dates, and lists and objects of them. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Date || right instanceof Date) return +left === +right;
  const [one, other] = [left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>];
  let fields = 0;
  for (const field in one) {
    if (!isSame(one[field], other[field])) return false;
    fields += 1;
  }
  for (const _ in other) fields -= 1;
  return fields === 0;
}

interface Place {
  readonly locale: string;
  readonly timeZone?: string | undefined;
  readonly site: AnySite;
}

/** A rendering with no person, no token, no nonce: what is kept is not of one request. */
export function anonymous({
  moduleId,
  writer,
  messages,
  locale,
  timeZone,
  site,
}: Pick<Rendering, 'moduleId' | 'writer' | 'messages'> & Place): Rendering {
  const access = {
    person: undefined,
    site,
    scope: { kind: 'instance' },
    locale,
    ...(timeZone === undefined ? {} : { timeZone }),
    can: () => false,
    isAmong: () => false,
  } as const;
  const page = { nonce: '', csrf: undefined, access, path: '', query: '', flash: undefined, reference: '' };
  return {
    moduleId,
    ...(writer === undefined ? {} : { writer }),
    messages,
    page,
    scripts: new Set(),
    styles: new Set(),
    rules: new Set(),
  };
}
