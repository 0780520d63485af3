import type { AccessContext, PermissionId } from './access.js';
import type { RouteAccess } from './http.js';
import { type ExtensionPoint, extensionPoint, type ServiceToken, serviceToken } from './tokens.js';
import type { ExplainedStep, Explanation, Given } from './when.js';

/** A point and what modules contribute to it, whether it has a host or not. */
export interface ExplainablePoint {
  readonly id: string;
  /** The module that hosts it; undefined while none does. */
  readonly host: string | undefined;
  /** Those that are there, and those that modules made before they stopped. */
  readonly contributions: readonly {
    readonly id: string;
    readonly module: string;
    /** Message key of the name that people see, where it has one. */
    readonly label?: string;
    /** What people call such a contribution: a message key of the module whose id begins that of the point, where the point says it. */
    readonly kind?: string;
    /** What else it goes by: the name of a command, the address of pages, the id of a permission. */
    readonly subject?: string;
  }[];
}

export interface ExplainedContribution extends Explanation {
  readonly point: string;
  readonly id: string;
  readonly module: string;
}

/**
 * Why any contribution of any module is, or is not, there: its module, the host of its point, and every line of its `when`, with the very
 * code that decides. A contribution whose module does not run is known as long as it was there since the portal opened.
 */
export interface Explanations {
  points(): readonly ExplainablePoint[];
  /**
   * @param contribution its id, or `<module>/<id>`: ids are unique within a module only, so there may be several answers.
   * @param given the facts that the host states; default: all that the contribution asks for.
   */
  explain(point: string, contribution: string, access: AccessContext, given?: Given): readonly ExplainedContribution[];
}
export const Explanations: ServiceToken<Explanations> = serviceToken('portico.explanations');

/**
 * What is asked of somebody: whether they hold a permission in a scope, whether they see what lies at an address, or, with both, what a permission is worth for
 * what lies there.
 */
export interface AccessQuestion {
  /** Whom it is about, and in which site. */
  readonly access: AccessContext;
  readonly permission?: PermissionId;
  /** The address within its site, or of the instance, with its query: `/notes/0190a0a0-…`. */
  readonly path?: string;
  /** Of the words of the answer. */
  readonly locale: string;
}

/**
 * Says what decides whether somebody may do or see something, by the same data as the decision. A module contributes one for what it decides itself: for
 * permissions, or for who sees what lies at its addresses.
 */
export interface AccessExplainer {
  /**
   * What it decides, in the order in which it is asked; nothing for what is none of its business. Asks nobody whether whoever asks may know. Of a permission at an
   * address only who decides it there otherwise than the whole scope says something: that then counts in place of the scope.
   */
  explain(question: AccessQuestion): Promise<readonly ExplainedStep[]>;
}
export const AccessExplainers: ExtensionPoint<AccessExplainer> = extensionPoint('portico.access-explainers', {
  requires: { explain: 'function' },
});

/** What is at an address. */
export interface FoundAddress {
  /** The module whose pages are there. */
  readonly module: string;
  /** Who may open it; undefined when nothing there answers GET. */
  readonly access: RouteAccess | undefined;
}

/** Which module answers an address, and who may open it. */
export interface Addresses {
  /**
   * @param path within the site, or of the instance.
   * @param access of the person for whom it is looked up: what has a `when` that does not hold is not there.
   */
  find(path: string, access: AccessContext): FoundAddress | undefined;
}
export const Addresses: ServiceToken<Addresses> = serviceToken('portico.addresses');
