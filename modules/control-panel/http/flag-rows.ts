import type { FlagLink, FlagState, FlagType } from '@portico/core';
import { isOverdue } from '../services/flag-notices.js';

export const flagTypes: readonly FlagType[] = ['release', 'beta', 'dev', 'deprecation'];

/** What the view needs of one flag. */
export interface FlagRow {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly description?: string;
  readonly enabled: boolean;
  readonly reason: string;
  readonly lockedBy?: string;
  /** True when this instance says otherwise than the file. */
  readonly overridden: boolean;
  /** What would be in force otherwise, strongest first. */
  readonly others: readonly { readonly enabled: boolean; readonly label: string }[];
  /** All it depends on, directly and through others. */
  readonly chain: readonly (FlagLink & { readonly indirect: boolean })[];
  readonly dependents: readonly string[];
  readonly owner?: string;
  readonly introduced?: string;
  readonly review?: string;
  readonly overdue: boolean;
  readonly links: readonly string[];
  /** Whether there is anything to say about owner, dates or links. */
  readonly facts: boolean;
}

export function flagRow(state: FlagState, chain: readonly FlagLink[], today: string): FlagRow {
  const { key, title, description, enabled, reason, lockedBy, owner, introduced, review, sources } = state;
  return {
    id: `flag-${key.replace(/[^A-Za-z0-9]/g, '-')}`,
    key,
    title,
    description,
    enabled,
    reason,
    lockedBy,
    overridden: sources.some(({ origin }) => origin === 'instance'),
    others: sources.slice(1).map((source) => ({ enabled: source.enabled, label: source.label })),
    chain: chain.map((link) => ({ ...link, indirect: link.of !== key })),
    dependents: state.dependents,
    owner,
    introduced,
    review,
    overdue: isOverdue(state, today),
    links: state.links ?? [],
    facts: Boolean(owner || introduced || review || state.links?.length),
  };
}
