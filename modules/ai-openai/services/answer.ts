import { type ProvidedImage, ProviderError, type TokenUsage } from '@portico/ai-providers/api';
import type { Base64ImageExtractor } from './base64-image-extractor.js';

type Fields = Readonly<Record<string, unknown>>;

/** What was read of an answer. */
export interface ReadAnswer {
  readonly images: readonly ProvidedImage[];
  /** Addresses of images that the answer names in their place. */
  readonly addresses: readonly string[];
  readonly usage: TokenUsage | undefined;
}

/** Where services and gateways put the list of images, and an image in it. */
const listFields = ['data', 'images', 'output', 'artifacts'] as const;
const imageFields = ['b64_json', 'b64', 'base64', 'image_base64', 'image'] as const;
const addressFields = ['url', 'image_url'] as const;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/**
 * Reads an answer as generously as services write it: null is absent wherever it stands, fields that nobody needs may be anything, an image may
 * be a field or the item itself, with or without the prefix of a data address, and one item that holds nothing spoils no other. Nothing is decoded
 * here, and nothing is believed.
 * @throws ProviderError `invalid-response` when it has no list of images at all.
 */
export function readAnswer(answer: unknown, extractor: Base64ImageExtractor): ReadAnswer {
  const fields = isObject(answer) ? answer : {};
  const list = listOf(answer);
  if (list === undefined)
    throw new ProviderError('invalid-response', 'The answer does not have the shape of an images answer.', {
      maybeCharged: true,
    });
  const images: ProvidedImage[] = [];
  const addresses: string[] = [];
  for (const item of list) {
    const text = imageText(item);
    if (text === undefined) continue;
    if (/^https?:\/\//i.test(text)) addresses.push(text);
    else {
      const bytes = extractor.of(text);
      if (bytes.length > 0) images.push({ bytes });
    }
  }
  return { images, addresses, usage: usageOf(fields.usage) };
}

/** The items of an answer; undefined when it has no place for any. */
function listOf(answer: unknown): readonly unknown[] | undefined {
  if (Array.isArray(answer)) return answer as readonly unknown[];
  if (!isObject(answer)) return undefined;
  for (const field of listFields) {
    const value = answer[field];
    if (Array.isArray(value)) return value as readonly unknown[];
    if (isObject(value) || isText(value)) return [value];
  }
  return imageText(answer) === undefined ? undefined : [answer];
}

/** The base64, the data address or the address of one image. */
function imageText(item: unknown): string | undefined {
  if (isText(item)) return item;
  if (!isObject(item)) return undefined;
  const image = imageFields.map((field) => item[field]).find(isText);
  if (image !== undefined) return image;
  const address = addressFields.map((field) => item[field]).find((value) => isText(value) || isObject(value));
  return isObject(address) ? [address.url].find(isText) : isText(address) ? address : undefined;
}

/** A number of tokens; whatever else stands there says nothing. */
const count = (...values: readonly unknown[]): number | undefined =>
  values.find((value): value is number => Number.isSafeInteger(value) && (value as number) >= 0);

/** Undefined when nothing in it can be read: unknown, never nothing. */
export function usageOf(usage: unknown): TokenUsage | undefined {
  if (!isObject(usage)) return undefined;
  const inputTokens = count(usage.input_tokens, usage.prompt_tokens);
  const outputTokens = count(usage.output_tokens, usage.completion_tokens);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  const inputImageTokens = isObject(usage.input_tokens_details) ? count(usage.input_tokens_details.image_tokens) : undefined;
  const outputImageTokens = isObject(usage.output_tokens_details) ? count(usage.output_tokens_details.image_tokens) : undefined;
  return {
    inputTokens,
    outputTokens,
    ...(inputImageTokens !== undefined && { inputImageTokens }),
    ...(outputImageTokens !== undefined && { outputImageTokens }),
  };
}

/** An image in a text that is no whole answer; whatever stands between its quotes is its base64. */
const imageInText = new RegExp(`"(?:${imageFields.join('|')})"\\s*:\\s*"((?:[^"\\\\]|\\\\.)+)"`, 'g');

/** What had come, whole, of an answer that broke off or is no JSON: it was paid for. The beginning of an image that broke off comes last. */
export const salvage = (extractor: Base64ImageExtractor): readonly ProvidedImage[] =>
  imagesOfText(extractor.text, extractor, true);

/** @param isOpen the text ends where the answer did, so that an image may have begun there. */
export function imagesOfText(text: string, extractor: Base64ImageExtractor, isOpen: boolean): readonly ProvidedImage[] {
  const whole = [...text.matchAll(imageInText)].map(([, found = '']) => extractor.of(found.replaceAll('\\/', '/')));
  return [...whole, ...(isOpen ? extractor.begun : [])].filter((bytes) => bytes.length > 0).map((bytes) => ({ bytes }));
}
