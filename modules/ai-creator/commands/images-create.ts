import { AccessContexts, type Command, type CommandCall, Ids, inject, injectable, Messages, PortalError } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { GenerationOrders } from '../services/generations/generation-orders.js';
import { Generations } from '../services/generations/generations.js';
import { ImageAdding, problemsOf } from '../services/generations/image-adding.js';
import { readOrder } from '../services/generations/image-order.js';
import type { SourceReference } from '../services/images/pinned-source.js';
import { problemSentence } from '../services/presentation/generation-view.js';
import { translator } from '../services/translator.js';
import { GenerationPresenter } from './images-commands.js';

/** The whole job from a terminal: describe, make, add. */
@injectable()
export class ImagesCreate implements Command {
  readonly name = 'images create';
  readonly summary = 'Makes images from a description and adds them to Documents and Media.';
  readonly options = [
    { name: 'site', value: 'address', required: true, description: 'Friendly address of the site, e.g. home.' },
    { name: 'description', value: 'text', required: true, description: 'What the images show.' },
    { name: 'size', value: 'size', default: '512x512', description: '256x256, 512x512 or 1024x1024.' },
    { name: 'count', value: 'number', default: '1', description: 'How many images, 1 to 4.' },
    { name: 'style', value: 'name', description: 'Name of a style preset of the site.' },
    { name: 'folder', value: 'name', description: 'Folder for the documents; made when it is not there.' },
    { name: 'from-image', value: 'id', description: 'Makes a variation of this generated image.' },
    { name: 'from-document', value: 'id', description: 'Makes a variation of this picture in Documents and Media.' },
    { name: 'as', value: 'email', description: 'Whose images they are; the portal itself when left out.' },
  ];

  constructor(
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationOrders) private readonly orders: GenerationOrders,
    @inject(ImageAdding) private readonly adding: ImageAdding,
    @inject(Documents) private readonly documents: Documents,
    @inject(Messages) private readonly messages: Messages,
    @inject(GenerationPresenter) private readonly generationPresenter: GenerationPresenter,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  async run({ options, print, warn, signal }: CommandCall): Promise<number> {
    const access = this.contexts.named({ site: options.site, person: options.as });
    const typed = {
      description: String(options.description),
      size: String(options.size),
      count: String(options.count),
      ...(options.style !== undefined && { style: String(options.style) }),
    };
    const order = this.read(typed);
    const folder = options.folder ? await this.documents.ensureFolder(access, String(options.folder)) : undefined;
    const source = this.source(options['from-image'], options['from-document']);
    const wanted = { ...order, idempotencyKey: this.ids.next(), folderId: folder?.id, source, via: 'command' } as const;
    const { id } = await this.orders.create(access, wanted).catch((error: unknown) => {
      if (!(error instanceof PortalError) || error.code !== 'ai-creator-refused') throw error;
      const message = [error.message, ...this.generationPresenter.pause(access)].join('\n');
      throw new PortalError(error.code, message, { status: error.status, expose: true, cause: error });
    });
    let waitsUntil: string | null = null;
    await this.generations.settled(id, signal, (generation) => {
      if (generation.retryAt && generation.retryAt !== waitsUntil)
        warn(this.generationPresenter.of({ generation, images: [] }, access.locale).status);
      waitsUntil = generation.retryAt;
    });
    const found = await this.generations.find(access, id);
    const sentence = problemSentence(found, translator(this.messages, access.locale));
    const offered = found.images.filter(({ state }) => state === 'offered');
    if (offered.length === 0) {
      warn(this.messages.text('command.failed', { sentence: sentence ?? found.generation.state }));
      for (const line of this.generationPresenter.failure(found.generation, access.locale)) warn(line);
      return 1;
    }
    if (sentence) warn(sentence);
    const report = await this.adding.add(access, offered, { via: 'command' });
    for (const { id: document, name, view } of report.added) print(`${document}  ${name}  ${view}`);
    for (const problem of problemsOf(report, this.messages)) warn(problem);
    return report.failed.length > 0 || sentence ? 1 : 0;
  }

  private source(image: unknown, document: unknown): SourceReference | undefined {
    if (image && document) throw new PortalError('invalid-input', this.messages.text('refine.two-sources'), { status: 400 });
    if (image) return { kind: 'image', id: String(image) };
    return document ? { kind: 'document', id: String(document) } : undefined;
  }

  private read(typed: {
    readonly description: string;
    readonly size: string;
    readonly count: string;
    readonly style?: string;
  }): ReturnType<typeof readOrder> {
    try {
      return readOrder(typed, this.messages, this.orders.promptLimit);
    } catch (error) {
      if (!(error instanceof PortalError)) throw error;
      const fields = Object.values((error.details.fields ?? {}) as Readonly<Record<string, string>>);
      throw new PortalError(error.code, fields.join(' '), { status: error.status, details: error.details });
    }
  }
}
