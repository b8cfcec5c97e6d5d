import type { NoticeKind } from "./notify.schema.ts";

export type { NoticeKind };

/** One thing worth telling people who do not watch. Holds no secret: it goes to chats and mailboxes. */
export interface Notice {
  readonly kind: NoticeKind;
  /** One line, at most 200 characters. */
  readonly title: string;
  /** A few sentences. */
  readonly text: string;
  readonly operation: string;
  readonly operationId: string;
  readonly runName: string;
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** Error id of a failure. */
  readonly errorId?: string;
}

/** Where a notice goes. */
export interface Target {
  readonly name: string;
  readonly kinds: readonly NoticeKind[];
  /**
   * Makes one attempt. `delivery` is the same for each attempt of one notice, so that a receiver can drop the second.
   *
   * @throws DeliveryFailed
   */
  send(notice: Notice, delivery: string, signal: AbortSignal): Promise<void>;
}

/** One attempt that did not deliver. The message names no URL: it may be a secret. */
export class DeliveryFailed extends Error {
  override readonly name = "DeliveryFailed";
  /** Another attempt may succeed. */
  readonly passing: boolean;
  readonly retryAfterMs: number;

  constructor(message: string, options: { readonly passing: boolean; readonly retryAfterMs?: number }) {
    super(message);
    this.passing = options.passing;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}
