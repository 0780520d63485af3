export {
  accessibilityFaults,
  chromiumPath,
  type DeclaredRoute,
  freePort,
  type PageOptions,
  startTestPortal,
  TestBrowser,
  type TestPortal,
  type TestPortalOptions,
} from '@portico/core/testing';
