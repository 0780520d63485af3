import { AddAudience1764700000000 } from './add-audience.js';
import { AddStates1764910000000 } from './add-states.js';
import { CreateBrands1764920000000 } from './create-brands.js';
import { CreateSites1763800000000 } from './create-sites.js';
import { SortSitesByName1764600000000 } from './sort-sites-by-name.js';
import { SortSitesByNumber1764640000000 } from './sort-sites-by-number.js';

export default [
  CreateSites1763800000000,
  SortSitesByName1764600000000,
  SortSitesByNumber1764640000000,
  AddAudience1764700000000,
  AddStates1764910000000,
  CreateBrands1764920000000,
];
