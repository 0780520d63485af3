export { type AssetOwner, Assets, type AssetsOptions, openPageMillis } from './assets.js';
export { CompiledViews } from './compiled-views.js';
export type { ViewOwner } from './loaded-views.js';
export type { Flash, PageState } from './page-state.js';
export { addressPath } from './places.js';
export { Views, type ViewsDependencies } from './views.js';
