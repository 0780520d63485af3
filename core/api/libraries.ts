/**
 * The libraries that modules share with the portal: schemas of input and configuration are zod's, entities are TypeORM's, pictures are
 * sharp's, CSV is csv-stringify's, OpenAPI documents are zod-openapi's. Taken from here, each is loaded once and in one piece; a module that
 * imports zod or TypeORM itself works just as well, and starts later. Sharp is loaded with its first use, and only this way with what it may
 * read already decided.
 */
export { type CsvRow, csvStream } from '../libraries/csv.js';
export { createDocument, z } from '../libraries/data.js';
export { loadSharp, type Sharp } from '../libraries/sharp.js';
export {
  Column,
  Entity,
  In,
  Index,
  IsNull,
  LessThan,
  LessThanOrEqual,
  type MigrationInterface,
  MoreThanOrEqual,
  Not,
  PrimaryColumn,
  type QueryRunner,
} from '../libraries/typeorm.js';
