export {
  Column,
  DataSource,
  Entity,
  In,
  Index,
  IsNull,
  LessThan,
  LessThanOrEqual,
  MoreThanOrEqual,
  Not,
  PrimaryColumn,
  QueryFailedError,
} from 'typeorm';
