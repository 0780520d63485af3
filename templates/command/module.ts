import { Clock, type Command, type CommandCall, Commands, defineModule, inject, injectable, PortalError } from '@portico/core';

declare global {
  interface PorticoErrorCodes extends Record<'acme-module-name-missing', true> {}
}

/** `portico acme-module greet --name Ada`, in the running portal, or in one that is opened for it. */
@injectable()
class GreetCommand implements Command {
  readonly name = 'acme-module greet';
  readonly summary = 'Greets somebody.';
  readonly options = [{ name: 'name', description: 'Who is greeted.', value: 'name' }];

  constructor(@inject(Clock) private readonly clock: Clock) {}

  async run({ options: { name }, print }: CommandCall): Promise<void> {
    if (typeof name !== 'string' || name.trim() === '')
      throw new PortalError('acme-module-name-missing', 'Say who is greeted: --name Ada.', { status: 400 });
    print(`Hello, ${name}. It is ${this.clock.now().toISOString()}.`);
  }
}

export default defineModule(({ contribute }) => {
  contribute(Commands).to(GreetCommand, { id: 'greet' });
});
