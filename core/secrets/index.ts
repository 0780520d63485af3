export { openSecretBox, type SecretBoxOptions } from './secret-box.js';
