import type { AuditPerson, AuditVia } from './audit.js';
import type { Event } from './event.js';
import { type ServiceToken, serviceToken } from './tokens.js';

/** `service`: it stands before a service of another module (`decorate`). `view`: it shows a view in place of another module's (`overrides`). */
export type ModificationKind = 'service' | 'view';

/**
 * - `in-force`: it is seen.
 * - `off`: an operator switched it off.
 * - `waiting`: its module or the other one does not run.
 * - `behind`: another module's, or the portal's own, comes first.
 * - `broken`: it cannot be used; what is there without it is shown.
 */
export type ModificationState = 'in-force' | 'off' | 'waiting' | 'behind' | 'broken';

/** Something that one module changes about another. */
export interface Modification {
  /** Id of the module that changes something. */
  readonly module: string;
  readonly kind: ModificationKind;
  /** Id of the service, or `<module>/<view>`. */
  readonly subject: string;
  /** Id of the module that is changed; undefined while nobody offers the service. */
  readonly of: string | undefined;
  /** Whether operators leave it on. */
  readonly isOn: boolean;
  readonly state: ModificationState;
  /** Why it is not in force, in a sentence; undefined when it is, or was switched off. */
  readonly reason?: string;
  /**
   * Modules that change the same, this one among them, in the order in which they count: of views the first one that can be shown is, of
   * services each stands before the next.
   */
  readonly order: readonly string[];
}

/** Who switches, for the audit log. */
export interface ModificationSwitch {
  readonly module: string;
  readonly kind: ModificationKind;
  readonly subject: string;
  readonly isOn: boolean;
  readonly by: AuditPerson;
  readonly via: AuditVia;
}

/** What modules change about others, and the switch of each. */
export interface Modifications {
  /** By module, then by kind and subject. */
  list(): readonly Modification[];
  /**
   * Switches one, kept over restarts and audited; in force when the promise resolves: users of a service have started again.
   * @throws PortalError `modification-unknown` (404).
   */
  switch(wanted: ModificationSwitch): Promise<Modification>;
  readonly onDidChange: Event<Modification>;
}
export const Modifications: ServiceToken<Modifications> = serviceToken('portico.modifications');
