import { from512, paths, type ServiceProfile } from './service-profile.js';

/** Makes one image for a request, whatever `n` says; newer versions refuse it. */
export const ollama: ServiceProfile = {
  id: 'ollama',
  name: 'Ollama',
  key: 'none',
  keyHeader: 'authorization',
  paths,
  sizes: from512,
  imagesPerRequest: 1,
  parameters: ['response_format'],
  listSuffix: ':latest',
  models: { preferred: ['x/z-image-turbo', 'x/flux2-klein'] },
  streams: false,
};
