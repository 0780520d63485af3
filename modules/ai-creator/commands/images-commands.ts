import {
  type AccessContext,
  AccessContexts,
  BlobStore,
  Clock,
  type Command,
  type CommandCall,
  HostConfig,
  inject,
  injectable,
  Messages,
  PortalError,
} from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import type { UnreadableFile } from '../entities/unreadable-file.js';
import { Explanations } from '../services/availability/explanations.js';
import { CircuitBreaker } from '../services/failures/circuit-breaker.js';
import { type Failure, FailureMessages } from '../services/failures/failure-messages.js';
import { GenerationOrders } from '../services/generations/generation-orders.js';
import type { GenerationWithImages } from '../services/generations/generation-store.js';
import { Generations } from '../services/generations/generations.js';
import { ImageAdding, problemsOf } from '../services/generations/image-adding.js';
import { cancelKey, formatCost, type GenerationView, generationView } from '../services/presentation/generation-view.js';
import { translator } from '../services/translator.js';

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
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Explanations) private readonly explanations: Explanations,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** Exit code 0 when the person sees it, 1 otherwise. */
  async run({ options, print }: CommandCall): Promise<number> {
    const access = this.contexts.named({ site: options.site, person: options.person });
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

const where = [
  { name: 'site', value: 'address', required: true, description: 'Friendly address of the site, e.g. home.' },
  { name: 'as', value: 'email', description: 'Whose images they are; the portal itself when left out.' },
] as const;
const generationArgument = [{ name: 'id', required: true, description: 'Id of the generation.' }] as const;

/** Translate of a generation for a terminal. */
@injectable()
export class GenerationPresenter {
  constructor(
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
    @inject(FailureMessages) private readonly failureMessages: FailureMessages,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
  ) {}

  /** Why nothing is sent with the key of the site; empty while requests are sent. */
  pause({ scope, locale }: AccessContext): readonly string[] {
    const keyScope = this.breaker.keyScopeOf(scope);
    const open = this.breaker.all().find((breaker) => breaker.keyScope === keyScope);
    return open ? this.failure(this.breaker.failureOf(open), locale) : [];
  }

  /** Whoever sits at the terminal may know: the exact cause, what to do, and where to read more. */
  failure(failure: Failure, locale: string): readonly string[] {
    const explanation = this.failureMessages.of(failure, locale);
    return explanation ? [explanation.cause, explanation.remedy, ...explanation.links.map(({ href }) => href)] : [];
  }

  of(found: GenerationWithImages, locale: string): GenerationView {
    const translate = translator(this.messages, locale);
    return { ...generationView(found, translate, this.clock.now()), cost: formatCost(found, translate, locale) };
  }
}

@injectable()
export class ImagesList implements Command {
  readonly name = 'images list';
  readonly summary = 'Lists generations whose images are not added yet.';
  readonly whenEmpty = 'No image waits to be added, and none is being made.';
  readonly options = where;

  constructor(
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationPresenter) private readonly generationPresenter: GenerationPresenter,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    const access = this.contexts.named({ site: options.site, person: options.as });
    const { waiting, cameToNothing } = await this.generations.recent(access);
    for (const found of [...waiting, ...cameToNothing]) {
      const { id, state, retryAt, ready, count, description } = this.generationPresenter.of(found, access.locale);
      print(
        `${id}  ${state}${retryAt ? ` until ${retryAt}` : ''}  ${ready}/${count}  ${description.replace(/\s+/g, ' ').slice(0, 80)}`,
      );
    }
  }
}

@injectable()
export class ImagesShow implements Command {
  readonly name = 'images show';
  readonly summary = 'Shows one generation and its images.';
  readonly arguments = generationArgument;
  readonly options = where;

  constructor(
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationPresenter) private readonly generationPresenter: GenerationPresenter,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(HostConfig) private readonly config: HostConfig,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async run({ arguments: { id = '' }, options, print, warn }: CommandCall): Promise<void> {
    const access = this.contexts.named({ site: options.site, person: options.as });
    const found = await this.generations.find(access, id);
    const generation = this.generationPresenter.of(found, access.locale);
    print(`${generation.state}: ${generation.status}`);
    if (generation.cost) print(generation.cost);
    print(generation.description);
    if (generation.problem)
      for (const line of [generation.problem.sentence, ...this.generationPresenter.failure(found.generation, access.locale)])
        warn(line);
    for (const image of generation.images) print(`${image.id}  ${image.isSaved ? 'added' : 'waiting'}  ${image.name}`);
    for (const file of found.unreadable ?? []) for (const line of this.kept(access, found, file)) print(line);
  }

  /** What came in the place of an image: what it is, how long it is there, and where whom it belongs to, or an operator, gets it. */
  private kept(
    { site, person }: AccessContext,
    { generation }: GenerationWithImages,
    { id, name, size, blob }: UnreadableFile,
  ): readonly string[] {
    const address = new URL(`/web/${site?.address}/ai-creator/images/unreadable/${id}`, this.config.publicUrl);
    const owner = person?.kind === 'person' ? person.name : undefined;
    return [
      `${id}  kept until ${generation.expiresAt}  ${name}  ${kindOf(name)}  ${size} bytes`,
      ...(owner === undefined ? [] : [`  ${this.messages.text('command.kept-download', { owner, address: address.href })}`]),
      `  ${this.messages.text('command.kept-file', { path: this.blobs.pathOf(blob) })}`,
    ];
  }
}

/** The type of a file that nobody could read, as its first bytes look; its name ends with it. */
const kindOf = (name: string): string => (name.endsWith('.bin') ? 'unknown' : name.slice(name.lastIndexOf('.') + 1));

@injectable()
export class ImagesAdd implements Command {
  readonly name = 'images add';
  readonly summary = 'Adds all images of a generation to Documents and Media.';
  readonly arguments = generationArgument;
  readonly options = [
    ...where,
    { name: 'folder', value: 'name', description: 'Folder for the documents; made when it is not there.' },
  ] as const;

  constructor(
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Generations) private readonly generations: Generations,
    @inject(ImageAdding) private readonly adding: ImageAdding,
    @inject(Documents) private readonly documents: Documents,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async run({ arguments: { id = '' }, options, print, warn }: CommandCall): Promise<number> {
    const access = this.contexts.named({ site: options.site, person: options.as });
    const { images } = await this.generations.find(access, id);
    const waiting = images.filter(({ state }) => state === 'offered');
    if (waiting.length === 0)
      throw new PortalError('nothing-added', this.messages.text('command.nothing-to-add'), { status: 409 });
    const folder = options.folder ? await this.documents.ensureFolder(access, String(options.folder)) : undefined;
    const report = await this.adding.add(access, waiting, { via: 'command', folder: folder?.id });
    for (const { id: document, name, view } of report.added) print(`${document}  ${name}  ${view}`);
    for (const problem of problemsOf(report, this.messages)) warn(problem);
    return report.failed.length > 0 ? 1 : 0;
  }
}

@injectable()
export class ImagesCancel implements Command {
  readonly name = 'images cancel';
  readonly summary = 'Gives up a generation that is being made.';
  readonly arguments = generationArgument;
  readonly options = where;

  constructor(
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(GenerationOrders) private readonly orders: GenerationOrders,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async run({ arguments: { id = '' }, options, print }: CommandCall): Promise<void> {
    const done = await this.orders.cancel(this.contexts.named({ site: options.site, person: options.as }), id);
    print(this.messages.text(cancelKey(done)));
  }
}
