import {
  type Class,
  type HttpRoutes,
  inject,
  injectable,
  type Person,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { UsagePermissions, UsageTabs } from '../api/index.js';
import type { EnteredTable } from '../services/entered-table.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;
export const access = { permission: UsagePermissions.manage };
export const idParams = z.strictObject({ id: z.string().min(1).max(64) });

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
    const isTheirs = error instanceof PortalError && (error.status === 400 || error.status === 409);
    if (!isTheirs || ctx.accepts('html', 'json') === 'json') throw error;
    await showAgain(error);
    return;
  }
  ctx.redirectWith(done.place, done.sentence);
}

/** The routes of a table that is kept by hand: the page with a form for one more row, one more, one less. */
export function tableRoutes<Row extends { readonly id: string }, Typed extends object>(
  Table: Class<EnteredTable<Row, Typed>>,
): Class<HttpRoutes> {
  @injectable()
  class EnteredTableRoutes implements HttpRoutes {
    readonly prefix: string;

    constructor(
      @inject(Table) private readonly table: EnteredTable<Row, Typed>,
      @inject(UsageTabs) private readonly tabs: UsageTabs,
    ) {
      this.prefix = `/ai-creator/${table.page}`;
    }

    register(router: Router): void {
      const { table, prefix: place } = this;
      router.get('/', { access }, (ctx) => this.show(ctx, {}));

      router.post('/', { access, body: table.form }, (ctx: RouteContext<unknown, unknown, Typed>) => {
        const typed = ctx.input.body;
        return answerForm(
          ctx,
          (person) => table.add(typed, { person, via: 'screen' }, ctx.access.locale),
          { place, sentence: ctx.text(`${table.page}.added`) },
          (error) => this.show(ctx, typed, error),
        );
      });

      router.post('/:id/remove', { access, params: idParams }, async (ctx) => {
        const { person } = ctx.access;
        if (person) await table.remove(ctx.input.params.id, { person, via: 'screen' });
        ctx.redirectWith(place, ctx.text(`${table.page}.removed`));
      });
    }

    /** The page, with what was typed and what is wrong with it. */
    private async show(ctx: AnyContext, typed: Partial<Typed>, error?: PortalError): Promise<void> {
      const { page } = this.table;
      const columns = this.table.columns.map(({ label, kind }) => ({ label: ctx.text(label), kind }));
      const rows = await this.table.rows(ctx.access.locale);
      ctx.render(
        page,
        {
          tabs: this.tabs.of(ctx, this.prefix),
          place: this.prefix,
          notes: await this.table.notes?.(ctx.access.locale),
          columns,
          rows: rows.map((row) => ({
            ...row,
            cells: row.cells.map((cell, index) => ({ ...cell, ...columns[index + 1] })),
          })),
          form: { ...(await this.table.usual()), ...typed },
          ...this.table.choices(ctx.access),
          ...problemsOf(error),
        },
        { title: ctx.text(`${page}.title`), ...(error && { status: error.status }) },
      );
    }
  }
  return EnteredTableRoutes;
}
