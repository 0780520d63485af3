export { MessageCatalog, type MessageCatalogOptions, type MessageOwner } from './message-catalog.js';
export { readMessageFile } from './message-file.js';
export { compileMessage, formatMessage, type ParsedMessage, quotedArguments } from './message-format.js';
export { type BrokenMessage, type ReadMessages, readMessages } from './read-messages.js';
