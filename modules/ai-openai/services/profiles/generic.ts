import { largeOnly, paths, type ServiceProfile } from './service-profile.js';

/** Only what every server of the images API is known to take: one image for a request, as base64, by a name that somebody chose. */
export const generic: ServiceProfile = {
  id: 'generic',
  name: 'OpenAI-compatible service',
  key: 'optional',
  keyHeader: 'authorization',
  paths,
  sizes: largeOnly,
  imagesPerRequest: 1,
  parameters: ['response_format'],
  namesImages: true,
  models: { preferred: [] },
  streams: false,
};
