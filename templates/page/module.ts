import { defineFlag, defineModule, HttpRoutes, injectable, MenuItems, type Router } from '@portico/core';

/** While it is off, there is no page, and no entry in the menu. */
const pageFlag = defineFlag('acme-module.page', { type: 'beta', title: 'The page of Acme Module', default: true });

@injectable()
class PageRoutes implements HttpRoutes {
  readonly prefix = '/acme-module';

  register(router: Router): void {
    router.get('/', { access: 'public' }, (ctx) => {
      ctx.render('page', {}, { title: ctx.text('title') });
    });
  }
}

export default defineModule(({ contribute, flag }) => {
  flag(pageFlag);
  contribute(HttpRoutes).to(PageRoutes, { when: { flag: pageFlag.key } });
  contribute(MenuItems).value(
    { label: 'title', href: '/acme-module', icon: 'page', menu: 'control-panel' },
    { id: 'acme-module', when: { flag: pageFlag.key } },
  );
});
