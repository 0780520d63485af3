import { AddLanguagesOfPeople1764710000000 } from './add-languages-of-people.js';
import { CreateAccountLinks1764710000000 } from './create-account-links.js';
import { CreateApiTokens1763900000000 } from './create-api-tokens.js';
import { CreateExternalIdentities1764720100000 } from './create-external-identities.js';
import { CreateIdentity1763800000000 } from './create-identity.js';
import { CreateKnownDevices1764590000000 } from './create-known-devices.js';
import { CreateLastSites1764741000000 } from './create-last-sites.js';
import { CreateRolesAndGroups1764720000000 } from './create-roles-and-groups.js';
import { CreateSecondFactors1764700000000 } from './create-second-factors.js';
import { CreateServiceAccounts1764742000000 } from './create-service-accounts.js';
import { CreateSignInCounts1764700300000 } from './create-sign-in-counts.js';
import { DescribeSessions1764700100000 } from './describe-sessions.js';
import { ExpireOneTimePasswords1764700200000 } from './expire-one-time-passwords.js';
import { FoldNamesOfPeople1764490000000 } from './fold-names-of-people.js';
import { GrantUsageAsSettings1764000000000 } from './grant-usage-as-settings.js';
import { ShareKnownDevices1764610000000 } from './share-known-devices.js';
import { SortPeopleByName1764600000000 } from './sort-people-by-name.js';
import { SortPeopleByNumber1764640000000 } from './sort-people-by-number.js';

export default [
  CreateIdentity1763800000000,
  CreateApiTokens1763900000000,
  GrantUsageAsSettings1764000000000,
  FoldNamesOfPeople1764490000000,
  CreateKnownDevices1764590000000,
  SortPeopleByName1764600000000,
  ShareKnownDevices1764610000000,
  SortPeopleByNumber1764640000000,
  CreateRolesAndGroups1764720000000,
  CreateSecondFactors1764700000000,
  DescribeSessions1764700100000,
  ExpireOneTimePasswords1764700200000,
  CreateSignInCounts1764700300000,
  CreateAccountLinks1764710000000,
  CreateExternalIdentities1764720100000,
  AddLanguagesOfPeople1764710000000,
  CreateLastSites1764741000000,
  CreateServiceAccounts1764742000000,
];
