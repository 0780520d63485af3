import type { MigrationInterface, QueryRunner } from '@portico/core';

const names = [
  ['key-rejected', 'invalid-api-key'],
  ['address-missing', 'endpoint-missing'],
  ['address-wrong', 'endpoint-not-found'],
  ['place-refused', 'access-denied'],
  ['out-of-tokens', 'insufficient-quota'],
  ['too-fast', 'rate-limited'],
  ['too-long', 'request-too-large'],
  ['server-trouble', 'server-error'],
  ['connection-cut', 'connection-error'],
  ['bad-answer', 'invalid-response'],
] as const;

/** Failures of providers have the names by which people look for them. */
export class RenameErrorCodes1764620000000 implements MigrationInterface {
  readonly name = 'RenameErrorCodes1764620000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [former, now] of names)
      await queryRunner.query(`UPDATE ai_usage_entry SET error_code = '${now}' WHERE error_code = '${former}'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [former, now] of names)
      await queryRunner.query(`UPDATE ai_usage_entry SET error_code = '${former}' WHERE error_code = '${now}'`);
  }
}
