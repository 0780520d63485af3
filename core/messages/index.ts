export { MessageCatalog, type MessageCatalogOptions, type MessageOwner } from './message-catalog.js';
export { readMessageFile } from './message-file.js';
