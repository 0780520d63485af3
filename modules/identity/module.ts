import { AccessControl, DemoContents, defineModule, Sessions } from '@portico/core';
import { People } from './api/index.js';
import { AccountBook } from './services/account-book.js';
import { DemoPeople } from './services/demo-people.js';
import { Directory } from './services/directory.js';
import { FirstRun } from './services/first-run.js';
import { IdentityConfig } from './services/identity-config.js';
import { IdentityStart } from './services/identity-start.js';
import { PasswordTickets } from './services/password-tickets.js';
import { Passwords } from './services/passwords.js';
import { PeopleList } from './services/people-list.js';
import { RoleAccessControl } from './services/role-access-control.js';
import { RoleCatalog } from './services/role-catalog.js';
import { SessionStore } from './services/session-store.js';
import { SignIn } from './services/sign-in.js';
import { SignInBrake } from './services/sign-in-brake.js';

export default defineModule(({ use, provide, contribute, run }) => {
  use(IdentityConfig, Directory, Passwords, PasswordTickets, RoleCatalog);
  use(AccountBook, SessionStore, SignIn, SignInBrake, PeopleList, FirstRun);
  provide(Sessions).to(SessionStore);
  provide(AccessControl).to(RoleAccessControl);
  provide(People).to(AccountBook);
  run(IdentityStart);
  contribute(DemoContents).to(DemoPeople, { order: 10 });
});
