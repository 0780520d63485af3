import { largeOnly, pathsWithEdits, type ServiceProfile } from './service-profile.js';

/** Models are asked for by the names of deployments, which the list of models does not know. */
export const azureOpenAi: ServiceProfile = {
  id: 'azure-openai',
  name: 'Azure OpenAI',
  key: 'required',
  keyHeader: 'api-key',
  query: { 'api-version': 'preview' },
  paths: pathsWithEdits,
  sizes: largeOnly,
  imagesPerRequest: 10,
  parameters: ['quality', 'output_format'],
  person: 'user',
  promptLimit: 32_000,
  models: { preferred: ['gpt-image-2', 'gpt-image-1.5'], listed: false },
  streams: true,
};
