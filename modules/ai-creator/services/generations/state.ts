import type { GenerationState } from '../../entities/generation.js';

/** Who may make something happen to a generation. */
export type GenerationActor = 'order' | 'runner' | 'scheduler' | 'delivery' | 'recovery' | 'author' | 'sweep';

/** Where a generation comes from: no row is there yet. */
export const noState = 'none';

/**
 * `usage`: the ledger replaces what it reserved by what was used, once. `time`: from now on it is over for as long as descriptions are kept.
 */
export type Settlement = 'usage' | 'time';

interface Transition {
  readonly from: readonly (GenerationState | typeof noState)[];
  readonly to: GenerationState;
  readonly by: readonly GenerationActor[];
  readonly settles: readonly Settlement[];
  /** What has happened, for readers of docs/generations.md, which is made from this table. */
  readonly means: string;
}

/** What each state says; in the settled ones nothing more happens by itself. */
export const generationStates: Readonly<Record<GenerationState, { readonly isSettled: boolean; readonly means: string }>> = {
  reserved: { isSettled: false, means: 'Committed and counted; it waits for its turn, or for `retry_at`.' },
  sent: { isSettled: false, means: 'A paid request may be on its way. Committed before the request leaves.' },
  received: { isSettled: false, means: 'Images are safe as they came; they are scaled, and what fails there is tried again.' },
  offered: { isSettled: true, means: 'Images wait for their author until they expire.' },
  saved: { isSettled: true, means: 'All of them are documents.' },
  discarded: { isSettled: true, means: 'Its author let go of it, or it expired.' },
  failed: {
    isSettled: true,
    means: 'It came to nothing; `error_code` says why, `maybe_charged` whether it may have cost something.',
  },
  unknown: {
    isSettled: true,
    means: 'It was sent, and the process died or stopped before an answer. Shown, and never sent again.',
  },
};

/** Everything that can happen to a generation. What is not in this table cannot happen. */
export const generationEvents = {
  reserve: {
    from: [noState],
    to: 'reserved',
    by: ['order'],
    settles: [],
    means: 'Create was pressed. The budgets count it in the same transaction.',
  },
  send: { from: ['reserved'], to: 'sent', by: ['runner'], settles: [], means: 'The request leaves after this is committed.' },
  hold: {
    from: ['reserved'],
    to: 'reserved',
    by: ['scheduler'],
    settles: [],
    means: 'Its key was asked for patience, or its provider is not there; it was not sent and waits.',
  },
  retry: {
    from: ['sent'],
    to: 'reserved',
    by: ['scheduler'],
    settles: [],
    means: 'The service said that it did not carry the request out; it is sent again after a pause.',
  },
  receive: { from: ['sent'], to: 'received', by: ['delivery'], settles: [], means: 'Images came and are safe.' },
  recover: {
    from: ['sent', 'received'],
    to: 'received',
    by: ['recovery'],
    settles: [],
    means: 'The process that sent it is gone; the images that came before are brought to their author.',
  },
  lose: {
    from: ['sent', 'received'],
    to: 'unknown',
    by: ['recovery'],
    settles: ['usage', 'time'],
    means: 'The process that sent it is gone, and no image came.',
  },
  offer: {
    from: ['received'],
    to: 'offered',
    by: ['delivery'],
    settles: ['usage', 'time'],
    means: 'All that came can be added.',
  },
  'offer-added': {
    from: ['received'],
    to: 'saved',
    by: ['delivery'],
    settles: ['usage', 'time'],
    means: 'All that came was added already, one by one while it came.',
  },
  save: { from: ['offered'], to: 'saved', by: ['author', 'delivery'], settles: ['time'], means: 'The last image was added.' },
  fail: {
    from: ['reserved', 'sent'],
    to: 'failed',
    by: ['runner'],
    settles: ['usage', 'time'],
    means: 'It was not sent, or no image came and it is not sent again.',
  },
  cancel: {
    from: ['reserved'],
    to: 'failed',
    by: ['author'],
    settles: ['usage', 'time'],
    means: 'Its author gave it up before it was sent. What is sent is given up by ending its request, which then fails.',
  },
  discard: {
    from: ['offered', 'failed', 'unknown'],
    to: 'discarded',
    by: ['author'],
    settles: ['time'],
    means: 'Its author lets go of what was not added.',
  },
  expire: {
    from: ['offered'],
    to: 'discarded',
    by: ['sweep'],
    settles: [],
    means: 'Nobody added it in time. Its description goes as long after it was offered as descriptions are kept.',
  },
} as const satisfies Readonly<Record<string, Transition>>;

export type GenerationEvent = keyof typeof generationEvents;
/** Who may fire an event. */
export type ActorOf<E extends GenerationEvent> = (typeof generationEvents)[E]['by'][number];

/** The same table, read by names that are known only when it runs. */
export const transitionOf = (event: GenerationEvent): Transition => generationEvents[event];

/** Where an event leads from a state; undefined: it cannot happen there. */
export const nextState = (state: GenerationState | typeof noState, event: GenerationEvent): GenerationState | undefined =>
  transitionOf(event).from.includes(state) ? transitionOf(event).to : undefined;

const statesThat = (settled: boolean): readonly GenerationState[] =>
  (Object.keys(generationStates) as GenerationState[]).filter((state) => generationStates[state].isSettled === settled);

/** States in which nothing more happens by itself. */
export const settledStates = statesThat(true);
/** States from which one goes on by itself: it waits, is on its way, or comes in. */
export const openStates = statesThat(false);
