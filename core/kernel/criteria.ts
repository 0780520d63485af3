import type { AccessContext, Contribution, Criterion, ExplainedStep, Explanation, Flags } from '../api/index.js';

/** What the kernel asks about flags; with `state` it can also say why a flag is as it is. */
export type FlagSource = Pick<Flags, 'isEnabled' | 'onDidChange'> & Partial<Pick<Flags, 'state'>>;

/** The keys of `when` that the portal itself answers. */
/** What is contributed to a point, as its host sees it. */
export interface AskedPoint {
  all(): readonly Contribution<unknown>[];
  visible(access: AccessContext): readonly Contribution<unknown>[];
  explain(id: string, access: AccessContext): Explanation | undefined;
}

/** @param pointOf undefined for a point that nobody hosts. */
export function coreCriteria(flags: FlagSource, pointOf: (id: string) => AskedPoint | undefined): readonly Criterion[] {
  return [flagCriterion(flags), scopeCriterion, permissionCriterion, contributedCriterion(pointOf), givenCriterion];
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

function contributedCriterion(pointOf: (id: string) => AskedPoint | undefined): Criterion {
  /** Points that are being asked: what waits for itself is not there. */
  const asked = new Set<string>();
  const once = <T>(point: string, ask: () => T, otherwise: T): T => {
    if (asked.has(point)) return otherwise;
    asked.add(point);
    try {
      return ask();
    } finally {
      asked.delete(point);
    }
  };
  const there = (point: string, access: AccessContext): boolean =>
    once(point, () => (pointOf(point)?.visible(access).length ?? 0) > 0, false);
  /** Why the first one is not there. */
  const blocking = (point: string, access: AccessContext): ExplainedStep | undefined =>
    once(point, () => pointOf(point)?.explain(pointOf(point)?.all()[0]?.id ?? '', access)?.blocking, undefined);
  return {
    key: 'contributed',
    holds: there,
    explain: (point, access) => {
      const met = there(point, access);
      const why = met ? undefined : blocking(point, access);
      const hidden = why ? `What is contributed to ${point} is not there. ${why.reason}` : `Nothing is contributed to ${point}.`;
      const { changeableBy, href, hrefPermission } = why ?? {};
      return {
        criterion: 'contributed',
        subject: point,
        met,
        reason: met ? `Something that is contributed to ${point} is there.` : hidden,
        ...(changeableBy !== undefined && { changeableBy }),
        ...(href !== undefined && { href }),
        ...(hrefPermission !== undefined && { hrefPermission }),
      };
    },
  };
}

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
