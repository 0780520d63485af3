export { imageProviderFaults, type ProviderTrial } from './provider-faults.js';
