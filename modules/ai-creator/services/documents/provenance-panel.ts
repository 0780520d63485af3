import type { Messages } from '@portico/core';
import type { ShownDocument } from '@portico/documents-media/api';
import type { Provenance } from './provenance.js';

const knownParameters: ReadonlySet<string> = new Set(['quality', 'requested', 'format', 'style']);

/** Everything that is known of how a document came to be, as the panel on its page shows it. */
export function provenancePanel(
  messages: Messages,
  { access, author, report, actions }: ShownDocument,
  provenance: Provenance,
  variationOf: object | undefined,
): object {
  const { locale } = access;
  const text = (key: string, values?: Readonly<Record<string, string | number>>): string => messages.text(key, values, locale);
  const { parameters = {}, usage, cost } = provenance;
  return {
    ...provenance,
    variationOf,
    author,
    report,
    actions,
    generatedAt: new Date(provenance.generatedAt),
    parameters: Object.entries(parameters).map(([name, value]) => ({
      label: text(`provenance.parameter-${knownParameters.has(name) ? name : 'other'}`, { name }),
      value,
    })),
    usage:
      usage &&
      text('provenance.usage-of', {
        input: usage.inputTokens,
        output: usage.outputTokens,
        images: usage.images,
      }),
    cost:
      cost &&
      new Intl.NumberFormat(locale, { style: 'currency', currency: cost.currency, maximumFractionDigits: 4 }).format(cost.amount),
  };
}
