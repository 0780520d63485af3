import type { MigrationInterface, QueryRunner } from '@portico/core';

/** The queue of mails. */
export class CreateMail1764700000000 implements MigrationInterface {
  readonly name = 'CreateMail1764700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mail_message (
        id text PRIMARY KEY NOT NULL,
        kind text NOT NULL,
        recipient text NOT NULL,
        subject text NOT NULL,
        body text,
        state text NOT NULL,
        attempts integer NOT NULL,
        created_at bigint NOT NULL,
        next_try_at bigint NOT NULL,
        until_at bigint NOT NULL,
        tried_at bigint,
        fault text,
        answer text
      )`);
    await queryRunner.query('CREATE INDEX mail_message_due ON mail_message (state, next_try_at)');
    await queryRunner.query('CREATE INDEX mail_message_list ON mail_message (state, id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE mail_message');
  }
}
