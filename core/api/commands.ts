import type { Readable } from 'node:stream';
import { type ExtensionPoint, extensionPoint } from './tokens.js';

/** An option of a command: `--name <value>`, or a switch. */
export interface CommandOption {
  /** kebab-case, without dashes. */
  readonly name: string;
  /** One English sentence for --help. */
  readonly description: string;
  /** Name of the value in --help; left out for a switch. */
  readonly value?: string;
  readonly required?: boolean;
  readonly default?: string;
}

export interface CommandArgument {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
}

/** What a command was called with. */
export interface CommandCall {
  readonly arguments: Readonly<Record<string, string | undefined>>;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** What was piped in; secrets come this way, never as arguments. */
  readonly stdin: Readable;
  /** Where the terminal is: what a relative path counts from. Absolute. */
  readonly directory: string;
  /** Asks a person a question that is answered with yes or no; undefined where there is no terminal. */
  ask?(question: string): Promise<boolean>;
  /** Aborted when the terminal goes away. */
  readonly signal: AbortSignal;
  print(line: string): void;
  warn(line: string): void;
}

/**
 * A command of `portico`. It runs inside the running portal, called over a local socket (mode 0600), or, when no portal runs,
 * inside one that is opened for it without HTTP. An operator with access to the data directory may do everything.
 */
export interface Command {
  /** Words, e.g. `images create`. */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Of a command that lists: one English sentence, said on standard error when there was nothing to print, so that scripts read nothing. */
  readonly whenEmpty?: string;
  /** Answers the exit code, 0 when undefined. A thrown PortalError prints its message and exits 1. */
  run(call: CommandCall): Promise<number> | Promise<void>;
}
export const Commands: ExtensionPoint<Command> = extensionPoint('portico.commands', {
  requires: { name: 'text', summary: 'text', run: 'function' },
});

/** What `portico demo` puts into an empty portal. Must do nothing when its content is there already. */
export interface DemoContent {
  /** Answers lines to print, e.g. sign-ins. */
  seed(): Promise<readonly string[]>;
}
export const DemoContents: ExtensionPoint<DemoContent> = extensionPoint('portico.demo-contents', {
  requires: { seed: 'function' },
});
