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

export const defaultProfile = openai;

/** Undefined for what another module's provider made. */
export const profileOf = (id: string | null): ServiceProfile | undefined => profiles.find((profile) => profile.id === id);
