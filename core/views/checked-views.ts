import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkView, type ViewVocabulary } from './view-check.js';

/** Written by the build, beside the compiled code. */
const listOfBuild = new URL('../checked-views.json', import.meta.url);

/**
 * Views that are known to be good. Reading and checking all of them takes a good part of a start, so the build does it beforehand and
 * leaves the digests of what it found good; whatever differs from that, in the view or in the names it may use, is checked here.
 */
export class CheckedViews {
  private readonly known: Set<string>;

  constructor(known: Iterable<string> = knownToBuild()) {
    this.known = new Set(known);
  }

  get digests(): readonly string[] {
    return [...this.known];
  }

  /** @throws PortalError `view-broken` */
  check(source: string, file: string, vocabulary: ViewVocabulary): void {
    const names = [...vocabulary.helpers, '', ...vocabulary.partials].join('\n');
    const digest = createHash('sha256').update(names).update('\n\n').update(source).digest('base64url');
    if (this.known.has(digest)) return;
    checkView(source, file, vocabulary);
    this.known.add(digest);
  }
}

function knownToBuild(): readonly string[] {
  try {
    return JSON.parse(readFileSync(listOfBuild, 'utf8')) as string[];
  } catch {
    // Without the list everything is checked.
    return [];
  }
}
