import { diffusionBlocks, from512, pathsWithEdits, type ServiceProfile } from './service-profile.js';

/** Has the one model it was started with, and answers under one name whichever that is. */
export const stableDiffusionCpp: ServiceProfile = {
  id: 'stable-diffusion-cpp',
  name: 'stable-diffusion.cpp',
  key: 'none',
  keyHeader: 'authorization',
  paths: pathsWithEdits,
  sizes: from512,
  imagesPerRequest: 10,
  parameters: ['output_format'],
  controlBlocks: diffusionBlocks,
  models: { preferred: ['sd-cpp-local'] },
  streams: false,
};
