import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A note that somebody wrote. */
@Entity('acme_module_note')
export class Note {
  /** UUIDv7: later ones are greater. */
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  text!: string;

  /** Who wrote it. */
  @Column('text', { name: 'created_by' })
  createdBy!: string;
}
