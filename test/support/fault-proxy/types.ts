/** What a request asks of a Kubernetes API, read from its method and address. */
export interface KubeRequest {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; `other` outside of any resource. */
  readonly verb: string;
  /** Plural, without the group; empty outside of any resource (`/version`). */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
}

/** Which requests a rule is about: every given member must fit. A function decides by itself. */
export type Match =
  | ((request: KubeRequest) => boolean)
  | {
      readonly verb?: string | readonly string[];
      readonly resource?: string | readonly string[];
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
      readonly method?: string;
      readonly path?: RegExp;
    };

/** What happens instead of the plain passing on. */
export type Fault =
  /** Answers by itself; the server sees nothing. Without `body`, a Status object as the API server writes it. */
  | {
      readonly kind: "answer";
      readonly status: number;
      /** `Retry-After`, in seconds. */
      readonly retryAfter?: number;
      /** Message of the Status object. */
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Sent as it is, in place of a Status object. */
      readonly body?: string;
    }
  /** Ends the connection: `before` the server saw the request, or `after` it was carried out, so that the answer is lost. */
  | { readonly kind: "reset"; readonly when: "before" | "after" }
  /** The connection stays open and not one byte comes: `before` the server saw the request, or `after` it was carried out. */
  | {
      readonly kind: "hang";
      readonly when: "before" | "after";
      /** Called as soon as the caller hangs: a test that kills it knows what the server has done. */
      readonly onHang?: () => void;
    }
  /** A whole HTTP answer whose body ends after `keepBytes`: no JSON any more. */
  | { readonly kind: "truncate"; readonly keepBytes: number }
  /** The connection ends in the middle of the body, after `keepBytes`. */
  | { readonly kind: "cut-body"; readonly keepBytes: number }
  /** `bytes` of the body each `everyMs`. */
  | { readonly kind: "slow-body"; readonly bytes: number; readonly everyMs: number }
  /** Passes the body on for `afterMs`, then never again, the connection still open: the half-closed watch. */
  | {
      readonly kind: "silence";
      readonly afterMs: number;
      /** Called as soon as nothing is passed on any more. */
      readonly onSilence?: () => void;
    }
  /** Passes the body on, then breaks the connection `afterMs` after its start: with a watch, "cut each N ms". */
  | { readonly kind: "cut"; readonly afterMs: number }
  /** A watch that opens, says one ERROR event of that code (410: the version is gone) and ends. */
  | { readonly kind: "error-event"; readonly status: number; readonly message?: string };

export interface Rule {
  /** Default: every request. */
  readonly when?: Match;
  /** How often it strikes before it is used up. Default: for ever. */
  readonly times?: number;
  /** Share of the fitting requests that it strikes, 0 to 1, drawn from the proxy's seed. Default: 1. */
  readonly probability?: number;
  /** Held back this long first, whatever happens then. */
  readonly delayMs?: number;
  /**
   * Done before anything happens to the request: the world changes between two requests of the program. `gone` resolves
   * when the caller gives up.
   */
  readonly meanwhile?: (gone: Promise<void>) => Promise<void>;
  /** Absent: passed on, after `delayMs`. */
  readonly fault?: Fault;
}

/** One request as the proxy saw it. */
export interface SeenRequest extends KubeRequest {
  /** The fault that struck it, or `passed`. */
  readonly outcome: Fault["kind"] | "passed";
}
