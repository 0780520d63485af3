/** What is sent: all of it at once, so that its length is known and nothing is sent twice. */
export interface Payload {
  readonly bytes: Buffer;
  readonly headers: Record<string, string>;
}

/** Reads a body of the client: JSON as text, or a form with a file, whose boundary belongs into the headers. */
export async function payloadOf({ body, headers }: RequestInit): Promise<Payload> {
  const sent = new Headers(headers);
  if (!(body instanceof FormData)) {
    return { bytes: typeof body === 'string' ? Buffer.from(body) : Buffer.alloc(0), headers: Object.fromEntries(sent) };
  }
  const form = new Response(body);
  sent.set('content-type', form.headers.get('content-type') ?? '');
  return { bytes: Buffer.from(await form.arrayBuffer()), headers: Object.fromEntries(sent) };
}
