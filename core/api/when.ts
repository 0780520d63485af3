import type { AccessContext } from './access.js';
import type { ExtensionPoint } from './tokens.js';
import { extensionPoint } from './tokens.js';

/**
 * When a contribution to a conditional point is there, as data: every line that is present must hold. Asked on each request, so it
 * costs memory reads only; an error while asking hides the contribution (fail closed) and is counted.
 */
export interface When {
  /** Keys of feature flags that must be on. */
  readonly flag?: string | readonly string[];
  /** The kind of scope the request must be in. */
  readonly scope?: 'instance' | 'site';
  /** Settings that must be true in the current scope, as `<settings id>.<field>`. */
  readonly setting?: string | readonly string[];
  /** Permissions the person must have in the current scope. */
  readonly permission?: string | readonly string[];
  /** Ids of extension points: at each of them somebody must contribute something that is there for the person, e.g. `acme.games`. */
  readonly contributed?: string | readonly string[];
  /** `first-steps`: something is left to be done that makes a new portal ready, and nobody has put the list of it away. Answered by the Control Panel. */
  readonly unfinished?: 'first-steps';
  /** Facts that the host of the extension point must state when it asks, e.g. `uploads`. */
  readonly given?: string | readonly string[];
}

/** Facts a host states when it asks what is visible. */
export type Given = readonly string[];

/** One step of an explanation: what was asked, what the answer was, and who can change it. */
export interface ExplainedStep {
  readonly criterion: keyof When | 'module' | (string & {});
  /** What was asked, e.g. the key of the flag. */
  readonly subject: string;
  readonly met: boolean;
  /** One plain sentence: the value and where it comes from. */
  readonly reason: string;
  /** Who can change it, as a sentence; undefined when there is nothing to change. */
  readonly changeableBy?: string;
  /** A page where it can be changed; `~/…` for the current site. */
  readonly href?: string;
  /** The permission that opens that page; a link is shown only to those who have it. */
  readonly hrefPermission?: string;
}

/** The walk through all steps, in the order in which they are asked; `blocking` is the first that is not met. */
export interface Explanation {
  readonly visible: boolean;
  readonly steps: readonly ExplainedStep[];
  readonly blocking: ExplainedStep | undefined;
}

/** Answers one key of `When`. `holds` must be a memory read. */
export interface Criterion {
  readonly key: keyof When;
  holds(subject: string, access: AccessContext, given: Given): boolean;
  explain(subject: string, access: AccessContext, given: Given): ExplainedStep;
}

/** Criteria by key. The host brings `flag`, `scope`, `permission`, `contributed` and `given`; a module may bring another key. */
export const Criteria: ExtensionPoint<Criterion> = extensionPoint('portico.criteria', {
  requires: { key: 'text', holds: 'function', explain: 'function' },
});
