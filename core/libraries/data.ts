export { createScanner, type Node, type ParseError, parseTree } from 'jsonc-parser';
export { z } from 'zod';
export { createDocument } from 'zod-openapi';
