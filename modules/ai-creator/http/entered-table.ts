import {
  type AccessContext,
  PortalError as Failure,
  type Person,
  type PortalError,
  type RouteContext,
  type Router,
  type z,
} from '@portico/core';
import { type AdminPage, manageInstance } from './admin-tabs.js';
import { idParams } from './input.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;
export const access = { permission: manageInstance };

/** A table that administrators keep by hand, with a form for one more row under it. */
export interface EnteredTable<F> {
  readonly page: AdminPage;
  readonly form: z.ZodType<F>;
  /** @throws PortalError `invalid-input` (400) with a sentence for each field. */
  add(typed: F, by: Person, asker: AccessContext): Promise<unknown>;
  /** @throws PortalError `not-found` (404). */
  remove(id: string, by: Person): Promise<unknown>;
  /** The page, with what was typed and what is wrong with it. */
  show(ctx: AnyContext, typed: Partial<F>, error?: PortalError): unknown;
}

/** What a view needs of an error: one sentence, and one for each field. */
export const problemsOf = (error: PortalError | undefined): { readonly error?: string; readonly errors: object } => ({
  ...(error && { error: error.message }),
  errors: (error?.details.fields as object | undefined) ?? {},
});

/** Does what a form asks for; what it cannot take comes back with the form, to programs as an error. */
export async function answerForm(
  ctx: AnyContext,
  work: (by: Person) => Promise<unknown>,
  done: { readonly place: string; readonly sentence: string },
  showAgain: (error: PortalError) => unknown,
): Promise<void> {
  try {
    if (ctx.access.person) await work(ctx.access.person);
  } catch (error) {
    const isTheirs = error instanceof Failure && (error.status === 400 || error.status === 409);
    if (!isTheirs || ctx.accepts('html', 'json') === 'json') throw error;
    await showAgain(error);
    return;
  }
  ctx.redirectWith(done.place, done.sentence);
}

/** The routes that all such tables have: the page, one more, one less. */
export function addTableRoutes<F>(router: Router, table: EnteredTable<F>): void {
  const place = `/ai-creator/${table.page}`;
  router.get('/', { access }, (ctx) => table.show(ctx, {}));
  router.post('/', { access, body: table.form }, (ctx: RouteContext<unknown, unknown, F>) => {
    const typed = ctx.input.body;
    const done = { place, sentence: ctx.text(`${table.page}.added`) };
    return answerForm(
      ctx,
      (by) => table.add(typed, by, ctx.access),
      done,
      (error) => table.show(ctx, typed as Partial<F>, error),
    );
  });
  router.post('/:id/remove', { access, params: idParams }, async (ctx) => {
    if (ctx.access.person) await table.remove(ctx.input.params.id, ctx.access.person);
    ctx.redirectWith(place, ctx.text(`${table.page}.removed`));
  });
}
