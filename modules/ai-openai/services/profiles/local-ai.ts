import { diffusionBlocks, from512, paths, type ServiceProfile } from './service-profile.js';

/** Answers addresses unless it is asked for base64, and takes what follows a `|` for what must not be seen. */
export const localAi: ServiceProfile = {
  id: 'localai',
  name: 'LocalAI',
  key: 'optional',
  keyHeader: 'authorization',
  paths,
  sizes: from512,
  imagesPerRequest: 10,
  parameters: ['response_format'],
  controlBlocks: diffusionBlocks,
  namesImages: true,
  promptSigns: { '|': ',' },
  models: { preferred: ['stablediffusion'], suggested: ['flux.1-dev-ggml', 'stablediffusion3-medium'] },
  streams: false,
};
