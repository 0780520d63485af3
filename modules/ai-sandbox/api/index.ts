/**
 * An offline stand-in of the images API: strict like the real one, and able to fail in every way it can fail.
 * Tests and the demo talk to it over real HTTP.
 */
export { type Behaviour, type BehaviourName, behaviourNames } from '../server/behaviours.js';
export { type DialectName, dialectNames } from '../server/dialect.js';
export {
  createImagesSandbox,
  type ImagesSandbox,
  type SandboxOptions,
  type SandboxRequest,
  sandboxKey,
} from '../server/sandbox.js';
export type { AiSandboxErrorCode } from './error-codes.js';
