export { createScanner, type Node, type ParseError, parseTree } from 'jsonc-parser';
