import { CreateDocuments1763800000000 } from './create-documents.js';

export default [CreateDocuments1763800000000];
