import type { MigrationInterface, QueryRunner } from '@portico/core';

/** What was decided about a role, from the permission that opened a page to the one that opens it now. */
const moved = {
  'configuration.manage-instance-settings': 'ai-usage.manage-usage',
  'configuration.manage-site-settings': 'ai-usage.view-site-usage',
};

/** The pages of AI Usage have permissions of their own: who was let in, or kept out, stays so. */
export class GrantUsageAsSettings1764000000000 implements MigrationInterface {
  readonly name = 'GrantUsageAsSettings1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [before, now] of Object.entries(moved))
      await queryRunner.query(
        `INSERT INTO identity_role_permission (role, permission, granted)
          SELECT role, '${now}', granted FROM identity_role_permission WHERE permission = '${before}'`,
      );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const now of Object.values(moved))
      await queryRunner.query(`DELETE FROM identity_role_permission WHERE permission = '${now}'`);
  }
}
