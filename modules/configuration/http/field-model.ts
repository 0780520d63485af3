import type { ChoiceRequest } from '../services/choices.js';
import type { SettingPresenter } from '../services/setting-presenter.js';
import type { PostedForm } from './posted-settings.js';

/** What a form knows beside its fields: where it stands, and what came back. */
export interface FormContext {
  readonly presenter: SettingPresenter;
  /** The module that brings a field. */
  moduleOf(field: string): string;
  readonly locale: string;
  readonly scope: 'instance' | 'site';
  /** What was typed into a form that is shown again. */
  readonly typed?: PostedForm;
  readonly errors?: Readonly<Record<string, string>>;
  /** True when somebody else saved meanwhile: fields that were touched show both values. */
  readonly conflict?: boolean;
  /** What providers of choices answered, by field. */
  readonly choices?: ReadonlyMap<string, ChoiceRequest>;
  /** What the deployment says and cannot be followed, by field. */
  readonly deployed?: ReadonlyMap<string, string>;
  /** How much of limits is used, by field. */
  readonly uses?: ReadonlyMap<string, string>;
}

/** What the view needs of one field. Words are ready; nothing in here holds a secret. */
export interface FieldModel {
  readonly name: string;
  readonly id: string;
  /** `source` is the switch of a site: inherit, on, or off. */
  readonly kind: 'checkbox' | 'checkboxes' | 'secret' | 'select' | 'source' | 'textarea' | 'input';
  readonly type?: 'text' | 'url' | 'number';
  readonly label: string;
  readonly help?: string;
  /** Heading below which it stands with others. */
  readonly group?: string;
  readonly unit?: string;
  readonly value?: string;
  readonly checked?: boolean;
  readonly options?: readonly Option[];
  readonly suggestions?: readonly string[];
  readonly maxLength?: number;
  readonly was: string;
  /** Where the value comes from, and the value itself where the control does not show it; undefined while it is as it comes. */
  readonly state?: string;
  /** What is said elsewhere and does not count. */
  readonly otherwise?: string;
  readonly locked: boolean;
  readonly error?: string;
  /** What somebody else stored meanwhile. */
  readonly conflict?: string;
  /** Of a site: whether this field inherits or has a value of its own. */
  readonly mode?: 'inherit' | 'own';
  /** What a site inherits, in words, where that stands in place of the control. */
  readonly inheritedText?: string;
  /** The same of a list, item by item. */
  readonly inheritedItems?: readonly string[];
  readonly secret?: SecretModel;
  readonly resettable: boolean;
  /** It says something else than what it would be otherwise. */
  readonly differs: boolean;
  /** What stands in the control is not stored. */
  readonly unsaved: boolean;
  /** Ids of what describes the control, with blanks between. */
  readonly describedBy?: string;
  /** Why the options are not there. */
  readonly optionsProblem?: string;
  /** What the deployment says and cannot be followed. */
  readonly deployedProblem?: string;
  /** How the value is typed. */
  readonly hint?: string;
  /** How much of the limit is used now. */
  readonly use?: string;
  /** Of the contributing module, in place of the control. */
  readonly view?: { readonly module: string; readonly name: string };
}

export interface Option {
  readonly value: string;
  readonly label: string;
  readonly selected: boolean;
}

export interface SecretModel {
  readonly isSet: boolean;
  readonly unreadable: boolean;
  /** Why the reference that stands here cannot be used. */
  readonly lost?: string;
  readonly lastFour?: string;
  readonly setAt?: Date;
  readonly setBy?: string;
  readonly removable: boolean;
  /** Of a site: whether it can say that it has none, and says so. */
  readonly none?: boolean;
}
