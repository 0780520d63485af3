export {
  type BrokenMessage,
  MessageCatalog,
  type MessageCatalogOptions,
  type MessageOwner,
  type ReadMessages,
  readMessages,
} from './message-catalog.js';
export { readMessageFile } from './message-file.js';
export { compileMessage, formatMessage, type ParsedMessage, quotedArguments } from './message-format.js';
