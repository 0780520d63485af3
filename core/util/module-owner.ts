import { AccessControl, type Modules, Sessions, tokenId } from '../api/index.js';

/**
 * The module that a name belongs to by its beginning: `acme-scanner` for `acme-scanner.scan` and `acme_scanner_job`. Asked of names that nobody
 * claims at the moment: undefined when no module of that name is installed, so that nobody ever will.
 */
export function ownerByName(modules: Pick<Modules, 'list' | 'unreadable'>, name: string): string | undefined {
  const ids = [...modules.list().map(({ id }) => id), ...modules.unreadable().flatMap(({ id }) => id ?? [])];
  const asId = name.replaceAll('_', '-');
  return ids
    .filter((id) => asId === id || asId.startsWith(`${id}-`) || asId.startsWith(`${id}.`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Whether nobody can sign in without a module: it offers what that needs, or stops with it what does. */
export function endsSignIn(modules: Pick<Modules, 'status' | 'dependentsOf'>, id: string): boolean {
  const needed = [tokenId(Sessions), tokenId(AccessControl)];
  return [id, ...modules.dependentsOf(id)].some((each) =>
    modules.status(each)?.provides.some((service) => needed.includes(service)),
  );
}
