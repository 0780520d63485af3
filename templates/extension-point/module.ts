import {
  type ConditionalContributions,
  contributions,
  defineModule,
  HttpRoutes,
  inject,
  injectable,
  MessageCatalog,
  type Router,
} from '@portico/core';
import { type Greeting, Greetings } from './api/index.js';

@injectable()
class GreetingRoutes implements HttpRoutes {
  readonly prefix = '/acme-module';

  constructor(
    @inject(contributions(Greetings)) private readonly greetings: ConditionalContributions<Greeting>,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'public' }, (ctx) => {
      // A contribution that throws is left out and named on the Modules screen; its neighbours stay.
      const greetings = this.greetings.each(
        ({ label }, { module }) => this.messages.for(module).text(label, undefined, ctx.access.locale),
        this.greetings.visible(ctx.access),
      );
      ctx.render('greetings', { greetings }, { title: ctx.text('title') });
    });
  }
}

export default defineModule(({ contribute, host }) => {
  host(Greetings);
  contribute(Greetings).value({ label: 'greeting' }, { id: 'first' });
  contribute(HttpRoutes).to(GreetingRoutes);
});
