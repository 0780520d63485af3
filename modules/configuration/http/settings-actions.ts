import {
  type AccessContext,
  type ConditionalContributions,
  type Contribution,
  contributions,
  inject,
  injectable,
  Log,
  notFound,
  z,
} from '@portico/core';
import { type SettingsAction, type SettingsActionResult, SettingsActions, type SettingsDefinition } from '../api/index.js';
import { SettingPresenter } from '../services/setting-presenter.js';
import type { SettingsPreview } from '../services/settings-preview.js';

/** What the view needs of the buttons beside one field. */
export interface FieldActions {
  readonly buttons: readonly { readonly value: string; readonly id: string; readonly label: string; readonly help?: string }[];
  readonly resultId: string;
  readonly result?: ShownResult;
}

/** A result of an action, on the form of the field beside which its button stands. */
export interface ShownResult extends SettingsActionResult {
  readonly field: string;
  /** A secret was typed, and a page that is shown again does not hold it. */
  readonly retype: boolean;
}

const kind = z.enum(['success', 'warning', 'danger']);

/** A result for scripts. */
export const actionAnswer = z.object({
  kind,
  summary: z.string(),
  findings: z.array(z.object({ kind, title: z.string(), text: z.string() })),
  field: z.string(),
  retype: z.boolean(),
});

/** The buttons that modules add to forms, and what happens when one is pressed. */
@injectable()
export class FormActions {
  constructor(
    @inject(contributions(SettingsActions)) private readonly actions: ConditionalContributions<SettingsAction>,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
    @inject(Log) private readonly log: Log,
  ) {}

  beside(definition: SettingsDefinition, field: string, access: AccessContext, result?: ShownResult): FieldActions | undefined {
    const found = this.of(definition, access).filter(({ value }) => value.field === field);
    if (found.length === 0) return undefined;
    const buttons = found.map(({ module, id, value: { label, help } }) => ({
      value: `${module}/${id}`,
      id: `setting-${field}-${id}`,
      label: this.presenter.theirs(module, label, access.locale),
      ...(help ? { help: this.presenter.theirs(module, help, access.locale) } : {}),
    }));
    return { buttons, resultId: `setting-${field}-result`, ...(result?.field === field ? { result } : {}) };
  }

  /** @throws PortalError `not-found` (404) for an action that is not there. An action that fails answers a result that says so. */
  async run(definition: SettingsDefinition, pressed: string, access: AccessContext, form: SettingsPreview): Promise<ShownResult> {
    const found = this.of(definition, access).find(({ module, id }) => `${module}/${id}` === pressed);
    if (!found) throw notFound();
    const { field } = found.value;
    const retype = form.secret(field)?.from === 'typed';
    const { scope } = access;
    try {
      const { values } = form;
      const result = await found.value.run({ scope, access, values, secret: (name) => form.secret(name) });
      return { ...result, field, retype };
    } catch (error) {
      // What the action threw may hold what was typed.
      const name = error instanceof Error ? error.name : typeof error;
      this.log.error('An action of a settings form failed.', { settings: definition.id, action: pressed, error: name });
      return {
        kind: 'danger',
        summary: this.presenter.ours('action.failed', undefined, access.locale),
        findings: [],
        field,
        retype,
      };
    }
  }

  private of(definition: SettingsDefinition, access: AccessContext): readonly Contribution<SettingsAction>[] {
    return this.actions.visible(access).filter(({ value }) => value.settings === definition.id);
  }
}
