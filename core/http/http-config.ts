/** Bounds of what one request may cost. Bytes and milliseconds. */
export interface HttpLimits {
  /** A form or JSON body. */
  readonly bodyBytes: number;
  /** A form or JSON body must be complete within this time. */
  readonly bodyMillis: number;
  /** A body of any kind, multipart included, may stand still for this long; its total time is not limited. */
  readonly bodyIdleMillis: number;
  /** Header lines of a request. */
  readonly headerPairs: number;
  /** The request line and the headers must be complete within this time. */
  readonly headerMillis: number;
  /** A connection on which nothing moves, in either direction, is closed. */
  readonly connectionIdleMillis: number;
  readonly keepAliveMillis: number;
  /** Fields of a multipart body, and the bytes of each. */
  readonly partFields: number;
  readonly partFieldBytes: number;
  /** Header lines of one part. */
  readonly partHeaderPairs: number;
  /** What is still read of a body that nobody wants, so that the client sees the answer before the connection ends. */
  readonly lingerBytes: number;
  readonly lingerMillis: number;
}

export const defaultHttpLimits: HttpLimits = {
  bodyBytes: 1024 * 1024,
  bodyMillis: 60_000,
  bodyIdleMillis: 30_000,
  headerPairs: 100,
  headerMillis: 15_000,
  connectionIdleMillis: 120_000,
  keepAliveMillis: 5_000,
  partFields: 100,
  partFieldBytes: 64 * 1024,
  partHeaderPairs: 20,
  lingerBytes: 128 * 1024 * 1024,
  lingerMillis: 5_000,
};

export interface HttpConfig {
  /** The address people use, without a trailing slash. It decides cookies, hosts and origins. */
  readonly publicUrl: string;
  /** Further host names (`name` or `name:port`) that are answered, besides the public one and loopback. */
  readonly allowedHosts?: readonly string[];
  /** How many proxies of the deployment's own stand in front and append to X-Forwarded-For. Default 0. */
  readonly trustedProxies?: number;
  /** The languages on offer, the default first. Default: English. */
  readonly locales?: readonly string[];
  readonly limits?: Partial<HttpLimits>;
  /** Fail on an answer that its route's schema does not describe, instead of leaving out what it does not name. Default false. */
  readonly strictAnswers?: boolean;
}
