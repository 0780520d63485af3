import { Column, Entity, PrimaryColumn } from '@portico/core';

/** A list that somebody has put away for everybody, before everything on it was done. */
@Entity('control_panel_put_away')
export class PutAwayEntity {
  /** Which list: `first-steps`. */
  @PrimaryColumn('text')
  id!: string;

  /** Time at which it was put away, in ISO 8601. */
  @Column('text')
  at!: string;
}
