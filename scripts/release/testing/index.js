export { accessibilityFaults, chromiumPath, freePort, startTestPortal, TestBrowser } from '@portico/core/testing';
