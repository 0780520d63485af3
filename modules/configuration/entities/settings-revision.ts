import { Column, Entity, PrimaryColumn } from '@portico/core';

/** How often, and by whom last, the settings of one definition were saved in one scope. */
@Entity({ name: 'configuration_revision' })
export class SettingsRevision {
  /** Scope of the settings: `instance`, or the id of a site. */
  @PrimaryColumn({ type: 'text' })
  scope!: string;

  /** Id of the settings definition, e.g. `ai-creator`. */
  @PrimaryColumn({ name: 'definition_id', type: 'text' })
  definitionId!: string;

  /** Number of the last save, from 1; a form that names an older one is out of date. */
  @Column({ type: 'integer' })
  revision!: number;

  /** Name of the person who saved last, or the address of one without a name. */
  @Column({ name: 'saved_by', type: 'text' })
  savedBy!: string;

  /** Time of the last save; ISO 8601, UTC. */
  @Column({ name: 'saved_at', type: 'text' })
  savedAt!: string;
}
