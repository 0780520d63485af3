import type { AccessContext } from './access.js';
import { type ServiceToken, serviceToken } from './tokens.js';
import type { Explanation, Given } from './when.js';

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
