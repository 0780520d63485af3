import { type ServiceToken, serviceToken } from './tokens.js';

/** Nothing reads the machine's clock directly. */
export interface Clock {
  now(): Date;
  /** Milliseconds that only ever grow; for durations. */
  monotonic(): number;
}
export const Clock: ServiceToken<Clock> = serviceToken('portico.clock');

/** Ids are never reused. */
export interface Ids {
  /** UUIDv7: sorts by the time it was made. */
  next(): string;
}
export const Ids: ServiceToken<Ids> = serviceToken('portico.ids');

/** Structured log of the module that injects it. Secrets are redacted by key, but do not count on it: log facts, not inputs. */
export interface Log {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  /** An Error under `error` is written with its stack and causes. */
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}
export const Log: ServiceToken<Log> = serviceToken('portico.log');

/** What the arguments of a message are given. A Date is for `{name, date}` and `{name, time}`, a number also for plurals. */
export type MessageValues = Readonly<Record<string, string | number | Date>>;

/** A message as data: a text, or, when it takes arguments, its parts. `formatMessage` of `@portico/core/client` makes a text of it. */
export type CompiledMessage = string | readonly CompiledMessagePart[];

export type CompiledMessagePart =
  | string
  | {
      /** Name of the argument whose value stands here or decides what does. */
      readonly argument: string;
      readonly number?: Intl.NumberFormatOptions & { readonly scale?: number };
      readonly date?: Intl.DateTimeFormatOptions;
      /** By the exact number (`=1`) or the plural category (`one`); `other` is always there. */
      readonly plural?: Readonly<Record<string, CompiledMessage>>;
      /** The plural is that of ordinals: 1st, 2nd. */
      readonly ordinal?: boolean;
      /** What a plural takes off the number before it looks for the category. */
      readonly offset?: number;
      /** By the value; `other` is always there. */
      readonly select?: Readonly<Record<string, CompiledMessage>>;
    };

/** The words of the module that injects it, falling back to the portal's. They are written in the ICU message format. */
export interface Messages {
  /**
   * The message in the language of `locale` (default: that of the request that runs; English for all else), with its arguments filled from `values`. An argument that is not given
   * stays as `{name}`. A missing key answers the key, a message that cannot be read its text as written; both are reported once.
   */
  text(key: string, values?: MessageValues, locale?: string): string;
  /** The message for a script of the browser, which fills in the arguments itself. */
  compiled(key: string, locale?: string): CompiledMessage;
}
export const Messages: ServiceToken<Messages> = serviceToken('portico.messages');

/** The words of any module: for hosts of extension points that show the labels of what others contribute. */
export interface MessageCatalog {
  for(moduleId: string): Messages;
  /** What people call a module, whether it runs or not: its message `module.name`, else the words of its id. */
  nameOf(moduleId: string, locale?: string): string;
  /** Languages that the portal or a module that runs has words for, BCP 47, English first. */
  languages(): readonly string[];
  /**
   * A sentence that code says in English, such as that of an error, in another language: as `sentences.<language>.json` of any module says it, else
   * as it is. @param locale default: that of who asks.
   */
  sentence(text: string, locale?: string): string;
}
export const MessageCatalog: ServiceToken<MessageCatalog> = serviceToken('portico.message-catalog');

/** The host's settings: `config/*.json`, overridden by the environment. */
export interface HostConfig {
  readonly mode: 'production' | 'development' | 'demo' | 'test';
  /** The address people use, without a trailing slash. */
  readonly publicUrl: string;
  /** The data directory, absolute. */
  readonly home: string;
  /** The section `modules.<id>` of the configuration, as it stands; the module checks it with a schema of its own. */
  module(id: string): unknown;
  /** The environment variables of a family, by their whole name: `variables('PORTICO_SETTING_')`. Empty ones count as unset. */
  variables(prefix: string): Readonly<Record<string, string>>;
}
export const HostConfig: ServiceToken<HostConfig> = serviceToken('portico.host-config');

/**
 * Encrypts small secrets under the master key: AES-256-GCM, a data key per record, `context` bound as additional data.
 */
export interface SecretBox {
  /**
   * @param context identity of the place the secret belongs to; `open` with another one fails. Answers an opaque string.
   * @throws PortalError `master-key-invalid` (503) when there is no master key to seal with.
   */
  seal(plain: string, context: string): string;
  /** @throws PortalError `secret-unreadable` when the master key, the context or the bytes are not the ones it was sealed with. */
  open(sealed: string, context: string): string;
  /** The id of the master key that something was sealed under; undefined for what is not sealed. Says nothing about the key. */
  keyIdOf(sealed: string): string | undefined;
  /** Whether it was sealed under the master key that is in force, not under an earlier one. */
  isCurrent(sealed: string): boolean;
}
export const SecretBox: ServiceToken<SecretBox> = serviceToken('portico.secret-box');
