export { secretCommands } from './commands.js';
export { type KeyRing, type KeyRingOptions, openKeyRing } from './key-ring.js';
export { SecretRotation } from './rotation.js';
export { AesSecretBox, openSecretBox } from './secret-box.js';
