export type { Health, HttpDependencies, PageRenderer } from './dependencies.js';
export { defaultHttpLimits, type HttpConfig, type HttpLimits } from './http-config.js';
export { createHttpHost, type HttpHost } from './http-host.js';
