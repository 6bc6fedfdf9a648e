// Online calls of desk screens: one function that always answers with a closed union, never throws for a network, and knows a
// problem document from a captive portal's login page. Paths and bodies are typed by schema.ts (generated from the server's OpenAPI).

/** RFC 9457 problem, with words in both languages from the server's one table of codes. */
export interface Problem {
  readonly code: string;
  readonly status: number;
  readonly title_zh: string;
  readonly title_en: string;
  /** What the person can do next. */
  readonly next_zh: string;
  readonly next_en: string;
  readonly incident: string | null;
  readonly errors: readonly { readonly field: string; readonly zh: string; readonly en: string }[];
}

export type ApiResult<Data> =
  | { readonly kind: 'ok'; readonly data: Data; readonly status: number }
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** No network, or an answer that is not our server's. */
  | { readonly kind: 'offline' }
  /** The session is over; the shell already shows the login bar. */
  | { readonly kind: 'expired' };

export type Query = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

export interface ApiClient {
  /** `path` below `/api/v1`, e.g. `/tickets`. */
  get<Data>(path: string, query?: Query): Promise<ApiResult<Data>>;
  /** Writes carry an `Idempotency-Key`; give your own to make a retry after a reload the same request. */
  send<Data>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options?: { readonly key?: string; readonly version?: number },
  ): Promise<ApiResult<Data>>;
  /** A picture or document that needs the session; show it by `URL.createObjectURL`. */
  blob(path: string): Promise<ApiResult<Blob>>;
  /** What a request of the page's own must carry (a large upload with progress); null without a session or a network. */
  headers(): Promise<Readonly<Record<string, string>> | null>;
}
