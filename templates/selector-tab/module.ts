import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defineModule, HttpRoutes, injectable, PortalError, type Router, z } from '@portico/core';
import { ItemSelectorViews } from '@portico/item-selector/api';

const pictures = join(import.meta.dirname, '../pictures');

@injectable()
class PictureRoutes implements HttpRoutes {
  readonly prefix = '~/acme-module';

  register(router: Router): void {
    // The dialog asks with what its caller wants, which every tab may look at.
    router.get('/selector', { access: 'signed-in', query: z.record(z.string(), z.unknown()) }, async (ctx) => {
      const names = (await readdir(pictures)).sort();
      const items = names.map((name) => ({ title: titleOf(name), href: ctx.url(`~/acme-module/pictures/${name}`) }));
      ctx.render('selector', { items }, { layout: 'none' });
    });
    // The addresses stand in articles, so guests see the pictures too.
    const params = z.strictObject({ name: z.string() });
    router.get('/pictures/:name', { access: 'public', params }, async (ctx) => {
      const { name } = ctx.input.params;
      // Only names that are in the folder, so that no path leads out of it.
      if (!(await readdir(pictures)).includes(name))
        throw new PortalError('not-found', 'There is no such picture.', { status: 404 });
      ctx.type = 'image/png';
      ctx.body = createReadStream(join(pictures, name));
    });
  }
}

/** `quiet-sea.png` is called Quiet sea. */
function titleOf(name: string): string {
  const words = name.replace(/\.\w+$/, '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export default defineModule(({ contribute }) => {
  contribute(HttpRoutes).to(PictureRoutes);
  contribute(ItemSelectorViews).value(
    {
      label: 'title',
      icon: 'picture',
      href: '~/acme-module/selector',
      itemTypes: ['image'],
      returnTypes: ['image-url'],
      script: 'selector.js',
    },
    { id: 'acme-module', order: 50 },
  );
});
