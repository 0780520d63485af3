import { defineSettings, Settings, SettingsDefinitions } from '@portico/configuration/api';
import { defineModule, HttpRoutes, inject, injectable, type Router } from '@portico/core';

/** A form in Instance Settings and in Site Settings, where a site may differ from the instance. */
export const greetingSettings = defineSettings({
  id: 'acme-module',
  section: 'content-and-data',
  title: 'settings.title',
  scopes: ['instance', 'site'],
  fields: {
    greeting: { type: 'text', label: 'settings.greeting', default: 'Hello', maxLength: 100 },
    loud: { type: 'boolean', label: 'settings.loud', default: false },
  },
});

@injectable()
class GreetingRoutes implements HttpRoutes {
  readonly prefix = '~/acme-module';

  constructor(@inject(Settings) private readonly settings: Settings) {}

  register(router: Router): void {
    router.get('/', { access: 'public' }, (ctx) => {
      // A memory read, and what it answers has the types of the fields.
      const { greeting, loud } = this.settings.of(greetingSettings).get(ctx.access.scope);
      ctx.render('greeting', { greeting: loud ? `${greeting}!` : greeting }, { title: ctx.text('title') });
    });
  }
}

export default defineModule(({ contribute }) => {
  contribute(SettingsDefinitions).value(greetingSettings, { id: 'acme-module' });
  contribute(HttpRoutes).to(GreetingRoutes);
});
