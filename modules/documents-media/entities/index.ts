import { DocumentEntity } from './document.js';
import { DocumentVersionEntity } from './document-version.js';
import { FolderEntity } from './folder.js';
import { RenditionEntity } from './rendition.js';
import { RuleEntity } from './rule.js';
import { SiteStorageEntity } from './site-storage.js';

export default [FolderEntity, DocumentEntity, DocumentVersionEntity, RenditionEntity, RuleEntity, SiteStorageEntity];
