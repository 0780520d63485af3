import type { MessageValues, ModulePlan, PlannedKind } from '@portico/core';

/** One line of a plan, as a person reads it. */
export interface PlanStep {
  readonly icon: string;
  readonly mark: 'done' | 'warn' | 'fail' | '';
  readonly title: string;
  readonly lines: readonly string[];
  /** Names, each on a line of its own, and whether they come or go. */
  readonly names: readonly { readonly name: string; readonly sign: string; readonly isGone: boolean }[];
}

type Text = (key: string, values?: MessageValues) => string;

const icons: Readonly<Record<PlannedKind, string>> = {
  requires: 'plug',
  optional: 'plug',
  provides: 'plug',
  hosts: 'plug',
  decorates: 'stars',
  overrides: 'web-content',
  'menu-items': 'bars',
  routes: 'link',
  permissions: 'lock',
  settings: 'cog',
  flags: 'sites',
  commands: 'document-code',
  contributions: 'plus',
  tables: 'table',
  migrations: 'table',
};
/** What widens what others may do, or changes what is kept: worth a look. */
const worthALook: readonly PlannedKind[] = ['permissions', 'tables', 'migrations', 'decorates', 'overrides'];

/** What a plan says, in the order in which somebody decides. @param nameOf what people call a module. */
export function planSteps(plan: ModulePlan, text: Text, nameOf: (id: string) => string): readonly PlanStep[] {
  const { problems, restarts, notes, changes, files, bytes } = plan;
  const step = (given: Partial<PlanStep> & Pick<PlanStep, 'icon' | 'title'>): PlanStep => ({
    mark: '',
    lines: [],
    names: [],
    ...given,
  });
  const size = text('packages.size', { files, kilobytes: Math.max(1, Math.round(bytes / 1024)) });
  return [
    problems.length === 0
      ? step({ icon: 'check', mark: 'done', title: text('packages.fits'), lines: [size] })
      : step({ icon: 'times', mark: 'fail', title: text('packages.does-not-fit'), lines: problems }),
    signatureStep(plan, text, step),
    ...(restarts.length > 0
      ? [
          step({
            icon: 'reload',
            title: text('packages.restarts', { count: restarts.length }),
            lines: [restarts.map(nameOf).join(', ')],
          }),
        ]
      : []),
    ...(notes.length > 0 ? [step({ icon: 'info-circle', mark: 'warn', title: text('packages.notes'), lines: notes })] : []),
    ...changes.map(({ kind, added, removed }) =>
      step({
        icon: icons[kind],
        mark: worthALook.includes(kind) ? 'warn' : '',
        title: text(`packages.kind.${kind}`),
        names: [
          ...added.map((name) => ({ name, sign: text('packages.comes'), isGone: false })),
          ...removed.map((name) => ({ name, sign: text('packages.goes'), isGone: true })),
        ],
      }),
    ),
  ];
}

function signatureStep(
  { signature: { kind, key } }: ModulePlan,
  text: Text,
  step: (given: Partial<PlanStep> & Pick<PlanStep, 'icon' | 'title'>) => PlanStep,
): PlanStep {
  if (kind === 'trusted')
    return step({
      icon: 'check',
      mark: 'done',
      title: text('packages.signed'),
      lines: [text('packages.signed-by', { key: key ?? '' })],
    });
  return step({
    icon: 'warning-full',
    mark: 'warn',
    title: text(`packages.signature-${kind}`),
    lines: [text('packages.signature-help')],
  });
}
