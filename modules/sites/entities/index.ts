import { SiteEntity } from './site-entity.js';

export default [SiteEntity];
