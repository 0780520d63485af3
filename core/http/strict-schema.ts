import { z } from '../libraries/zod.js';

/**
 * The same schema, refusing keys it does not name. An object that says what it does with other keys (`z.looseObject`, `catchall`)
 * is left as its author wants it.
 */
export function strictSchema(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) return schema.def.catchall === undefined ? schema.strict() : schema;
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return new z.ZodDiscriminatedUnion({
      ...schema.def,
      options: schema.def.options.map((option) => strictSchema(option as z.ZodType)) as never,
    });
  }
  if (schema instanceof z.ZodUnion) {
    return new z.ZodUnion({ ...schema.def, options: schema.def.options.map((option) => strictSchema(option as z.ZodType)) });
  }
  if (schema instanceof z.ZodPipe) return new z.ZodPipe({ ...schema.def, in: strictSchema(schema.def.in as z.ZodType) });
  if (schema instanceof z.ZodOptional)
    return new z.ZodOptional({ ...schema.def, innerType: strictSchema(schema.def.innerType as z.ZodType) });
  return schema;
}

/** Takes nothing: for a part of the request that a route does not declare. */
export const emptySchema: z.ZodType = z.strictObject({});
