import { defineSettingsAddition } from '@portico/configuration/api';
import { HostConfig, inject, injectable, PortalError, z } from '@portico/core';

/** What is no address at all is told so by another check. */
const lacks = (url: string, ...parts: readonly ('username' | 'password' | 'hash' | 'search')[]): boolean =>
  !URL.canParse(url) || parts.every((part) => new URL(url)[part] === '');
const baseUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => lacks(url, 'username', 'password'), 'No name and no password may stand in it: the API key is a setting.')
  .refine((url) => lacks(url, 'hash'), 'Nothing may stand behind a # in it: that is never sent.');
/** The variable of the deployment that sets `baseUrl`. */
export const variable = 'PORTICO_OPENAI_BASE_URL';
/** Whether name and password can be decoded. What is no address at all is told so by another check. */
function hasReadableCredentials(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  try {
    return decodeURIComponent(username + password) !== undefined;
  } catch {
    return false;
  }
}
const section = z.strictObject({
  /** The one place where requests go; undefined: OpenAI's, when that is the service that is chosen. */
  baseUrl: baseUrl.optional(),
  /** Bytes of one answer, unpacked. */
  maxAnswerBytes: z
    .int()
    .min(1024)
    .default(64 * 1024 * 1024),
  /** The proxy through which every request goes, `http://user:password@proxy.example:3128`; undefined: none, whatever other variables say. */
  outboundProxy: z
    .url({ protocol: /^https?$/ })
    .refine(hasReadableCredentials, 'In the name and the password of a proxy, % is written as %25.')
    .refine(
      (url) => lacks(url, 'hash', 'search') && (!URL.canParse(url) || new URL(url).pathname === '/'),
      'A proxy has a host and a port, and nothing behind them.',
    )
    .optional(),
});

/** The section `modules.ai-openai` of the configuration, checked. */
@injectable()
export class OpenAiConfig {
  readonly baseUrl: string | undefined;
  readonly maxAnswerBytes: number;
  readonly outboundProxy: URL | undefined;

  constructor(@inject(HostConfig) config: HostConfig) {
    const parsed = section.safeParse(config.module('ai-openai') ?? {});
    if (!parsed.success)
      throw new PortalError(
        'configuration-invalid',
        `The section modules.ai-openai is wrong. ${z.prettifyError(parsed.error)}\n${variable} sets baseUrl, PORTICO_OUTBOUND_PROXY sets outboundProxy.`,
      );
    const { baseUrl, maxAnswerBytes, outboundProxy } = parsed.data;
    this.baseUrl = baseUrl;
    this.maxAnswerBytes = maxAnswerBytes;
    this.outboundProxy = outboundProxy === undefined ? undefined : new URL(outboundProxy);
  }
}

/**
 * A key has no spaces and no line breaks inside: one with a line break would be repeated whole in an error of the HTTP client. What is often copied
 * with it, the name of its variable or quotes, is told by name. How short one may be, only the service knows (`keyLength` of its profile).
 */
export function checkKeyShape(typed: string): string | undefined {
  const value = typed.trim();
  if (value === '') return 'settings.key-empty';
  if (/["'`\u2018-\u201f]/.test(value)) return 'settings.key-quotes';
  if (/^(?:export\s+|set\s+)?[A-Za-z_]\w*(?:\s*=\s*[^=\s]|:\s+\S)/.test(value) || /^(?:Bearer|Authorization)\b/i.test(value))
    return 'settings.key-name';
  if (/\s/.test(value)) return 'settings.key-spaces';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'settings.key-characters';
  return value.length > 512 ? 'settings.key-long' : undefined;
}

/** Name of the field that holds the key, on the page of the AI Creator: `ai-creator.apiKey`. */
export const keyField = 'apiKey';

/** What administrators tell this module, on the page of the AI Creator. */
export const openAiSettings = defineSettingsAddition({
  page: 'ai-creator',
  after: 'service',
  fields: {
    [keyField]: { type: 'secret', label: 'settings.api-key', help: 'settings.api-key-help', trims: true, check: checkKeyShape },
  },
});
