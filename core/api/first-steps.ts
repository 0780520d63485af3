import type { AccessContext } from './access.js';
import { type ConditionalPoint, extensionPoint } from './tokens.js';

/**
 * Something that makes a new portal that of its people, e.g. its name. Administrators find the steps that are not done yet on one page, which goes with the
 * last of them. Whoever may not do a step is not shown it: say so in `when`.
 */
export interface FirstStep {
  /** What is to be done; a message key, looked up in the contributing module. */
  readonly label: string;
  /** One sentence: what it is good for. A message key. */
  readonly text: string;
  /** Of the link to where it is done, e.g. _Add a Logo_. A message key. */
  readonly action: string;
  /** Where it is done, e.g. `/configuration/instance-settings/mail`. */
  readonly href: string;
  /** By what is there, not by whether somebody was on that page. A memory read: it is asked for each page that has the menu of the Control Panel. */
  isDone(access: AccessContext): boolean;
}
export const FirstSteps: ConditionalPoint<FirstStep> = extensionPoint('portico.first-steps', {
  conditional: true,
  called: 'point.first-step',
  requires: { label: 'text', text: 'text', action: 'text', href: 'text', isDone: 'function' },
});
