import { GeneratedImage } from './generated-image.js';
import { Generation } from './generation.js';

export default [Generation, GeneratedImage];
