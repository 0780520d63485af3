import { z } from '@portico/core';
import { type Operation, operations } from './operations.js';
import { fault, newDescription, pictureTypes } from './schemas.js';

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

const json = (schema: z.ZodType, io: 'input' | 'output', promptLimit?: number): object => ({
  'application/json': {
    schema: withoutDialect(
      z.toJSONSchema(schema, {
        io,
        reused: 'inline',
        override: ({ zodSchema, jsonSchema }) => {
          if (zodSchema === newDescription) jsonSchema.maxLength = promptLimit;
        },
      }),
    ),
  },
});

const pictures = Object.fromEntries(pictureTypes.map((type) => [type, { schema: { type: 'string', contentMediaType: type } }]));

function withoutDialect(schema: object): object {
  const { $schema: _, id: __, ...rest } = schema as { $schema?: string; id?: string };
  return rest;
}

function parameters({ params, query, needsIdempotencyKey }: Operation): readonly object[] {
  const of = (schema: z.ZodType | undefined, place: 'path' | 'query'): readonly object[] => {
    if (!schema) return [];
    const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' }) as {
      properties?: Readonly<Record<string, object>>;
      required?: readonly string[];
    };
    return Object.entries(properties).map(([name, value]) => ({
      name,
      in: place,
      required: required.includes(name),
      schema: value,
    }));
  };
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    schema: { type: 'string', minLength: 8, maxLength: 100 },
  };
  return [...of(params, 'path'), ...of(query, 'query'), ...(needsIdempotencyKey ? [key] : [])];
}

function describe(operation: Operation, promptLimit: number): object {
  const refusals = [...new Set([401, 403, ...operation.refusals])].sort();
  return {
    operationId: operation.id,
    summary: operation.summary,
    parameters: parameters(operation),
    ...(operation.body && { requestBody: { required: true, content: json(operation.body, 'input', promptLimit) } }),
    responses: {
      [operation.status]: { description: 'Done.', content: operation.answer ? json(operation.answer, 'output') : pictures },
      ...Object.fromEntries(
        refusals.map((status) => [status, { description: sentences[status], content: json(fault, 'output') }]),
      ),
    },
  };
}

/** The API as an OpenAPI 3.1 file. @param server address of the API in a site. @param promptLimit characters of the longest description. */
export function openApi(server: string, promptLimit: number): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of Object.values(operations) as readonly Operation[]) {
    const path = operation.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describe(operation, promptLimit) };
  }
  return {
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
  };
}
