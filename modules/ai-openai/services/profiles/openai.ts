import { largeOnly, pathsWithEdits, type ServiceProfile } from './service-profile.js';

const platform = 'https://platform.openai.com';
const usage = `${platform}/usage`;

export const openai: ServiceProfile = {
  id: 'openai',
  name: 'OpenAI',
  key: 'required',
  keyHeader: 'authorization',
  keyLength: 20,
  address: 'https://api.openai.com/v1',
  paths: pathsWithEdits,
  sizes: largeOnly,
  imagesPerRequest: 10,
  parameters: ['quality', 'output_format', 'moderation'],
  person: 'safety_identifier',
  promptLimit: 32_000,
  models: {
    preferred: ['gpt-image-2.6-flare', 'gpt-image-2.5-flare', 'gpt-image-2'],
    suggested: ['gpt-image-2.6-sunburst', 'gpt-image-2.5-sunburst'],
    shutdowns: {
      'gpt-image-1': '2026-10-23',
      'gpt-image-1-mini': '2026-12-01',
      'gpt-image-1.5': '2026-12-01',
      'chatgpt-image-latest': '2026-12-01',
    },
  },
  streams: true,
  tokensOfPartialImage: 100,
  help: {
    'key-missing': `${platform}/api-keys`,
    'invalid-api-key': `${platform}/api-keys`,
    'organization-not-verified': 'https://help.openai.com/en/articles/10910291-api-organization-verification',
    'model-not-found': `${platform}/docs/deprecations`,
    'insufficient-quota': `${platform}/settings/organization/billing/overview`,
    'rate-limited': `${platform}/settings/organization/limits`,
    declined: 'https://openai.com/policies/usage-policies',
    'bad-request': `${platform}/docs/guides/error-codes`,
    'server-error': 'https://status.openai.com',
    'timed-out': usage,
    'connection-error': usage,
    'invalid-response': usage,
    cancelled: usage,
    unknown: usage,
  },
};
