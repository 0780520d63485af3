import { inject, injectable, Messages, optional, type ServiceHandle } from '@portico/core';
import { People } from '@portico/identity/api';

/** Names of those who made something; a memory read. */
@injectable()
export class Creators {
  constructor(
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  name(id: string, locale: string): string {
    if (id === 'system') return this.messages.text('author.system', {}, locale);
    return this.people.get()?.principal(id)?.name ?? this.messages.text('author.unknown', {}, locale);
  }
}
