import { Clock, Ids, inject, injectable, Messages, PortalError, type RouteContext } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { type Failure, FailureMessages } from '../services/failures/failure-messages.js';
import type { GenerationWithImages } from '../services/generations/generation-store.js';
import { Generations } from '../services/generations/generations.js';
import { Previews } from '../services/images/previews.js';
import { VariationSources } from '../services/images/variation-sources.js';
import { formatCost, type GenerationView, generationView, type ImageModel } from '../services/presentation/generation-view.js';
import { translator } from '../services/translator.js';
import { folderHref } from './answers.js';
import type { AddForm } from './input.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** What was sent and could not be done: shown again as it was typed. */
interface Refused {
  readonly form: AddForm;
  readonly error: PortalError;
}

/** Generations as the reader of a page sees them, and the page with all generations of one dialog. */
@injectable()
export class GenerationPages {
  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(Previews) private readonly previews: Previews,
    @inject(Documents) private readonly documents: Documents,
    @inject(FailureMessages) private readonly failureMessages: FailureMessages,
    @inject(Messages) private readonly messages: Messages,
    @inject(Ids) private readonly ids: Ids,
    @inject(Clock) private readonly clock: Clock,
    @inject(VariationSources) private readonly sources: VariationSources,
  ) {}

  model(ctx: AnyContext, found: GenerationWithImages): GenerationView {
    const explain = (failure: Failure) => this.failureMessages.for(ctx.access, failure);
    const translate = translator(this.messages, ctx.access.locale);
    const model = generationView(found, translate, this.clock.now(), explain, this.sources.arePossible);
    const cost = formatCost(found, translate, ctx.access.locale);
    const { requestId: known } = found.generation;
    // Whoever reads why something failed may also know under which id the service knows what did not.
    const requestId = known !== null && this.failureMessages.isReadBy(ctx.access) ? known : undefined;
    return { ...model, cost, requestId, preview: this.previews.find(model.id)?.number };
  }

  /** Without scripts it renews itself while something is on its way, unless somebody has typed in it. */
  async show(ctx: AnyContext, id: string, refused?: Refused): Promise<void> {
    const models = (await this.generations.ofDialog(ctx.access, id)).map((found) => this.model(ctx, found)).reverse();
    const generations = refused ? models.map((generation) => asTyped(generation, refused.form)) : models;
    const isRunning = generations.some((generation) => generation.isRunning);
    if (isRunning && !refused) ctx.set('Refresh', '2');
    const shown = generations.find((generation) => generation.id === id) ?? generations[0];
    ctx.render(
      'generation',
      {
        generations,
        shown,
        renews: isRunning && !refused,
        canAdd: generations.some(({ canAdd }) => canAdd),
        error: refused?.error.message,
        idempotencyKey: this.ids.next(),
        folder: refused?.form.folder ?? shown?.folderId,
        folders: await this.documents.folders(ctx.access),
        folderHref: folderHref(shown?.folderId),
      },
      { title: ctx.text('result.title'), status: refused?.error.status ?? 200 },
    );
  }

  /** Whoever pressed Add Selected in vain gets the page again. @throws the error itself when none of its images is there any more */
  async showAgain(ctx: AnyContext, form: AddForm, error: PortalError): Promise<void> {
    for (const id of form.image) {
      const found = await this.generations.image(ctx.access, id).catch(ignoreMissing);
      if (found) return this.show(ctx, found.generation.id, { form, error });
    }
    throw error;
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof PortalError && error.status === 404) return undefined;
  throw error;
}

const asTyped = (generation: GenerationView, form: AddForm): GenerationView => ({
  ...generation,
  images: generation.images.map((image) => imageAsTyped(image, form)),
});

function imageAsTyped(image: ImageModel, { image: ids, name, altText, selected, reviewed }: AddForm): ImageModel {
  const index = ids.indexOf(image.id);
  if (index < 0) return image;
  return {
    ...image,
    name: name[index] ?? image.name,
    altText: altText[index] ?? image.altText,
    isTicked: selected.includes(image.id),
    isReviewed: reviewed.includes(image.id),
  };
}
