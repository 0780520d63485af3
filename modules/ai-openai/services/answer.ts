import { checkImage, type ProvidedImage, ProviderError } from '@portico/ai-providers/api';
import { z } from '@portico/core';
import { Base64ImageExtractor } from './base64-image-extractor.js';

const count = z.number().int().min(0).optional().catch(undefined);
/** What is read of an answer; it may hold more. */
const Answer = z.object({
  data: z
    .array(z.object({ b64_json: z.string().min(1).optional(), url: z.string().optional() }))
    .min(1)
    .max(10),
  usage: z.object({ input_tokens: count, output_tokens: count }).optional().catch(undefined),
});

export interface CheckedAnswer {
  readonly images: readonly ProvidedImage[];
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
}

const bad = (message: string): ProviderError => new ProviderError('bad-answer', message, { maybeCharged: true });

/** Checks the shape of an answer and decodes every image in it; nothing of it is believed. Images that do not decode are left out while one does. */
export async function checkAnswer(answer: unknown, apart = new Base64ImageExtractor()): Promise<CheckedAnswer> {
  const parsed = Answer.safeParse(answer);
  if (!parsed.success) throw bad('The answer does not have the shape of an images answer.');
  const { data, usage } = parsed.data;
  if (data.every((image) => image.b64_json === undefined))
    throw bad('The answer has addresses in place of images; they are not fetched.');
  const images: ProvidedImage[] = [];
  let trouble: unknown;
  for (const { b64_json: text } of data) {
    if (text === undefined) continue;
    try {
      const bytes = apart.of(text);
      await checkImage(bytes);
      images.push({ bytes });
    } catch (error) {
      trouble = error;
    }
  }
  if (images.length === 0) throw trouble;
  return {
    images,
    usage: usage && { inputTokens: usage.input_tokens ?? 0, outputTokens: usage.output_tokens ?? 0 },
  };
}
