export { accessibilityFaults, freePort, startTestPortal, TestBrowser } from '@portico/core/testing';
