import { AccessContexts, type Command, type CommandCall, inject, injectable, MessageCatalog } from '@portico/core';
import { FirstStepList } from '../services/first-step-list.js';

@injectable()
export class ListFirstSteps implements Command {
  readonly name = 'first-steps';
  readonly summary = 'List what is left to be done in a new portal; put the list away, or bring it back.';
  readonly options = [
    { name: 'put-away', description: 'Take the page First Steps out of the Control Panel.' },
    { name: 'show', description: 'Bring it back, for as long as something is left.' },
  ];
  readonly whenEmpty = 'Nothing is left to be done.';

  constructor(
    @inject(FirstStepList) private readonly list: FirstStepList,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    if (options['put-away'] === true || options.show === true) await this.list.put(options.show !== true);
    for (const { module, value } of this.list.all(this.contexts.system()).left)
      print(`${this.catalog.for(module).text(value.label)}  ${value.href}`);
  }
}
