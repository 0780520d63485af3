import type { Readable } from 'node:stream';
import type { Command as Program } from 'commander';
import { type Acting, actAs } from '../access/index.js';
import { type Command, type Contributions, type Log, PortalError } from '../api/index.js';

/** One call of the command line, wherever the terminal is. */
export interface Invocation {
  readonly argv: readonly string[];
  readonly stdin: Readable;
  readonly signal: AbortSignal;
  /** Default: where the portal runs. */
  readonly directory?: string;
  /** Puts a line before the person and answers the one that comes back; undefined where there is no terminal. */
  ask?(question: string): Promise<string>;
  out(text: string): void;
  err(text: string): void;
}

/** Whoever may open the data directory; which person that is, nobody can tell. */
const operator: Acting = {
  via: 'command',
  person: () => ({ id: 'system', kind: 'system', email: '', name: 'the command line' }),
};

/** Finds the command among those that the modules contribute, checks its arguments and runs it. */
export class CommandRunner {
  constructor(
    private readonly commands: Contributions<Command>,
    private readonly log: Log,
  ) {}

  names(): readonly string[] {
    return this.commands.all().map(({ value }) => value.name);
  }

  /** Answers the exit code: 0 done, 1 refused or failed, 2 misspelt. */
  async run(invocation: Invocation): Promise<number> {
    let exitCode = 0;
    // Its words alone: what follows them may be private.
    this.log.debug('A command is called.', { command: invocation.argv.slice(0, 2).join(' ') });
    const commander = await import('commander');
    try {
      const program = this.program(new commander.Command('portico'), invocation, (code) => {
        exitCode = code;
      });
      await program.parseAsync([...invocation.argv], { from: 'user' });
      return exitCode;
    } catch (error) {
      if (error instanceof commander.CommanderError) return error.exitCode === 0 ? 0 : 2;
      return this.explain(error, invocation);
    }
  }

  private explain(error: unknown, invocation: Invocation): number {
    if (!(error instanceof PortalError))
      this.log.error('A command failed.', { command: invocation.argv.slice(0, 2).join(' '), error });
    const known = error instanceof PortalError && (error.expose || error.code === 'configuration-invalid');
    invocation.err(known ? `${error.message}\n` : 'The command failed; the log of the portal has the cause.\n');
    if (known)
      for (const [field, sentence] of Object.entries((error.details.fields ?? {}) as object))
        if (sentence !== error.message) invocation.err(`  ${field}: ${sentence}\n`);
    return 1;
  }

  private program(root: Program, invocation: Invocation, setExitCode: (code: number) => void): Program {
    const program = quiet(root, invocation).description('Operates a portal from the terminal.');
    const ask = invocation.ask?.bind(invocation);
    const groups = new Map<string, Program>([['', program]]);
    const add = (command: Command): void => {
      const words = command.name.split(' ');
      const leaf = words.reduce((parent, word, index) => {
        const path = words.slice(0, index + 1).join(' ');
        const known = groups.get(path);
        if (known) return known;
        const made = quiet(parent.command(word), invocation);
        groups.set(path, made);
        return made;
      }, program);
      leaf.description(command.summary);
      for (const argument of command.arguments ?? []) {
        leaf.argument(argument.required ? `<${argument.name}>` : `[${argument.name}]`, argument.description);
      }
      for (const option of command.options ?? []) {
        const flags = option.value ? `--${option.name} <${option.value}>` : `--${option.name}`;
        if (option.required) leaf.requiredOption(flags, option.description, option.default);
        else leaf.option(flags, option.description, option.default);
      }
      leaf.action(async () => {
        let isEmpty = true;
        const answer = await actAs(operator, () =>
          command.run({
            arguments: Object.fromEntries((command.arguments ?? []).map(({ name }, index) => [name, leaf.args[index]])),
            options: Object.fromEntries((command.options ?? []).map(({ name }) => [name, leaf.getOptionValue(camelCase(name))])),
            stdin: invocation.stdin,
            signal: invocation.signal,
            directory: invocation.directory ?? process.cwd(),
            ...(ask && { ask: async (question: string) => isYes(await ask(`${question} [y/N] `)) }),
            print: (line) => {
              isEmpty = false;
              invocation.out(`${line}\n`);
            },
            warn: (line) => invocation.err(`${line}\n`),
          }),
        );
        if (isEmpty && !answer && command.whenEmpty) invocation.err(`${command.whenEmpty}\n`);
        setExitCode(answer ?? 0);
      });
    };
    // One that cannot be added is left out, and its module is told.
    this.commands.each((command) => add(command));
    for (const group of groups.values()) if (group.commands.length > 0 && group !== program) group.description(contentsOf(group));
    return program;
  }
}

const isYes = (answer: string): boolean => /^\s*y(?:es)?\s*$/i.test(answer);

/** What stands behind a word that is no command itself: `list, set, why`. */
function contentsOf(group: Program): string {
  return group.commands.map((command) => command.name()).join(', ');
}

function quiet(program: Program, { out, err }: Invocation): Program {
  return program.exitOverride().configureOutput({ writeOut: out, writeErr: err });
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
