/** The image models of the API, as of November 2026. */
export interface SandboxModel {
  readonly id: string;
  /** ISO date; undefined while none is announced. */
  readonly shutdown?: string;
}

export const sandboxModels: readonly SandboxModel[] = [
  { id: 'dall-e-2', shutdown: '2026-05-12' },
  { id: 'dall-e-3', shutdown: '2026-05-12' },
  { id: 'gpt-image-1', shutdown: '2026-10-23' },
  { id: 'gpt-image-1-mini', shutdown: '2026-12-01' },
  { id: 'gpt-image-1.5', shutdown: '2026-12-01' },
  { id: 'chatgpt-image-latest', shutdown: '2026-12-01' },
  { id: 'gpt-image-2' },
  { id: 'gpt-image-2.5-flare' },
  { id: 'gpt-image-2.5-sunburst' },
  { id: 'gpt-image-2.6-flare' },
  { id: 'gpt-image-2.6-sunburst' },
];

/** Those that still answer at a date. */
export const modelsAt = (now: Date, models = sandboxModels): readonly SandboxModel[] =>
  models.filter(({ shutdown }) => !shutdown || Date.parse(shutdown) > now.getTime());

/** The body of `GET /v1/models`; `shutdown_date` stands only where one is announced. */
export const modelList = (now: Date, models = sandboxModels): object => ({
  object: 'list',
  data: modelsAt(now, models).map(({ id, shutdown }) => ({
    id,
    object: 'model',
    created: 1_767_225_600,
    owned_by: 'system',
    ...(shutdown && { shutdown_date: shutdown }),
  })),
});
