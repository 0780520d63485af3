import { type HttpRoutes, inject, injectable, type RouteContext, type Router, z } from '@portico/core';
import { PersonPreferences } from '../services/person-preferences.js';
import { formError } from './form-error.js';

const chosen = z.string().max(100);
const languageForm = z.strictObject({ locale: chosen, timeZone: chosen });

/** My Account: the language and the zone in which the portal speaks with a person. */
@injectable()
export class OwnLanguageRoutes implements HttpRoutes {
  readonly prefix = '/account/language';

  constructor(@inject(PersonPreferences) private readonly preferences: PersonPreferences) {}

  register(router: Router): void {
    router.post('/', { access: 'signed-in', body: languageForm }, async (ctx) => {
      try {
        const locale = await this.preferences.choose(ctx.access, ctx.input.body);
        ctx.redirectWith('/account', this.preferences.saved(locale));
      } catch (error) {
        ctx.redirectWith('/account', formError(error, 400).message, 'danger');
      }
    });
  }
}

interface Option {
  readonly value: string;
  readonly label: string;
}

/** What `own-language.hbs` shows. */
export interface OwnLanguageModel {
  readonly locale: string;
  readonly timeZone: string;
  readonly languages: readonly Option[];
  readonly timeZones: readonly Option[];
}

export function ownLanguageModel(ctx: RouteContext, locales: readonly string[]): OwnLanguageModel {
  const { locale = '', timeZone = '' } = ctx.access.person ?? {};
  const asBrowser = ctx.text('account.as-browser');
  const options = (values: readonly string[], now: string, label: (value: string) => string): readonly Option[] =>
    // What was chosen before stays to be seen when it is not offered any more.
    [...new Set(['', ...values, now])].map((value) => ({
      value,
      label: value === '' ? asBrowser : label(value),
    }));
  return {
    locale,
    timeZone,
    languages: options(locales, locale, nameOf),
    timeZones: options(timeZones(), timeZone, (name) => name.replaceAll('_', ' ')),
  };
}

let known: readonly string[] | undefined;

/** Asked with the first page that shows them, not with every start. */
function timeZones(): readonly string[] {
  known ??= ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];
  return known;
}

/** A language is found by who speaks it: in its own words. */
function nameOf(locale: string): string {
  const name = new Intl.DisplayNames([locale], { type: 'language', languageDisplay: 'standard' }).of(locale) ?? locale;
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}
