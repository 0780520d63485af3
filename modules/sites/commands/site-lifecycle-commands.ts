import { type Command, type CommandCall, inject, injectable, PortalError, type Site } from '@portico/core';
import { SiteLifecycle } from '../services/site-lifecycle.js';
import { SiteRepository } from '../services/site-repository.js';

const address = { name: 'address', value: 'address', description: 'Friendly address of the site.', required: true };
const yes = { name: 'yes', description: 'Do not ask.' };

function named(sites: SiteRepository, { options }: CommandCall): Site {
  const typed = String(options.address);
  const site = sites.byAddress(typed) ?? sites.allAway().find(({ site }) => site.address === typed)?.site;
  if (!site) throw new PortalError('not-found', `There is no site with the address ${typed}.`, { status: 404 });
  return site;
}

/** Asks on a terminal; elsewhere it takes --yes. */
async function confirmed(call: CommandCall, question: string): Promise<boolean> {
  if (call.options.yes || (await call.ask?.(question))) return true;
  call.warn(call.ask ? 'Nothing was changed.' : 'Nothing was changed: say --yes.');
  return false;
}

@injectable()
export class ArchiveSite implements Command {
  readonly name = 'sites archive';
  readonly summary = 'Archive a site: it can be read and not changed, and no list has it.';
  readonly options = [address];

  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(SiteLifecycle) private readonly lifecycle: SiteLifecycle,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { id, name } = named(this.sites, call);
    await this.lifecycle.archive(id);
    call.print(`${name} is archived.`);
  }
}

@injectable()
export class RestoreSite implements Command {
  readonly name = 'sites restore';
  readonly summary = 'Put an archived or deleted site into use again.';
  readonly options = [address];

  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(SiteLifecycle) private readonly lifecycle: SiteLifecycle,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const site = await this.lifecycle.restore(named(this.sites, call).id);
    call.print(`${site.name} is in use again, at /web/${site.address}.`);
  }
}

@injectable()
export class DeleteSite implements Command {
  readonly name = 'sites delete';
  readonly summary = 'Put a site into the trash, or erase it with all that is in it.';
  readonly options = [
    address,
    yes,
    { name: 'permanently', description: 'Erase it now, and nothing brings it back. The answer is the id of the job.' },
  ];

  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(SiteLifecycle) private readonly lifecycle: SiteLifecycle,
  ) {}

  async run(call: CommandCall): Promise<number> {
    const { id, name, address: typed } = named(this.sites, call);
    const isForGood = call.options.permanently === true;
    for (const { label, count } of await this.lifecycle.contentsOf(id)) call.print(`${label}: ${count}`);
    const question = isForGood ? `Erase ${name} (/web/${typed}) for good?` : `Put ${name} (/web/${typed}) into the trash?`;
    if (!(await confirmed(call, question))) return 1;
    const isInTrash = this.sites.awayById(id)?.state === 'deleted';
    if (!isInTrash) await this.lifecycle.delete(id);
    if (isForGood) call.print(`${name} is being erased: portico jobs show ${await this.lifecycle.erase(id)}`);
    else call.print(`${name} is in the trash for ${this.lifecycle.trashDays} days.`);
    return 0;
  }
}
