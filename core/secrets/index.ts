export { secretCommands } from './commands.js';
export { type KeyRing, type KeyRingOptions, openKeyRing } from './key-ring.js';
export { SecretRotation } from './rotation.js';
export { AesSecretBox } from './secret-box.js';
