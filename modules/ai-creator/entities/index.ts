import { Breaker } from './breaker.js';
import { GeneratedImage } from './generated-image.js';
import { Generation } from './generation.js';
import { KnownModel } from './known-model.js';
import { UnreadableFile } from './unreadable-file.js';

export default [Generation, GeneratedImage, KnownModel, Breaker, UnreadableFile];
