import { CreateImports1763900000001 } from './create-imports.js';
import { CreateSettings1763800000001 } from './create-settings.js';

export default [CreateSettings1763800000001, CreateImports1763900000001];
