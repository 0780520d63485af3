export { HostAccessContexts, NamedAccessContexts } from './access-contexts.js';
export { HostCookie, HostSessionCookie } from './cookie.js';
