import { defineSettingsAddition } from '@portico/configuration/api';
import { HostConfig, inject, injectable, PortalError, z } from '@portico/core';

const baseUrl = z.url({ protocol: /^https?$/ });
const bytes = z.int().min(1024);
const section = z.strictObject({
  /** The one place where requests go; undefined: OpenAI's, when that is the service that is chosen. */
  baseUrl: baseUrl.optional(),
  /** Bytes of one answer, unpacked. */
  maxAnswerBytes: bytes.optional(),
});
/** Where both stood before this module was one of its own, and are still understood. */
const formerSection = z.object({ baseUrl: baseUrl.optional(), maxAnswerBytes: bytes.optional() });
const answerBytes = 64 * 1024 * 1024;

/** The section `modules.ai-openai` of the configuration, checked; what it does not say is taken from `modules.ai-creator`. */
@injectable()
export class OpenAiConfig {
  readonly baseUrl: string | undefined;
  readonly maxAnswerBytes: number;

  constructor(@inject(HostConfig) config: HostConfig) {
    const own = read(config, 'ai-openai', section);
    const former = read(config, 'ai-creator', formerSection);
    this.baseUrl = own.baseUrl ?? former.baseUrl;
    this.maxAnswerBytes = own.maxAnswerBytes ?? former.maxAnswerBytes ?? answerBytes;
  }
}

function read<T>(config: HostConfig, module: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(config.module(module) ?? {});
  if (parsed.success) return parsed.data;
  throw new PortalError('configuration-invalid', `The section modules.${module} is wrong. ${z.prettifyError(parsed.error)}`);
}

/** A key has no spaces and no line breaks: one with a line break would be repeated whole in an error of the HTTP client. */
export function checkKeyShape(value: string): string | undefined {
  if (/\s/.test(value)) return 'settings.key-spaces';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'settings.key-characters';
  if (value.length < 8) return 'settings.key-short';
  return value.length > 512 ? 'settings.key-long' : undefined;
}

/** Name of the field that holds the key, on the page of the AI Creator: `ai-creator.apiKey`. */
export const keyField = 'apiKey';

/** What administrators tell this module, on the page of the AI Creator. */
export const openAiSettings = defineSettingsAddition({
  page: 'ai-creator',
  after: 'service',
  fields: {
    [keyField]: { type: 'secret', label: 'settings.api-key', help: 'settings.api-key-help', check: checkKeyShape },
  },
});
