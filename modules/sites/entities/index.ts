import { BrandEntity } from './brand-entity.js';
import { SiteEntity } from './site-entity.js';

export default [SiteEntity, BrandEntity];
