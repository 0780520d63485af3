import { AddCharset1764480000000 } from './add-charset.js';
import { AddOrderIndexes1764500000000 } from './add-order-indexes.js';
import { AddProvenanceLists1763810000000 } from './add-provenance-lists.js';
import { AddRules1764700000000 } from './add-rules.js';
import { AddSearchText1764490000000 } from './add-search-text.js';
import { AddSiteStorage1764600000000 } from './add-site-storage.js';
import { AddTypeRules1764620000000 } from './add-type-rules.js';
import { AddWordRules1764660000000 } from './add-word-rules.js';
import { CreateDocuments1763800000000 } from './create-documents.js';
import { DropOfficeCopies1764650000000 } from './drop-office-copies.js';
import { DropReaderCopies1764630000000 } from './drop-reader-copies.js';
import { GeneraliseMetadata1764460000000 } from './generalise-metadata.js';
import { RenameOnceKey1764470000000 } from './rename-once-key.js';
import { SortNamesByNumber1764640000000 } from './sort-names-by-number.js';

export default [
  CreateDocuments1763800000000,
  AddProvenanceLists1763810000000,
  GeneraliseMetadata1764460000000,
  RenameOnceKey1764470000000,
  AddCharset1764480000000,
  AddSearchText1764490000000,
  AddOrderIndexes1764500000000,
  AddSiteStorage1764600000000,
  AddTypeRules1764620000000,
  DropReaderCopies1764630000000,
  SortNamesByNumber1764640000000,
  DropOfficeCopies1764650000000,
  AddWordRules1764660000000,
  AddRules1764700000000,
];
