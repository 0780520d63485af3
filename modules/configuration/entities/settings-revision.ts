import { Column, Entity, PrimaryColumn } from '@portico/core';

/** How often, and by whom last, the settings of one definition were saved in one scope. */
@Entity({ name: 'configuration_revision' })
export class SettingsRevision {
  @PrimaryColumn({ type: 'text' })
  scope!: string;

  @PrimaryColumn({ name: 'definition_id', type: 'text' })
  definitionId!: string;

  @Column({ type: 'integer' })
  revision!: number;

  @Column({ name: 'saved_by', type: 'text' })
  savedBy!: string;

  @Column({ name: 'saved_at', type: 'text' })
  savedAt!: string;
}
