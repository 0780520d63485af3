import { defineModule, HttpRoutes, inject, injectable, type Router, z } from '@portico/core';
import { DocumentPermissions, Documents, NewMenuItems } from '@portico/documents-media/api';

/** A form that makes a text document. */
@injectable()
class TextRoutes implements HttpRoutes {
  readonly prefix = '~/acme-module';

  constructor(@inject(Documents) private readonly documents: Documents) {}

  register(router: Router): void {
    const access = { permission: DocumentPermissions.add };
    const query = z.strictObject({ folder: z.string().optional() });
    router.get('/', { access, query }, (ctx) => {
      ctx.render('form', { folder: ctx.input.query.folder }, { title: ctx.text('title') });
    });
    const body = z.strictObject({
      folder: z.string().optional(),
      name: z.string().trim().min(1).max(100),
      text: z.string().max(10_000),
    });
    router.post('/', { access, body }, async (ctx) => {
      const { folder, name, text } = ctx.input.body;
      const document = await this.documents.add(ctx.access, {
        name: `${name}.txt`,
        unique: true,
        content: Buffer.from(text),
        ...(folder ? { folderId: folder } : {}),
      });
      ctx.redirectWith('~/documents-media', ctx.text('added', { name: document.name }));
    });
  }
}

export default defineModule(({ contribute }) => {
  contribute(HttpRoutes).to(TextRoutes);
  contribute(NewMenuItems).value(
    { label: 'title', icon: 'document-text', href: '~/acme-module', opens: 'page' },
    { id: 'text', when: { permission: DocumentPermissions.add } },
  );
});
