import { Clock, defineModule, HttpRoutes, inject, injectable, MenuItems, type Router } from '@portico/core';

@injectable()
class HelloRoutes implements HttpRoutes {
  readonly prefix = '/hello';
  constructor(@inject(Clock) private readonly clock: Clock) {}
  register(router: Router): void {
    router.get('/', { access: 'public' }, (ctx) => {
      ctx.body = `Hello, it is ${this.clock.now().toISOString()}`;
    });
  }
}

export default defineModule(({ contribute }) => {
  contribute(HttpRoutes).to(HelloRoutes);
  contribute(MenuItems).value(
    { label: 'hello.title', href: '/hello' },
    { id: 'hello', order: 50, when: { flag: 'acme.hello', scope: 'site' } },
  );
});
