import type { AccessContext, AuditEntry } from '@portico/core';

/** Who did it, with the name of the API token that did it for them, and where. */
export function actorOf({ person, token }: AccessContext, via: AuditEntry['via']): Pick<AuditEntry, 'by' | 'via'> {
  const name = person?.name || person?.email || '';
  return { by: { id: person?.id ?? '', name: token ? `${name} (token ${token.name})` : name }, via };
}
