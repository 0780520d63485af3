import { type ConditionalPoint, extensionPoint } from '@portico/core';

/** What other modules add to the page. */
export interface Greeting {
  /** Message key, looked up in the contributing module. */
  readonly label: string;
}

/** Greetings on the page of Acme Module, in their order; each may have a `when`. */
export const Greetings: ConditionalPoint<Greeting> = extensionPoint('acme-module.greetings', {
  requires: { label: 'text' },
  conditional: true,
  called: 'point.greeting',
});
