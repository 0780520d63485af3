import type { GenerationState } from '../entities/generation.js';
import {
  type GenerationEvent,
  generationEvents,
  generationStates,
  noState,
  transitionOf,
} from '../services/generations/state.js';

const events = Object.keys(generationEvents) as GenerationEvent[];
const states = Object.keys(generationStates) as GenerationState[];

/** The table of states as mermaid draws it: several events between two states are one arrow. */
export function stateDiagram(): string {
  const arrows = new Map<string, string[]>();
  for (const event of events)
    for (const from of transitionOf(event).from) {
      const arrow = `${from === noState ? '[*]' : from} --> ${transitionOf(event).to}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), event]);
    }
  const lines = [...arrows].map(([arrow, names]) => `    ${arrow}: ${names.join(', ')}`);
  const ends = states.filter((state) => !events.some((event) => transitionOf(event).from.includes(state)));
  return ['```mermaid', 'stateDiagram-v2', ...lines, ...ends.map((state) => `    ${state} --> [*]`), '```'].join('\n');
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** As the formatter of Markdown leaves it: each column as wide as its widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, index) => Math.max(3, cell.length, ...rows.map((cells) => cells[index]?.length ?? 0)));
  const padded = (cells: readonly string[]): string => row(cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)));
  return [padded(head), row(widths.map((width) => '-'.repeat(width))), ...rows.map(padded)].join('\n');
}

export const stateTable = (): string =>
  table(
    ['State', 'Settled', 'Means'],
    states.map((state) => [`\`${state}\``, generationStates[state].isSettled ? 'yes' : '', generationStates[state].means]),
  );

export const eventTable = (): string =>
  table(
    ['Event', 'From', 'To', 'Fired by', 'Settles', 'Means'],
    events.map((event) => {
      const { from, to, by, settles, means } = transitionOf(event);
      return [
        `\`${event}\``,
        from.map((state) => `\`${state}\``).join(', '),
        `\`${to}\``,
        by.join(', '),
        settles.join(', '),
        means,
      ];
    }),
  );
