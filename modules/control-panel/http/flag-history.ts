import type { AuditRecord, FlagState, RouteContext } from '@portico/core';

/** One line of a flag's history. */
export interface FlagHistoryRow {
  readonly at: string;
  readonly by: string;
  readonly via: string;
  readonly change: string;
  readonly reason?: string;
}

/** The offer to take back the last change, as a form. */
export interface UndoOffer {
  readonly change: string;
  /** What would be in force then, e.g. "Undo: back to off". */
  readonly label: string;
}

type Words = Pick<RouteContext, 'text'>;

export function historyRow(words: Words, { at, by, via, action, before, after, reason }: AuditRecord): FlagHistoryRow {
  const change = words.text('flags.change', { from: stateWord(words, before), to: stateWord(words, after) });
  return {
    at: at.toISOString(),
    by: by.name,
    via: words.text(`audit.via.${via}`),
    change: action === 'undone' ? words.text('flags.undone-change', { change }) : change,
    ...(reason ? { reason } : {}),
  };
}

/** Undefined when there is nothing to take back, or when the environment locks the flag. */
export function undoOffer(words: Words, state: FlagState, last: AuditRecord | undefined): UndoOffer | undefined {
  if (!last || state.lockedBy) return undefined;
  return { change: last.id, label: words.text('flags.undo', { value: stateWord(words, last.before) }) };
}

function stateWord(words: Words, value: unknown): string {
  return words.text(value === true ? 'flags.on' : value === false ? 'flags.off' : 'flags.no-override').toLowerCase();
}
