import type { ServerResponse } from 'node:http';

/** A cookie of the host: always HttpOnly, SameSite=Lax and for the whole portal. */
export class HostCookie {
  readonly name: string;
  private readonly attributes: string;

  /** @param publicUrl over https the cookie is Secure and bound to the host by its `__Host-` prefix. */
  constructor(name: string, publicUrl: string) {
    const secure = publicUrl.startsWith('https:');
    this.name = secure ? `__Host-${name}` : name;
    this.attributes = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  /** The value in a Cookie header; the first one counts, as browsers send the most specific first. */
  read(header: string | undefined): string | undefined {
    if (!header) return undefined;
    for (let start = 0; start < header.length; ) {
      let end = header.indexOf(';', start);
      if (end < 0) end = header.length;
      const equals = header.indexOf('=', start);
      if (equals > 0 && equals < end && header.slice(start, equals).trim() === this.name) {
        return header.slice(equals + 1, end).trim();
      }
      start = end + 1;
    }
    return undefined;
  }

  /** @param value must be made of the characters of base64url. @param maxAge seconds; without it the cookie ends with the browser. */
  set(response: ServerResponse, value: string, maxAge?: number): void {
    this.append(response, `${this.name}=${value}${this.attributes}${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}`);
  }

  clear(response: ServerResponse): void {
    this.append(response, `${this.name}=${this.attributes}; Max-Age=0`);
  }

  /** A later word about the same cookie replaces the earlier one. */
  private append(response: ServerResponse, line: string): void {
    const present = response.getHeader('Set-Cookie');
    const lines = present === undefined ? [] : Array.isArray(present) ? present : [String(present)];
    response.setHeader('Set-Cookie', [...lines.filter((other) => !other.startsWith(`${this.name}=`)), line]);
  }
}
