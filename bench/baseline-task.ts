/** One page of the bare baseline: the queries it makes and the bytes it sends. */
export interface BaselineTask {
  readonly path: string;
  readonly type: string;
  readonly status: number;
  readonly bytes: number;
  readonly queries: readonly { readonly sql: string; readonly values: readonly (string | number)[] }[];
  /** Sent as a stream when there is one; otherwise the rows, filled up to `bytes`. */
  readonly file?: string;
  /** First byte that is sent of the file. */
  readonly start?: number;
}

export interface BaselineTasks {
  readonly database: string;
  /** A folder and a database of the baseline's own, for what it stores. */
  readonly home: string;
  readonly pages: readonly BaselineTask[];
}
