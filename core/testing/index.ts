export { accessibilityFaults } from './accessibility.js';
export { digitalSourceType } from './digital-source-type.js';
export { type PageOptions, TestBrowser } from './test-browser.js';
export { startHouse, type TestHouse, type TestHouseOptions } from './test-house.js';
