import { HostConfig, inject, injectable, PortalError } from '@portico/core';
import ipaddr from 'ipaddr.js';

/** For which address browsers make and use passkeys: the relying party of WebAuthn. */
export interface RelyingPartyAddress {
  /** Host name without port: the `rpId`. */
  readonly id: string;
  /** Where the page must be that asks. */
  readonly origin: string;
}

const localName = /^localhost(?::\d{1,5})?$/i;

/**
 * Passkeys belong to the host name of the public address, whatever name a request came in by; on the machine itself also to `localhost`. Browsers make
 * none for an address of numbers.
 */
@injectable()
export class RelyingParty {
  private readonly publicUrl: URL;
  /** Whether browsers make passkeys for the public address at all: it has a name. */
  readonly hasName: boolean;

  constructor(@inject(HostConfig) { publicUrl }: HostConfig) {
    this.publicUrl = new URL(publicUrl);
    this.hasName = !ipaddr.isValid(this.publicUrl.hostname.replace(/^\[|\]$/g, ''));
  }

  /** @param host of the request, as its header says it. Undefined where there can be no passkey. */
  at(host: string): RelyingPartyAddress | undefined {
    // Only a browser on this machine gets to this name; the host guard lets nobody else claim it.
    if (localName.test(host)) return { id: 'localhost', origin: `http://${host.toLowerCase()}` };
    const { hostname, origin } = this.publicUrl;
    if (host.toLowerCase() !== this.publicUrl.host || !this.hasName) return undefined;
    return { id: hostname, origin };
  }

  /** @throws PortalError `passkeys-impossible` (409). */
  required(host: string): RelyingPartyAddress {
    const at = this.at(host);
    if (at) return at;
    throw new PortalError('passkeys-impossible', 'Passkeys need the host name of the portal: open it by its public address.', {
      status: 409,
    });
  }
}
