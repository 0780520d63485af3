export { type Acting, actAs, currentlyActing, HostAccessContexts, NamedAccessContexts } from './access-contexts.js';
export { HostCookie, HostCookies, HostSessionCookie } from './cookie.js';
export { Languages, type SpokenLanguages } from './languages.js';
