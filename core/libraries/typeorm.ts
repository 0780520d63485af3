export {
  Column,
  DataSource,
  Entity,
  EntityManager,
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
} from 'typeorm';
export { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
