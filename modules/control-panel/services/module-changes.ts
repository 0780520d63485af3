import {
  type AccessContext,
  inject,
  injectable,
  Messages,
  type Modification,
  type ModificationKind,
  Modifications,
} from '@portico/core';
import { ContributionNames } from './contribution-names.js';

/** A change of one module to another, in words. */
export interface ShownModification {
  readonly kind: ModificationKind;
  readonly subject: string;
  readonly isOn: boolean;
  readonly isInForce: boolean;
  /** What it does, and to which module. */
  readonly what: string;
  readonly state: string;
  readonly reason?: string;
  /** Who else changes the same, in the order in which they count; undefined when nobody else does. */
  readonly order?: string;
  /** Name of the button. */
  readonly action: string;
}

/** What modules change about others, on the page of each. */
@injectable()
export class ModuleChanges {
  constructor(
    @inject(Modifications) private readonly modifications: Modifications,
    @inject(ContributionNames) private readonly names: ContributionNames,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  madeBy(module: string, access: AccessContext): readonly ShownModification[] {
    return this.modifications.list().flatMap((each) => (each.module === module ? [this.inWords(each, access)] : []));
  }

  /** Those that are in force now. */
  madeTo(
    module: string,
    { locale }: AccessContext,
  ): readonly { readonly id: string; readonly name: string; readonly what: string }[] {
    return this.modifications
      .list()
      .filter(({ of, state }) => of === module && state === 'in-force')
      .map(({ module: id, kind, subject }) => ({
        id,
        name: this.names.module(id, locale),
        what: this.messages.text(`changes.${kind}`, { subject: this.subject(kind, subject) }, locale),
      }));
  }

  /** @throws PortalError `modification-unknown` (404). */
  async switch(
    module: string,
    kind: ModificationKind,
    subject: string,
    isOn: boolean,
    { person }: AccessContext,
  ): Promise<Modification> {
    const by = { id: person?.id ?? 'system', name: person?.name ?? 'system' };
    return this.modifications.switch({ module, kind, subject, isOn, by, via: 'screen' });
  }

  private inWords({ kind, subject, of, isOn, state, reason, order }: Modification, { locale }: AccessContext): ShownModification {
    const text = (key: string, values?: Readonly<Record<string, string>>): string => this.messages.text(key, values, locale);
    const what = text(`changes.${kind}`, { subject: this.subject(kind, subject) });
    return {
      kind,
      subject,
      isOn,
      isInForce: state === 'in-force',
      what: of === undefined ? what : text('changes.of', { what, module: this.names.module(of, locale) }),
      state: text(`changes.state.${state}`),
      ...(reason ? { reason } : {}),
      ...(order.length > 1
        ? { order: text(`changes.order.${kind}`, { order: order.map((id) => this.names.module(id, locale)).join(', ') }) }
        : {}),
      action: text(isOn ? 'changes.switch-off' : 'changes.switch-on', { what }),
    };
  }

  /** The name of the other module is said beside it. */
  private subject(kind: ModificationKind, subject: string): string {
    return kind === 'view' ? subject.slice(subject.indexOf('/') + 1) : subject;
  }
}
