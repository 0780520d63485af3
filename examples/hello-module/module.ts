import { Clock, defineFlag, defineModule, HttpRoutes, inject, injectable, MenuItems, type Router } from '@portico/core';

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

const hello = defineFlag('acme.hello', { type: 'beta', title: 'Hello in the Product Menu', default: false });

export default defineModule(({ contribute, flag }) => {
  flag(hello);
  contribute(HttpRoutes).to(HelloRoutes);
  contribute(MenuItems).value({ label: 'title', href: '/hello' }, { id: 'hello', when: { flag: hello.key, scope: 'site' } });
});
