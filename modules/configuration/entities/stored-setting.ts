import { Column, Entity, PrimaryColumn } from '@portico/core';

/** What one scope says of one field. A row whose definition is gone stays: its module may come back. */
@Entity({ name: 'configuration_setting' })
export class StoredSetting {
  /** `instance`, or the id of a site. */
  @PrimaryColumn({ type: 'text' })
  scope!: string;

  @PrimaryColumn({ name: 'definition_id', type: 'text' })
  definitionId!: string;

  @PrimaryColumn({ type: 'text' })
  field!: string;

  /** `value`; `secret`; `reference`: where the deployment keeps a secret; or `none`: the site has no secret here, whatever the instance has. */
  @Column({ type: 'text' })
  kind!: 'value' | 'secret' | 'reference' | 'none';

  /** JSON of a value, the sealed secret, the reference, or empty. */
  @Column({ type: 'text' })
  content!: string;

  /** Of a secret that is long enough for it. */
  @Column({ name: 'last_four', type: 'text', nullable: true })
  lastFour!: string | null;

  @Column({ name: 'set_by', type: 'text' })
  setBy!: string;

  /** ISO time. */
  @Column({ name: 'set_at', type: 'text' })
  setAt!: string;
}
