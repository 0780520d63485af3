export { type RequiredProperties, requiredProperties } from '../api/point-requirements.js';
export { freePort } from '../portal/machine.js';
export { accessibilityFaults } from './accessibility.js';
export { digitalSourceType, metadataText, withMetadata } from './exiftool.js';
export { fillDisk, privateMounts, smallDisk } from './small-disk.js';
export { chromiumPath, launchChromium, type PageOptions, TestBrowser } from './test-browser.js';
export { type DeclaredRoute, eventually, startTestPortal, type TestPortal, type TestPortalOptions } from './test-portal.js';
