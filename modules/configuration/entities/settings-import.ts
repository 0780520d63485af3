import { Column, Entity, PrimaryColumn } from '@portico/core';

/** An import that happened, with what stood there before, so that it can be undone. */
@Entity({ name: 'configuration_import' })
export class SettingsImport {
  /** Id of the import, a UUIDv7. */
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** Time of the import; ISO 8601, UTC. */
  @Column({ name: 'imported_at', type: 'text' })
  importedAt!: string;

  /** Name of the person who imported, or the address of one without a name. */
  @Column({ name: 'imported_by', type: 'text' })
  importedBy!: string;

  /** Rows as they stood before and as they were written, as JSON; secrets in it are sealed. */
  @Column({ type: 'text' })
  changes!: string;

  /** Time at which it was undone, ISO 8601, UTC; null while it stands. */
  @Column({ name: 'undone_at', type: 'text', nullable: true })
  undoneAt!: string | null;
}
