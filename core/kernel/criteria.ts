import type { AccessContext, Criterion, Flags } from '../api/index.js';

/** What the kernel asks about flags; with `state` it can also say why a flag is as it is. */
export type FlagSource = Pick<Flags, 'isEnabled' | 'onDidChange'> & Partial<Pick<Flags, 'state'>>;

/** The keys of `when` that the portal itself answers. */
export function coreCriteria(flags: FlagSource): readonly Criterion[] {
  return [flagCriterion(flags), scopeCriterion, permissionCriterion, givenCriterion];
}

const flagCriterion = (flags: FlagSource): Criterion => ({
  key: 'flag',
  holds: (key) => flags.isEnabled(key),
  explain: (key) => {
    const met = flags.isEnabled(key);
    const state = flags.state?.(key);
    const changeableBy =
      state?.lockedBy === undefined
        ? 'Whoever may manage feature flags, on the Feature Flags screen or in feature-flags.json.'
        : `An operator, with the environment variable ${state.lockedBy}.`;
    const reason = state?.reason ?? `The flag ${key} is ${met ? 'on' : 'off'}.`;
    return { criterion: 'flag', subject: key, met, reason, changeableBy };
  },
});

const scopeCriterion: Criterion = {
  key: 'scope',
  holds: (kind, access) => access.scope.kind === kind,
  explain: (kind, access) => ({
    criterion: 'scope',
    subject: kind,
    met: access.scope.kind === kind,
    reason:
      access.scope.kind === 'site'
        ? `This is a page of the site ${access.site?.name ?? access.scope.siteId}.`
        : 'This is a page of the instance.',
  }),
};

const permissionCriterion: Criterion = {
  key: 'permission',
  holds: (permission, access) => access.can(permission),
  explain: (permission, access) => {
    const met = access.can(permission);
    return {
      criterion: 'permission',
      subject: permission,
      met,
      reason: `${nameOf(access)} ${met ? 'has' : 'does not have'} the permission ${permission} here.`,
      changeableBy: 'Whoever may manage roles.',
    };
  },
};

const givenCriterion: Criterion = {
  key: 'given',
  holds: (fact, _access, given) => given.includes(fact),
  explain: (fact, _access, given) => {
    const met = given.includes(fact);
    return {
      criterion: 'given',
      subject: fact,
      met,
      reason: met ? `The page states "${fact}".` : `The page that asks does not allow "${fact}".`,
    };
  },
};

const nameOf = ({ person }: AccessContext): string => person?.name ?? 'A guest';
