import { notFound } from '@portico/core';
import { DocumentPermissions } from '../api/documents.js';
import type { RuleAction } from '../services/rules.js';
import type { Abilities } from '../services/visibility.js';

/** Who may call the module's routes. */
export const mayOpen = { permission: DocumentPermissions.open };
export const mayView = { permission: DocumentPermissions.view };

/** What is not for this person to do with something is not there. @throws PortalError `not-found` (404). */
export function requireAbility(abilities: Abilities, action: RuleAction): void {
  if (!abilities[action]) throw notFound('page');
}
