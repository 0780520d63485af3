import { defineModule, HttpRoutes, Ids, inject, injectable, MenuItems, type Router, UnitOfWork, z } from '@portico/core';
import { Note } from './entities/note.js';

@injectable()
class NoteRoutes implements HttpRoutes {
  readonly prefix = '/acme-module';

  constructor(
    @inject(UnitOfWork) private readonly data: UnitOfWork,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in' }, async (ctx) => {
      const notes = await this.data.read((reader) => reader.repository(Note).find({ order: { id: 'DESC' }, take: 100 }));
      ctx.render('notes', { notes }, { title: ctx.text('title') });
    });
    const body = z.strictObject({ text: z.string().trim().min(1).max(500) });
    router.post('/', { access: 'signed-in', body }, async (ctx) => {
      const { text } = ctx.input.body;
      const createdBy = ctx.access.person?.id ?? '';
      await this.data.write((transaction) => transaction.repository(Note).insert({ id: this.ids.next(), text, createdBy }));
      ctx.redirectWith('/acme-module', ctx.text('added'));
    });
  }
}

export default defineModule(({ contribute }) => {
  contribute(HttpRoutes).to(NoteRoutes);
  contribute(MenuItems).value({ label: 'title', href: '/acme-module', icon: 'list', menu: 'control-panel' }, { id: 'notes' });
});
