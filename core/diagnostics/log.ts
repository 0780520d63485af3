import type { Log } from '../api/index.js';
import { type DestinationStream, destination, type Logger, pino, stdSerializers } from '../libraries/system.js';

/** Facts whose key says that they are secret are never written, at whatever depth somebody put them (two levels). */
const secretKeys = ['password', 'apiKey', 'token', 'secret', 'authorization', 'cookie', 'csrf', 'prompt', 'description'];

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Default: standard error, so that standard output stays for people. */
  readonly stream?: DestinationStream;
}

/** Structured logs, one JSON line each, every line naming one module: who logs or, where the facts say so, whom it is about. */
export class Logs {
  private readonly root: Logger;

  constructor({ level, stream = destination({ fd: 2, sync: true }) }: LogOptions) {
    this.root = pino(
      {
        level,
        base: undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        serializers: { error: stdSerializers.errWithCause },
        redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[secret]' },
      },
      stream,
    );
  }

  for(module: string): Log {
    const { root } = this;
    // Not a child with the module bound: pino would write the key a second time.
    const named = (facts: object = {}): object => {
      const { module: about = module, ...rest } = facts as { readonly module?: unknown };
      return { module: about, ...rest };
    };
    return {
      debug: (message, facts) => root.debug(named(facts), message),
      info: (message, facts) => root.info(named(facts), message),
      warn: (message, facts) => root.warn(named(facts), message),
      error: (message, facts) => root.error(named(facts), message),
    };
  }
}
