/** One page of the bare twin: the queries it makes and the bytes it sends. */
export interface TwinTask {
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
  readonly queries: readonly { readonly sql: string; readonly values: readonly (string | number)[] }[];
  /** Sent as a stream when there is one; otherwise the rows, filled up to `bytes`. */
  readonly file?: string;
}
