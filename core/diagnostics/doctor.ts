import type { Command, Contributions, IntegrityCheck, Messages } from '../api/index.js';

/** `portico doctor`: runs every check of the portal's invariants; exit code 1 when one finds an error. */
export function doctorCommand(checks: Contributions<IntegrityCheck>, { text }: Messages): Command {
  return {
    name: 'doctor',
    summary: 'Checks that the data is whole: database, files, references.',
    async run({ print }) {
      let errors = 0;
      for (const { value: check, module } of checks.all()) {
        const findings = await check.run();
        errors += findings.filter(({ severity }) => severity === 'error').length;
        print(`${findings.length === 0 ? 'ok     ' : 'finding'} ${check.title} (${module})`);
        for (const { severity, message } of findings) print(`        ${severity}: ${message}`);
      }
      print(text('doctor.result', { errors }));
      return errors === 0 ? 0 : 1;
    },
  };
}
