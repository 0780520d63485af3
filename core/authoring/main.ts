import { Command, CommanderError } from 'commander';
import { buildModule } from './build.js';
import { checkModule } from './check.js';
import { createModule, templateNames } from './create.js';
import { developModule } from './dev.js';

/**
 * The commands for those who write modules: `portico create module`, `portico module build`, `check` and `dev`. They need no portal, and work in the
 * folder where they are called.
 * @returns the exit code: 0 done, 1 refused or faulty, 2 misspelt.
 */
export async function runAuthoring(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('portico').exitOverride();
  program
    .command('create')
    .description('Begins something of your own.')
    .command('module')
    .argument('<folder>', 'Where it is made; its name becomes the id of the module.')
    .requiredOption('--template <name>', `One of ${templateNames().join(', ')}.`)
    .option('--packages <folder>', 'Folder of tarballs to install the portal from, instead of a registry.')
    .description('Makes a module that compiles, is tested and packs.')
    .action((folder: string, options: { readonly template: string; readonly packages?: string }) => {
      createModule({ folder, ...options });
      console.log(`Made ${folder}. Go on with:\n\n    cd ${folder}\n    npm install\n    npm run dev\n`);
    });
  const module = program.command('module').description('Works on the module of this folder.');
  module
    .command('build')
    .description('Compiles the code and bundles what browsers load, into dist.')
    .action(() => buildModule(process.cwd()));
  module
    .command('check')
    .description('Says what is wrong with the built module before anybody installs it; exits with 1 when something is.')
    .option('--fix', 'Writes what the code says into the manifest.')
    .action(async ({ fix = false }: { readonly fix?: boolean }) => {
      exitCode = await checkModule(process.cwd(), { fix });
    });
  module
    .command('dev')
    .description('Starts a portal with the module in it, and takes in what is edited.')
    .action(() => developModule(process.cwd()));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
