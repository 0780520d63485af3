import { countLimits, deliverySizes } from '@portico/ai-providers/api';
import { type AccessContext, Ids, inject, injectable, type PortalError, type RouteContext, type z } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { Availability } from '../services/availability/availability.js';
import { readStyles } from '../services/descriptions/styles.js';
import { provenanceOf } from '../services/documents/provenance.js';
import { InvalidResponses } from '../services/failures/invalid-responses.js';
import { Generations } from '../services/generations/generations.js';
import { referenceOf } from '../services/images/pinned-source.js';
import { SettingsLink } from '../services/settings/settings-link.js';
import { SpendingNotice } from '../services/spending/spending-notice.js';
import { asFragmentOrPage, folderHref, isFragment } from './answers.js';
import { type FormSource, FormSources } from './form-sources.js';
import type { CreateForm, createQuery } from './input.js';

interface FormState {
  readonly folder?: string;
  readonly root?: string;
  readonly description?: string;
  readonly size?: string;
  readonly count?: string | number;
  readonly style?: string;
  readonly source?: FormSource;
  readonly errors?: Readonly<Record<string, string>>;
  readonly error?: string;
  /** Cause, remedy and links, for those who may do something about it. */
  readonly explanation?: PortalError['details'];
}

/** The form of the dialog: empty, started from something, or as it was typed, with what is wrong. */
@injectable()
export class CreateFormPage {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(Generations) private readonly generations: Generations,
    @inject(Documents) private readonly documents: Documents,
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
    @inject(Ids) private readonly ids: Ids,
    @inject(SpendingNotice) private readonly spending: SpendingNotice,
    @inject(FormSources) private readonly sources: FormSources,
    @inject(InvalidResponses) private readonly invalidResponses: InvalidResponses,
  ) {}

  /** Empty, or started from what the query names. */
  async open(ctx: RouteContext<unknown, z.output<typeof createQuery>, unknown>): Promise<void> {
    this.availability.require(ctx.access);
    const { folder, from, document, example } = ctx.input.query;
    if (folder) await this.documents.folderToAdd(ctx.access, folder);
    const earlier = document ? provenanceOf(await this.documents.find(ctx.access, document)) : undefined;
    const before = from ? await this.generations.earlier(ctx.access, from) : undefined;
    const source =
      (before && (await this.sources.findAgain(ctx, referenceOf(before)))) ??
      (await this.sources.find(ctx, this.sources.reference(ctx.access, ctx.input.query)));
    await this.show(ctx, {
      source,
      folder: folder ?? before?.folderId ?? source?.folder,
      root: before?.rootId ?? source?.root,
      style: before?.style ?? source?.style,
      description: before?.description ?? earlier?.prompt ?? source?.description ?? this.exampleOf(ctx.access, example),
      size: before?.size ?? earlier?.size ?? source?.size,
      count: before?.count,
    });
  }

  private exampleOf({ scope }: AccessContext, index: string | undefined): string | undefined {
    return index === undefined ? undefined : this.availability.settings.get(scope).examples[Number(index)];
  }

  /** The form with everything that was typed, and what is wrong. */
  async showAgain(ctx: RouteContext<unknown, unknown, unknown>, form: CreateForm, error: PortalError): Promise<void> {
    const errors = error.details.fields as Readonly<Record<string, string>> | undefined;
    const source = form.sourceImage && form.sourceDocument ? undefined : this.sources.reference(ctx.access, form);
    await this.show(
      ctx,
      {
        ...form,
        source: await this.sources.findAgain(ctx, source),
        errors,
        error: errors ? ctx.text('create.fields') : error.message,
        ...(error.details.cause !== undefined && { explanation: error.details }),
      },
      error.status,
    );
  }

  /** What an administrator must see to before anything can be made. */
  private missing(ctx: RouteContext<unknown, unknown, unknown>): object | undefined {
    const missing = this.availability.missing(ctx.access.scope);
    if (!missing) return undefined;
    return {
      title: ctx.text(`create.${missing}-title`),
      text: ctx.text(`create.${missing}-text`),
      ask: ctx.text(`create.${missing}-ask`),
    };
  }

  private async show(ctx: RouteContext<unknown, unknown, unknown>, state: FormState, status = 200): Promise<void> {
    const { access } = ctx;
    const title = ctx.text('create.title');
    const { styles, examples } = this.availability.settings.get(access.scope);
    const previous = await this.generations.previous(access);
    const model = {
      ...state,
      idempotencyKey: this.ids.next(),
      spending: await this.spending.notes(access),
      warning: this.invalidResponses.warning(access.locale),
      sent: this.availability.promptAsSent(state.description ?? ''),
      isDialog: isFragment(ctx),
      missing: this.missing(ctx),
      settingsHref: this.settingsLink.for(access),
      folderHref: folderHref(state.folder),
      startAnew: ctx.url(`~/ai-creator/create${state.folder ? `?folder=${encodeURIComponent(state.folder)}` : ''}`),
      folders: await this.documents.folders(access),
      description: state.description ?? '',
      descriptionLimit: this.availability.promptLimit,
      size: state.size ?? '512x512',
      sizes: deliverySizes.map((value) => ({ value, label: value })),
      count: String(state.count ?? 1),
      counts: Array.from({ length: countLimits.max }, (_, index) => ({ value: String(index + 1), label: String(index + 1) })),
      errors: state.errors ?? {},
      similarHref: ctx.url('~/ai-creator/similar'),
      styles: readStyles(styles).map(({ name }) => name),
      suggestions: [
        {
          title: ctx.text('create.previous'),
          entries: previous.map(({ id, description }) => ({
            text: description,
            href: ctx.url(`~/ai-creator/create?from=${id}`),
          })),
        },
        {
          title: ctx.text('create.examples'),
          entries: examples.map((text, index) => ({ text, href: ctx.url(`~/ai-creator/create?example=${index}`) })),
        },
      ].filter(({ entries }) => entries.length > 0),
      person: ctx.access.person?.id,
      messages: Object.fromEntries(clientMessages.map((key) => [key, ctx.compiled(key)])),
    };
    ctx.render('create', model, asFragmentOrPage(ctx, title, status));
  }
}

/** Messages that the dialog's script shows. */
const clientMessages = [
  'notices.show',
  'notices.many',
  'generation.cause',
  'create.counter',
  'create.sent',
  'create.description-missing',
  'create.description-too-long',
  'create.unreachable',
  'create.unseen',
  'create.cleared',
  'create.preview',
  'create.preview-alt',
  'create.preview-shown',
  'add.none',
  'add.open-folder',
  'create.similar-use',
  'create.cancel-running',
  'create.cancel-closes',
  'refine.variation-of',
  'refine.cleared',
];
