export * from './access.js';
export * from './audit.js';
export * from './basics.js';
export * from './branding.js';
export * from './catalog.js';
export * from './commands.js';
export * from './contributions.js';
export { type DeprecatedKind, type Deprecation, noteDeprecatedUse } from './deprecation.js';
export * from './disposable.js';
export * from './errors.js';
export * from './event.js';
export * from './explanations.js';
export * from './first-steps.js';
export * from './flags.js';
export * from './http.js';
export * from './jobs.js';
export * from './libraries.js';
export * from './localization.js';
export * from './manifest.js';
export * from './menus.js';
export * from './modifications.js';
export * from './module.js';
export * from './module-packages.js';
export * from './modules.js';
export * from './pages.js';
export * from './persistence.js';
export * from './personal-data.js';
export type { PointRequirements, PropertyKind } from './point-requirements.js';
export * from './secrets.js';
export * from './site-contents.js';
export {
  type ConditionalPoint,
  type ContributionLabel,
  type ExtensionPoint,
  extensionPoint,
  former,
  inject,
  injectable,
  optional,
  type PointOptions,
  type ServiceHandle,
  type ServiceToken,
  serviceToken,
  tokenId,
} from './tokens.js';
export * from './when.js';
