import {
  type ExtensionPoint,
  extensionPoint,
  type RouteContext,
  type ServiceToken,
  serviceToken,
  type Transaction,
} from '@portico/core';

/** One way to sign in besides the password, e.g. one provider of OpenID Connect: a button on the sign-in page. */
export interface SignInButton {
  /** Unique in the portal, and stays: `<module>/<id>`. Sessions, connections and roles remember it. */
  readonly provider: string;
  /** What people call the provider, e.g. their organisation. */
  readonly name: string;
  /** What the button says, in the given language. */
  readonly label: string;
  /** Place of the portal to which the button posts a form, with `next`, the place where the person wants to go on, when there is one. */
  readonly action: string;
  /** The same for somebody who is signed in and wants to connect an account there to their own. Undefined: that is not possible. */
  readonly connect?: string;
}

/** A session that was begun at another place. */
export interface ExternalSession {
  /** As in the button. */
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  /** Id of the session there, where the issuer says one. */
  readonly sid?: string;
}

/**
 * A method of signing in, e.g. OpenID Connect: it has any number of buttons, does what is to be done on routes of its own, and ends by asking
 * `ExternalSignIn` for a session. It keeps no people and no sessions.
 */
export interface SignInMethod {
  /** Those that are there now, in their order. A memory read. @param locale BCP 47. */
  buttons(locale: string): readonly SignInButton[];
  /**
   * Where somebody who has just signed out here is asked whether to sign out there, too: an absolute address. Undefined when the place knows of none.
   * It must answer within seconds; when it throws, the person is signed out here all the same.
   */
  signOutAddress?(session: ExternalSession): Promise<string | undefined>;
}

/** Methods of signing in. Hosted by identity. */
export const SignInMethods: ExtensionPoint<SignInMethod> = extensionPoint('identity.sign-in-methods', {
  requires: { buttons: 'function' },
});

/** A role that everybody in a group of the provider has. */
export interface GroupRole {
  /** As the provider says it. */
  readonly group: string;
  readonly role: string;
  /** Left out for the instance. */
  readonly siteId?: string;
}

/** What administrators decided about a provider. */
export interface ExternalProvider {
  /** As in the button. */
  readonly id: string;
  readonly name: string;
  /** Whether somebody whose address nobody here has gets an account. */
  readonly addsPeople: boolean;
  /** Whether it asks for a second factor itself, so that none is asked for here. */
  readonly countsAsSecondFactor: boolean;
  readonly groupRoles: readonly GroupRole[];
}

/** Who somebody is, as a provider vouches for it. Everything has been checked: signatures, times, for whom it was meant. */
export interface ExternalIdentity {
  /** Who vouches; together with the subject it is the person's identity, whatever becomes of address and name. */
  readonly issuer: string;
  readonly subject: string;
  readonly email?: string;
  /** True only when the provider says so in so many words: nothing else connects an account to one that is here already. */
  readonly emailVerified: boolean;
  readonly name?: string;
  /** Undefined: nothing was said, and no role is taken away. Empty: in none, and every role that this provider gave goes. */
  readonly groups?: readonly string[];
  /** Id of the session there. */
  readonly sid?: string;
}

/** Where a session that the provider ended is looked for: with a session id that one, without all of the subject. */
export type EndedSession = { readonly issuer: string } & (
  | { readonly subject: string; readonly sid?: string }
  | { readonly subject?: undefined; readonly sid: string }
);

/**
 * Sessions for people for whom somebody else vouches. Identity decides whose account it is, adds one where the provider may, gives and takes the roles
 * that follow from groups, asks for a second factor where one is needed, and writes the audit log.
 */
export interface ExternalSignIn {
  /**
   * Answers the request: with a session and the way on, or with the page of what is still asked for.
   * @param next where the person wanted to go on; only places of the portal count.
   * @throws PortalError `external-address-unverified` (403), `external-account-missing` (403), `external-account-disabled` (403), each with a sentence
   * for the person.
   */
  signIn(ctx: RouteContext, provider: ExternalProvider, identity: ExternalIdentity, next?: string): Promise<void>;
  /**
   * Asked before the way to the provider, with which an account is to be connected: true when the request was answered with the question for the password,
   * which was not given for a quarter of an hour. A browser that was left open is nobody's to add a way in to.
   * @throws PortalError `sign-in-required` (401).
   */
  mustConfirm(ctx: RouteContext): boolean;
  /**
   * Connects the account there to that of the person who is signed in, and answers the request; with the question for the password, and nothing
   * connected, where `mustConfirm` would ask it.
   * @throws PortalError `external-account-taken` (409) when somebody else has it; `sign-in-required` (401).
   */
  connect(ctx: RouteContext, provider: ExternalProvider, identity: ExternalIdentity): Promise<void>;
  /** Ends sessions with the caller's transaction, and audits it. Answers how many there were. API tokens go on. */
  endSessions(transaction: Transaction, ended: EndedSession): Promise<number>;
  /**
   * Ends the sessions of a provider that is removed and takes the roles that it gave, with the caller's transaction. Connections stay, for when the
   * same issuer comes back.
   */
  providerRemoved(transaction: Transaction, provider: string): Promise<void>;
  /** How many people have connected an account of a provider. */
  connectedPeople(provider: string): Promise<number>;
}
export const ExternalSignIn: ServiceToken<ExternalSignIn> = serviceToken('identity.external-sign-in');
