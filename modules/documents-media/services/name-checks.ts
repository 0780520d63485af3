import { type AccessContext, inject, injectable, PortalError, type Reader, UnitOfWork } from '@portico/core';
import { yielding } from '@portico/core/util';
import { DocumentPermissions } from '../api/documents.js';
import { findName, firstFreeName, nameTaken } from './document-adding.js';
import { Folders } from './folders.js';
import { checkedName, nameKey, numberedName } from './names.js';
import { type SeenSite, Visibility } from './visibility.js';

/** What stands against a name before anything is sent; without a problem it can be used. */
export interface NameCheck {
  readonly name: string;
  /** A sentence to show. */
  readonly problem?: string;
  /** A name like it that is free. */
  readonly suggestion?: string;
}

/** Numbers that are tried for a suggestion; the person chooses a name anyway. */
const maxTried = 100;

/** Says of names of files, before the files are sent, which are taken in a folder and which cannot be names. */
@injectable()
export class NameChecks {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Folders) private readonly folders: Folders,
    @inject(Visibility) private readonly visibility: Visibility,
  ) {}

  /** In the order of the names; of two that are the same the first is free. @throws PortalError `not-found` (404: folder). */
  check(access: AccessContext, folderId: string | undefined, names: readonly string[]): Promise<readonly NameCheck[]> {
    const seen = this.visibility.enter(access, DocumentPermissions.add);
    return this.unitOfWork.read(async (reader) => {
      const { ruleId } = await this.folders.requirePlace(reader, seen, folderId);
      this.visibility.require(access, 'add', ruleId);
      const place = { reader, seen, siteId: seen.id, folderId, chosen: new Set<string>(), tried: new Map<string, number>() };
      const checks: NameCheck[] = [];
      for await (const name of yielding(names)) checks.push(await checkOne(place, name));
      return checks;
    });
  }
}

interface Place {
  readonly reader: Reader;
  readonly seen: SeenSite;
  readonly siteId: string;
  readonly folderId: string | undefined;
  /** Keys of the names that come with the same upload. */
  readonly chosen: Set<string>;
  /** By key of a name, the last number that was tried with it. */
  readonly tried: Map<string, number>;
}

async function checkOne(place: Place, wanted: string): Promise<NameCheck> {
  let name: string;
  try {
    name = checkedName(wanted);
  } catch (error) {
    if (error instanceof PortalError && error.expose) return { name: wanted, problem: error.message };
    throw error;
  }
  const taken = await findName(place.reader, place.siteId, place.folderId, name);
  // What the person does not see is not told: the file gets a number when it comes.
  const there = taken && place.seen.sight.sees(taken.ruleId) ? taken : undefined;
  if (!there && !place.chosen.has(nameKey(name))) {
    place.chosen.add(nameKey(name));
    return { name: wanted };
  }
  const problem = there ? nameTaken(there.name).message : `There are two files named ${name}. Choose another name for this one.`;
  const { reader, chosen, tried } = place;
  const number = await firstFreeName(reader, place, name, {
    from: (tried.get(nameKey(name)) ?? 0) + 1,
    most: maxTried,
    isTaken: (key) => chosen.has(key),
  });
  tried.set(nameKey(name), number ?? maxTried);
  if (number === undefined) return { name: wanted, problem };
  const suggestion = numberedName(name, number);
  chosen.add(nameKey(suggestion));
  return { name: wanted, problem, suggestion };
}
