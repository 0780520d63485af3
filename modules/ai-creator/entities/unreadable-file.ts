import { Column, Entity, Index, PrimaryColumn } from '@portico/core';

/** What came in the place of an image and could not be read as one. It was paid for, so its author can have it until the generation expires. */
@Entity('ai_creator_unreadable_file')
@Index('ai_creator_unreadable_file_generation', ['generationId', 'id'])
export class UnreadableFile {
  /** Id of the file, a UUIDv7. */
  @PrimaryColumn('text')
  id!: string;

  /** Id of the generation that it came for. */
  @Column('text', { name: 'generation_id' })
  generationId!: string;

  /** Id of the blob that holds the bytes as they came. */
  @Column('text')
  blob!: string;

  /** File name under which it is downloaded, with the extension that its first bytes look like. */
  @Column('text')
  name!: string;

  /** Number of bytes. */
  @Column('integer')
  size!: number;

  /** Time at which it was safe on disk; ISO 8601, UTC. */
  @Column('text', { name: 'received_at' })
  receivedAt!: string;
}
