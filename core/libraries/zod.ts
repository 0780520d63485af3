export { z } from 'zod';
export { createDocument } from 'zod-openapi';
