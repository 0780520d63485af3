/**
 * The libraries whose words modules write their declarations in: schemas of input and configuration are zod's, the columns of entities
 * TypeORM's, OpenAPI documents zod-openapi's. Taken from here, each is loaded once and in one piece; a module that imports zod or TypeORM
 * itself works just as well, and starts later.
 */

export { createDocument, z } from '../libraries/data.js';
export { Column, Entity, Index, PrimaryColumn } from '../libraries/typeorm.js';
