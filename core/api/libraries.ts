/**
 * The libraries that modules share with the house: schemas of input and configuration are zod's, entities are TypeORM's. Taken from here,
 * each is loaded once and in one piece; a module that imports the packages itself works just as well, and starts later.
 */
export {
  Column,
  Entity,
  In,
  Index,
  LessThanOrEqual,
  type MigrationInterface,
  MoreThanOrEqual,
  Not,
  PrimaryColumn,
  type QueryRunner,
} from '../libraries/typeorm.js';
export { z } from '../libraries/zod.js';
