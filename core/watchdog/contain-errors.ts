import { type Disposable, type Log, PortalError, toDisposable } from '../api/index.js';
import { countError, countUncaught, moduleOf } from '../kernel/index.js';

/** Stacks that are asked for their module are read this deep: whoever ends the process may be far below its module. */
const deepStack = 100;
/** Errors that are remembered, so that one of a timer does not fill the log. */
const mostErrors = 1000;

/**
 * From here on no error of a module ends the process: what nobody catches, in a timer, a promise or an `error` event without a listener, is
 * logged in the name of the module and counted; and a module that asks for the end of the process is refused it.
 * @param log the log at that moment; another one is there when the portal stands.
 */
export function containErrors(log: () => Log): Disposable {
  const counts = new Map<string, number>();
  const listeners = (['uncaughtException', 'unhandledRejection'] as const).map((event) => {
    const listener = (error: unknown): void => {
      const module = countUncaught(error) ?? 'core';
      const kind = `${module} ${event} ${error instanceof Error ? error.message : String(error)}`;
      if (counts.size >= mostErrors) counts.clear();
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      if (count === 1) log().error('Nobody caught an error.', { module, event, error });
      else if (Number.isInteger(Math.log10(count)))
        log().error('Nobody catches an error that comes again and again.', { module, event, count, error });
    };
    process.on(event, listener);
    return { event, listener };
  });
  const released = refuseExit(log);
  return toDisposable(() => {
    for (const { event, listener } of listeners) process.off(event, listener);
    void released.dispose();
  });
}

/** Libraries for the command line end the process when they are done, or in doubt; inside of a portal that would end all the other modules. */
function refuseExit(log: () => Log): Disposable {
  const { exit, abort } = process;
  const refuse = (name: string): void => {
    const error = deepError(`process.${name} was called.`);
    const module = moduleOf(error);
    if (module === undefined) return;
    countError(module, error);
    log().error('A module wanted to end the process; it goes on.', { module, error });
    throw new PortalError(
      'exit-refused',
      `The module ${module} called process.${name}; the process belongs to the portal, and goes on.`,
    );
  };
  process.exit = (code) => {
    refuse('exit');
    return exit.call(process, code);
  };
  process.abort = () => {
    refuse('abort');
    return abort.call(process);
  };
  return toDisposable(() => Object.assign(process, { exit, abort }) as never);
}

function deepError(message: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = deepStack;
  const error = new Error(message);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
