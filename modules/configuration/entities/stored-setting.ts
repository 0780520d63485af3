import { Column, Entity, PrimaryColumn } from '@portico/core';

/** What one scope says of one field. A row whose definition is gone stays: its module may come back. */
@Entity({ name: 'configuration_setting' })
export class StoredSetting {
  /** Scope that says it: `instance`, or the id of a site. */
  @PrimaryColumn({ type: 'text' })
  scope!: string;

  /** Id of the settings definition, e.g. `ai-creator`. */
  @PrimaryColumn({ name: 'definition_id', type: 'text' })
  definitionId!: string;

  /** Name of the field in its definition. */
  @PrimaryColumn({ type: 'text' })
  field!: string;

  /** Kind of the content: `value`; `secret`; `reference`: where the deployment keeps a secret; or `none`: the site has no secret here, whatever the instance has. */
  @Column({ type: 'text' })
  kind!: 'value' | 'secret' | 'reference' | 'none';

  /** Content by kind: a value as JSON, a sealed secret, a reference, or nothing. */
  @Column({ type: 'text' })
  content!: string;

  /** Last four characters of a secret that is long enough to show them; null for all others. */
  @Column({ name: 'last_four', type: 'text', nullable: true })
  lastFour!: string | null;

  /** Name of the person who set it, or the address of one without a name. */
  @Column({ name: 'set_by', type: 'text' })
  setBy!: string;

  /** Time at which it was set; ISO 8601, UTC. */
  @Column({ name: 'set_at', type: 'text' })
  setAt!: string;
}
