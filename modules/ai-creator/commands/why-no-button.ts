import { type Command, type CommandCall, inject, injectable, Messages } from '@portico/core';
import { SiteAccess } from '../services/access/site-access.js';
import { Explanations } from '../services/availability/explanations.js';

/** Why somebody does not see Create AI Image, from a terminal. */
@injectable()
export class WhyNoButton implements Command {
  readonly name = 'why-no-button';
  readonly summary = 'Says why a person sees Create AI Image in a site, or does not.';
  readonly options = [
    { name: 'site', value: 'address', required: true, description: 'Friendly address of the site, e.g. home.' },
    { name: 'person', value: 'email', required: true, description: 'Email address of the person.' },
    { name: 'folder', value: 'id', description: 'Folder in which the menu is opened.' },
    { name: 'no-uploads', description: 'As in an item selector whose caller allows no uploads.' },
  ];

  constructor(
    @inject(SiteAccess) private readonly siteAccess: SiteAccess,
    @inject(Explanations) private readonly explanations: Explanations,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Exit code 0 when the person sees it, 1 otherwise. */
  async run({ options, print }: CommandCall): Promise<number> {
    const access = this.siteAccess.find(options.site, options.person);
    const place = { uploads: !options['no-uploads'], ...(options.folder ? { folder: String(options.folder) } : {}) };
    const { isVisible, canCreate, steps } = await this.explanations.explain(access, place);
    const names = { name: access.person?.name ?? '', site: access.site?.name ?? '' };
    print(this.messages.text(isVisible ? (canCreate ? 'why.visible' : 'why.visible-but') : 'why.hidden', names));
    for (const { met, title, reason, changeableBy, blocks, prevents } of steps) {
      print(`${met ? '[x]' : '[ ]'} ${title}. ${reason}`);
      if (blocks || prevents)
        print(
          `    ${this.messages.text(blocks ? 'why.blocks' : 'why.prevents')}. ${this.messages.text('why.who')}: ${changeableBy ?? '-'}`,
        );
    }
    return isVisible ? 0 : 1;
  }
}
