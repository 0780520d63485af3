import { type Command, type Modification, type Modifications, type Modules, PortalError } from '../api/index.js';
import { nearest, switchWord } from '../util/index.js';

const operator = { id: 'system', name: 'the command line' };

/** `portico modules changes`: what modules change about others, and the switch of each, also where a screen cannot be used for such a change. */
export function modificationCommand(modifications: Modifications, modules: Pick<Modules, 'list'>): Command {
  return {
    name: 'modules changes',
    summary: 'Lists what modules change about others, or switches one of these changes on or off.',
    arguments: [
      { name: 'id', description: 'Id of the module that changes something. Left out: all are listed.' },
      { name: 'subject', description: 'Id of the service, or <module>/<view>. Left out: those of the module are listed.' },
      { name: 'switch', description: 'on or off. Left out: the change is shown.' },
    ],
    options: [{ name: 'json', description: 'Prints them as JSON.' }],
    async run({ arguments: { id, subject, switch: wanted }, options, print }) {
      const found = (): readonly Modification[] =>
        modifications.list().filter((each) => (!id || each.module === id) && (!subject || each.subject === subject));
      if (id && found().length === 0) {
        const known = modules.list().map((module) => module.id);
        if (!known.includes(id))
          throw new PortalError('module-unknown', `There is no module ${id}.${nearest(id, known)}`, { status: 404 });
        if (subject)
          throw new PortalError('modification-unknown', `The module ${id} changes nothing that is called ${subject}.`, {
            status: 404,
          });
        if (!options.json) print(`The module ${id} changes nothing about others.`);
      }
      if (wanted !== undefined) {
        const isOn = switchWord(wanted);
        if (isOn === undefined) throw new PortalError('invalid-input', `Say on or off, not "${wanted}".`, { status: 400 });
        for (const { module, kind, subject: what } of found())
          await modifications.switch({ module, kind, subject: what, isOn, by: operator, via: 'command' });
      }
      if (options.json) print(JSON.stringify({ changes: found() }, undefined, 2));
      else
        for (const { module, kind, subject: what, state, reason } of found())
          print([module, kind, what, state, reason ?? ''].join('  ').trimEnd());
    },
  };
}

/** What a module changes about others, and which of its views others show in place of it, as `modules why` says it. */
export function modificationLines(modifications: Modifications, id: string): readonly string[] {
  return modifications.list().flatMap(({ module, kind, subject, of, state, reason, order }) => {
    if (module === id) {
      const what = kind === 'service' ? `It decorates ${subject}.` : `It shows its own view in place of ${subject}.`;
      const how = state === 'in-force' ? '' : state === 'off' ? ' Not now: an operator switched it off.' : ` Not now: ${reason}`;
      const others = order.length > 1 ? ` The order is ${order.join(', ')}.` : '';
      return [`  ${what}${how}${others}`];
    }
    return kind === 'view' && of === id && state === 'in-force' ? [`  Its view ${subject} is shown by ${module}.`] : [];
  });
}
