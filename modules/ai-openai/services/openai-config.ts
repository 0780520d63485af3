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
