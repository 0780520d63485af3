import { azureOpenAi } from './azure-openai.js';
import { generic } from './generic.js';
import { localAi } from './local-ai.js';
import { ollama } from './ollama.js';
import { openai } from './openai.js';
import type { ServiceProfile } from './service-profile.js';
import { stableDiffusionCpp } from './stable-diffusion-cpp.js';

export type { OptionalParameter, ServiceProfile } from './service-profile.js';

/** In the order of the setting. */
export const profiles: readonly ServiceProfile[] = [openai, azureOpenAi, localAi, ollama, stableDiffusionCpp, generic];
