export * from './image-provider.js';
export * from './make-images.js';
export * from './models.js';
export * from './pictures.js';
export * from './prompts.js';
export * from './provider-directory.js';
export * from './provider-error.js';
export * from './requests.js';
