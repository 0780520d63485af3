import { AccessContexts, type Command, type CommandCall, inject, injectable, Messages } from '@portico/core';
import { AccessDiagnostics } from '../services/access-diagnostics.js';

/** The question of the page, from a terminal. */
@injectable()
export class WhyAccess implements Command {
  readonly name = 'why-access';
  readonly summary = 'Says why a person may, or may not, see or do something: by which role, group and rule.';
  readonly options = [
    { name: 'person', value: 'email', description: 'Email address of the person; left out: somebody who is not signed in.' },
    { name: 'permission', value: 'id', description: 'Id of a permission, as `permissions list` prints it.' },
    { name: 'site', value: 'address', description: 'Address of the site, for a permission; left out: the instance.' },
    { name: 'address', value: 'path', description: 'Address of a page, a folder or a document, e.g. /web/home/web-content.' },
    { name: 'json', description: 'Prints the answer as JSON.' },
  ];

  constructor(
    @inject(AccessDiagnostics) private readonly access: AccessDiagnostics,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Exit code 0 when the person may, 1 otherwise. */
  async run({ options, print }: CommandCall): Promise<number> {
    const asked = Object.fromEntries(
      ['permission', 'site', 'address'].flatMap((name) => (options[name] === undefined ? [] : [[name, String(options[name])]])),
    );
    const person = options.person === undefined ? 'guest' : String(options.person);
    const answer = await this.access.ask(this.contexts.system(), { ...asked, person });
    if (options.json) print(JSON.stringify(answer, undefined, 2));
    else {
      print(answer.summary);
      for (const { met, title, reason, changeableBy, blocks } of answer.steps) {
        print(`${met ? '[x]' : '[ ]'} ${title}. ${reason}`);
        if (blocks && changeableBy) print(`    ${this.messages.text('diagnostics.who')}: ${changeableBy}`);
      }
    }
    return answer.allowed ? 0 : 1;
  }
}
