import { AddProvenanceLists1763810000000 } from './add-provenance-lists.js';
import { CreateDocuments1763800000000 } from './create-documents.js';

export default [CreateDocuments1763800000000, AddProvenanceLists1763810000000];
