import { AccessContexts, type Command, type CommandCall, inject, injectable, Messages } from '@portico/core';
import { AccessDiagnostics } from '../services/access-diagnostics.js';
import { Diagnostics } from '../services/diagnostics.js';

/** The question of the page Diagnostics, from a terminal. */
@injectable()
export class Why implements Command {
  readonly name = 'why';
  readonly summary = 'Says why a contribution of any module is, or is not, there for a person.';
  readonly arguments = [
    { name: 'point', description: 'Extension point, e.g. documents-media.new-menu-items. Left out: all are listed.' },
    { name: 'contribution', description: 'Id of the contribution, or <module>/<id>. Left out: those of the point are listed.' },
  ];
  readonly options = [
    { name: 'site', value: 'address', description: 'Address of a site; left out: the instance.' },
    { name: 'person', value: 'email', description: 'Email address of the person; left out: somebody who is not signed in.' },
    {
      name: 'given',
      value: 'facts',
      description: 'Facts the page states, with commas, or none; left out: all that are asked for.',
    },
    { name: 'json', description: 'Prints the answers as JSON.' },
  ];

  constructor(
    @inject(Diagnostics) private readonly diagnostics: Diagnostics,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Exit code 0 when it is there, 1 otherwise. */
  async run({ arguments: { point, contribution }, options, print }: CommandCall): Promise<number> {
    if (!point || !contribution) return this.list(point, print);
    const { site, person, given } = options;
    const answers = this.diagnostics.ask(this.contexts.system(), {
      point,
      contribution,
      person: person === undefined ? 'guest' : String(person),
      ...(site === undefined ? {} : { site: String(site) }),
      ...(given === undefined ? {} : { given: String(given) }),
    });
    if (options.json) print(JSON.stringify({ answers }, undefined, 2));
    else
      for (const { summary, module, steps } of answers) {
        print(`${summary} (${module})`);
        for (const { met, title, reason, changeableBy, blocks } of steps) {
          print(`${met ? '[x]' : '[ ]'} ${title}. ${reason}`);
          if (blocks)
            print(
              `    ${this.messages.text('diagnostics.blocks')}. ${this.messages.text('diagnostics.who')}: ${changeableBy ?? '-'}`,
            );
        }
      }
    return answers.every(({ visible }) => visible) ? 0 : 1;
  }

  private list(point: string | undefined, print: CommandCall['print']): number {
    const points = this.diagnostics.points().filter(({ id }) => point === undefined || id === point);
    for (const { id, contributions } of points) for (const each of contributions) print(`${id}  ${each.module}/${each.id}`);
    return points.length > 0 ? 0 : 1;
  }
}

/** Why a person may see or do something, from a terminal. */
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
