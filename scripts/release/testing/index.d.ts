export {
  accessibilityFaults,
  type DeclaredRoute,
  freePort,
  type PageOptions,
  startTestPortal,
  TestBrowser,
  type TestPortal,
  type TestPortalOptions,
} from '@portico/core/testing';
