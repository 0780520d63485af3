import type { RouteContext } from '@portico/core';
import type { Provenance } from '../api/documents.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

const knownParameters: ReadonlySet<string> = new Set(['quality', 'requested', 'format', 'style']);

/** What the panel shows: everything that is known of how a document came to be. */
export function provenanceModel(ctx: AnyContext, provenance: Provenance, report: string): object {
  const { parameters = {}, usage, cost } = provenance;
  return {
    ...provenance,
    report,
    generatedAt: new Date(provenance.generatedAt),
    parameters: Object.entries(parameters).map(([name, value]) => ({
      label: ctx.text(`provenance.parameter-${knownParameters.has(name) ? name : 'other'}`, { name }),
      value,
    })),
    usage:
      usage &&
      ctx.text('provenance.usage-of', {
        input: usage.inputTokens,
        output: usage.outputTokens,
        images: usage.images,
      }),
    cost:
      cost &&
      new Intl.NumberFormat(ctx.access.locale, { style: 'currency', currency: cost.currency, maximumFractionDigits: 4 }).format(
        cost.amount,
      ),
  };
}
