export { HostAccessContexts } from './access-contexts.js';
export { HostCookie } from './cookie.js';
export { HostSessionCookie } from './session-cookie.js';
