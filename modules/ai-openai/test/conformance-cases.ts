import type { ImageRequest } from '@portico/ai-providers/api';
import { createImagesSandbox, type DialectName, dialectNames, type ImagesSandbox, sandboxKey } from '@portico/ai-sandbox/api';
import type { HostConfig } from '@portico/core';
import { OpenAiImageProvider } from '../services/openai-image-provider.js';
import { OpenAiConfig } from '../services/openai-settings.js';
import { profiles, type ServiceProfile } from '../services/profiles/index.js';

/** What a service must see of a request, written down apart from the profile. */
export interface ServiceCase {
  readonly id: DialectName;
  readonly model: string;
  /** Where the key arrives; undefined: nowhere. */
  readonly keyHeader: 'authorization' | 'api-key' | undefined;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The whole body of a request for two images of 512x512, but model and prompt. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The sizes that are asked for 256x256, 512x512 and 1024x1024. */
  readonly sizes: readonly [string, string, string];
  /** Requests for four images. */
  readonly requests: number;
  /** Whether it shows images on their way. */
  readonly streams: boolean;
  /** Whether it makes variations of a picture. */
  readonly varies: boolean;
  /** Names that it lists. */
  readonly lists: string;
}

const large = ['1024x1024', '1024x1024', '1024x1024'] as const;
const small = ['512x512', '512x512', '1024x1024'] as const;
const plain = { path: '/v1/images/generations', query: {} } as const;

export const cases: readonly ServiceCase[] = [
  {
    ...plain,
    id: 'openai',
    model: 'gpt-image-2.6-flare',
    keyHeader: 'authorization',
    body: {
      n: 2,
      size: '1024x1024',
      quality: 'low',
      output_format: 'png',
      moderation: 'low',
      safety_identifier: 'f00d',
    },
    sizes: large,
    requests: 1,
    streams: true,
    varies: true,
    lists: 'gpt-image-2.6-flare',
  },
  {
    id: 'azure-openai',
    model: 'portal-pictures',
    keyHeader: 'api-key',
    path: '/openai/v1/images/generations',
    query: { 'api-version': 'preview' },
    body: { n: 2, size: '1024x1024', quality: 'low', output_format: 'png', user: 'f00d' },
    sizes: large,
    requests: 1,
    streams: true,
    varies: true,
    lists: 'gpt-image-2-2026-04-21',
  },
  {
    ...plain,
    id: 'localai',
    model: 'stablediffusion',
    keyHeader: 'authorization',
    body: { n: 2, size: '512x512', response_format: 'b64_json' },
    sizes: small,
    requests: 1,
    streams: false,
    varies: false,
    lists: 'stablediffusion',
  },
  {
    ...plain,
    id: 'ollama',
    model: 'x/z-image-turbo',
    keyHeader: undefined,
    body: { size: '512x512', response_format: 'b64_json' },
    sizes: small,
    requests: 4,
    streams: false,
    varies: false,
    lists: 'x/z-image-turbo',
  },
  {
    ...plain,
    id: 'stable-diffusion-cpp',
    model: 'sd-cpp-local',
    keyHeader: undefined,
    body: { n: 2, size: '512x512', output_format: 'png' },
    sizes: small,
    requests: 1,
    streams: false,
    varies: true,
    lists: 'sd-cpp-local',
  },
  {
    ...plain,
    id: 'generic',
    model: 'portal-model',
    keyHeader: 'authorization',
    body: { size: '1024x1024', response_format: 'b64_json' },
    sizes: large,
    requests: 4,
    streams: false,
    varies: false,
    lists: 'portal-model',
  },
];

export interface Bench {
  readonly profile: ServiceProfile;
  readonly provider: OpenAiImageProvider;
  readonly sandbox: ImagesSandbox;
}

export const providerAt = (profile: ServiceProfile, baseUrl: string | undefined): OpenAiImageProvider => {
  const config: HostConfig = {
    mode: 'test',
    publicUrl: 'http://localhost',
    home: '/nowhere',
    module: (id) => (id === 'ai-openai' && baseUrl !== undefined ? { baseUrl } : undefined),
    variables: () => ({}),
  };
  return new OpenAiImageProvider(new OpenAiConfig(config), profile);
};

/** The provider with the profile of a case, and the stand-in with the same server's dialect. */
export async function benchOf({ id }: ServiceCase): Promise<Bench> {
  const profile = profiles.find((each) => each.id === id);
  if (!profile) throw new Error(`There is no profile ${id}.`);
  const sandbox = await createImagesSandbox({ dialect: dialectNames.find((name) => name === id) });
  return { profile, sandbox, provider: providerAt(profile, sandbox.url) };
}

export const requestOf = ({ model }: ServiceCase, changes: Partial<ImageRequest> = {}): ImageRequest => ({
  prompt: 'a lighthouse at dusk',
  size: '512x512',
  count: 1,
  model,
  quality: 'low',
  moderation: 'low',
  personHash: 'f00d',
  key: sandboxKey,
  signal: new AbortController().signal,
  ...changes,
});
