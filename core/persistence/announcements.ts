import { type Announcements, type Disposable, Emitter, type Log } from '../api/index.js';

/** What the transactions of this process announce, by topic. */
export class LocalAnnouncements implements Announcements {
  private readonly topics = new Map<string, Emitter<string>>();

  constructor(private readonly log: Pick<Log, 'error'>) {}

  on(topic: string, listener: (key: string) => void): Disposable {
    let emitter = this.topics.get(topic);
    if (!emitter) {
      emitter = new Emitter((error) =>
        this.log.error('A listener to what changed failed; its memory may be old.', { topic, error }),
      );
      this.topics.set(topic, emitter);
    }
    return emitter.event(listener);
  }

  deliver(topic: string, key: string): void {
    this.topics.get(topic)?.fire(key);
  }
}
