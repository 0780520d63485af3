import { z } from '../libraries/data.js';

/** A part that the portal would drop (cookies, links and hosts know none of them) is refused, not dropped without a word. */
function isPlainAddress(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { pathname, search, hash, username, password } = new URL(text);
  return pathname === '/' && !/[?#]/.test(text) && search + hash + username + password === '';
}

const publicAddress = z
  .url({ protocol: /^https?$/, error: 'Expected an address that starts with http:// or https://' })
  .refine(isPlainAddress, {
    error:
      'The portal needs a host name of its own: an address such as https://portal.example.org, without a path, a query, a user name or a password',
  })
  .transform((text) => new URL(text).origin);

const millis = z.number().int().positive();

/** Everything a deployment can decide, with its default. Sources: config/default.json, the files of the mode (development reads production.json too), the environment. */
export const hostConfigSchema = z.strictObject({
  server: z
    .strictObject({
      host: z.union([z.ipv4(), z.ipv6(), z.hostname()], 'Expected an IP address or a host name').default('127.0.0.1'),
      port: z.number().int().min(0).max(65535).default(8080),
      /** The address people use; default `http://HOST:PORT`. */
      publicUrl: publicAddress.optional(),
      /** Further host names that are answered, besides the public one and loopback. */
      allowedHosts: z.array(z.string().min(1)).default([]),
      /** How many proxies of the deployment's own stand in front: sign-ins are slowed by the address that they report. */
      trustedProxies: z.number().int().min(0).max(10).default(0),
      /** How long running requests may take to end when the portal closes. */
      closeMillis: millis.default(4000),
    })
    .prefault({}),
  /** Data directory; a relative one counts from the project's root. */
  home: z.string().min(1).default('data'),
  flagsFile: z.string().min(1).default('feature-flags.json'),
  /** Values of flags that nothing else decides: weaker than the flags file, stronger than what modules declare. */
  flagDefaults: z.record(z.string(), z.boolean()).default({}),
  /** Packages of modules, or folders that hold such packages. */
  modulePaths: z.array(z.string().min(1)).default(['modules']),
  /** Whether the portal starts with its own modules alone. */
  safeMode: z.boolean().default(false),
  /** Ids of modules that are left out. */
  without: z.array(z.string().min(1)).default([]),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
  limits: z
    .strictObject({
      moduleStartMillis: millis.default(10_000),
      moduleStopMillis: millis.default(10_000),
      /** The portal opens without modules that are still starting when none of them has moved for so long. */
      openMillis: millis.default(2000),
      /** How long a request waits for a module that is starting. */
      gateMillis: millis.default(5000),
      databaseBusyMillis: millis.default(5000),
      /** Room that is held free on the disk of the data directory, so that people can delete when it is full. */
      reserveBytes: z
        .number()
        .int()
        .min(64 * 1024)
        .default(8 * 1024 * 1024),
      blobGraceMillis: millis.default(24 * 3600 * 1000),
      /** Bytes of a form or JSON body. */
      bodyBytes: z
        .number()
        .int()
        .positive()
        .default(1024 * 1024),
    })
    .prefault({}),
  watchdog: z
    .strictObject({
      /** A turn of the event loop that takes longer is named in the log, with the module whose code ran. */
      longTurnMillis: millis.default(1000),
      /** One that takes longer ends the process, so that whoever runs it starts it again; 0: never. */
      endBlockedMillis: z.number().int().min(0).default(30_000),
      /** A module that ended the portal twice in a row, each time within so long of the start, is left out. */
      crashWindowMillis: millis.default(10 * 60_000),
      /** Share of the memory for objects from which on is written down whose code allocated what is in use. */
      heapPercent: z.number().int().min(1).max(100).default(85),
    })
    .prefault({}),
  /** Who may write modules that are installed while the portal runs. */
  moduleSigning: z
    .strictObject({
      /** Whether a package must be signed by one of the keys. */
      required: z.boolean().default(false),
      /** Public keys of the kind Ed25519, as PEM. */
      trustedKeys: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  /** One section per module, checked by the module itself. */
  modules: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

export type HostSettings = z.output<typeof hostConfigSchema>;
