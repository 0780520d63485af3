export { Container, inject, injectable, type ServiceIdentifier } from 'inversify';
export { default as compareVersions } from 'semver/functions/compare.js';
export { default as isLaterVersion } from 'semver/functions/gt.js';
export { default as parseVersion } from 'semver/functions/parse.js';
export { default as satisfies } from 'semver/functions/satisfies.js';
export { default as valid } from 'semver/functions/valid.js';
export { default as validRange } from 'semver/ranges/valid.js';
