import { createDocument, z } from '@portico/core';
import { type Operation, operations } from './operations.js';
import { fault, newDescription, pictureTypes } from './schemas.js';

type Paths = NonNullable<Parameters<typeof createDocument>[0]['paths']>;
type Described = NonNullable<Paths[string]['get']>;
type Content = NonNullable<Described['requestBody']>['content'];

const sentences: Readonly<Record<number, string>> = {
  400: 'A value is missing or wrong.',
  401: 'Nobody is signed in, or the token is not valid.',
  403: 'Creating images is switched off here, or not permitted, or the token lacks a scope, which `missing` names.',
  404: 'Nothing is there, or it belongs to somebody else, or it expired.',
  409: 'It does not go together with what happened before, or with the image service in use.',
  422: 'The picture cannot be varied.',
  429: 'A budget or a limit is used up; `Retry-After` says when to ask again.',
  503: 'The image service does not take requests right now; `Retry-After` says when to ask again.',
};

const parts = z.record(z.string(), z.unknown());

/** An OpenAPI file, as far as its own specification names its keys at the top. */
export const openApiAnswer = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  components: parts,
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: parts,
});

const idempotency = z.object({ 'Idempotency-Key': z.string().min(8).max(100) });
const json = (schema: z.ZodType): Content => ({ 'application/json': { schema } });
const pictures: Content = Object.fromEntries(
  pictureTypes.map((type) => [type, { schema: { type: 'string' as const, contentMediaType: type } }]),
);

const file: Content = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

function describe({
  id,
  summary,
  params,
  query,
  body,
  needsIdempotencyKey,
  status,
  answer,
  isFile,
  refusals,
}: Operation): Described {
  const statuses = [...new Set([401, 403, ...refusals])].sort();
  return {
    operationId: id,
    summary,
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      ...(needsIdempotencyKey && { header: idempotency }),
    },
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      [`${status}`]: { description: 'Done.', content: answer ? json(answer) : isFile ? file : pictures },
      ...Object.fromEntries(statuses.map((each) => [`${each}`, { description: sentences[each] ?? '', content: json(fault) }])),
    },
  };
}

/** The API as an OpenAPI 3.1 file. @param server address of the API in a site. @param promptLimit characters of the longest description. */
export function openApi(server: string, promptLimit: number): object {
  const paths: Paths = {};
  for (const operation of Object.values(operations) as readonly Operation[]) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'AI Creator',
        version: '1.0.0',
        description: 'Images from words, with the permissions and limits of the screen.',
      },
      servers: [{ url: server }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
      paths,
    },
    {
      reused: 'inline',
      override: ({ zodSchema, jsonSchema }) => {
        if (zodSchema === newDescription) jsonSchema.maxLength = promptLimit;
      },
    },
  );
}
