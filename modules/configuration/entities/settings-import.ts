import { Column, Entity, PrimaryColumn } from '@portico/core';

/** An import that happened, with what stood there before, so that it can be undone. */
@Entity({ name: 'configuration_import' })
export class SettingsImport {
  /** UUIDv7. */
  @PrimaryColumn({ type: 'text' })
  id!: string;

  /** ISO time. */
  @Column({ name: 'imported_at', type: 'text' })
  importedAt!: string;

  @Column({ name: 'imported_by', type: 'text' })
  importedBy!: string;

  /** JSON: the rows as they stood before and as they were written; secrets sealed. */
  @Column({ type: 'text' })
  changes!: string;

  /** ISO time. */
  @Column({ name: 'undone_at', type: 'text', nullable: true })
  undoneAt!: string | null;
}
