import { createHmac } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import { type OutboundPolicy, OutboundRefused } from "../net/outbound-policy.ts";
import { post } from "../net/post.ts";
import { DeliveryFailed, type Notice, type NoticeKind, type Target } from "./types.ts";

export interface HttpTarget {
  readonly name: string;
  readonly kinds: readonly NoticeKind[];
  readonly url: string;
  readonly policy: OutboundPolicy;
  readonly certificateAuthority?: string;
}

const attemptMs = 10_000;

async function deliver(
  target: HttpTarget,
  message: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<void> {
  const headers = { "content-type": "application/json; charset=utf-8", "user-agent": "fairlead", ...message.headers };
  const { url, policy, certificateAuthority } = target;
  const authority = certificateAuthority === undefined ? {} : { certificateAuthority };
  const answer = await post({
    url,
    policy,
    body: message.body,
    headers,
    timeoutMs: attemptMs,
    signal,
    ...authority,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    throw new DeliveryFailed(why, { passing: !(error instanceof OutboundRefused) });
  });
  if (answer.status >= 200 && answer.status < 300) return;
  const passing = answer.status === 408 || answer.status === 429 || answer.status >= 500;
  const redirect = answer.status >= 300 && answer.status < 400 ? "; redirects are not followed" : "";
  const retryAfterMs = (answer.retryAfter ?? 0) * 1_000;
  throw new DeliveryFailed(`it answered HTTP ${answer.status}${redirect}`, { passing, retryAfterMs });
}

/** What a webhook receives; fields are only ever added. */
export function webhookBody(notice: Notice, delivery: string): string {
  return JSON.stringify({ schemaVersion: "1.0", delivery, ...notice });
}

/**
 * `t=<unix seconds>,v1=<hex>`: HMAC-SHA-256 of `<t>.<body>`. The time lets a receiver refuse what was recorded and sent
 * again later.
 */
export function signature(key: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac("sha256", key).update(`${seconds}.${body}`).digest("hex")}`;
}

/** Any receiver of JSON, which can prove by the signature who sent it. */
export function webhookTarget(target: HttpTarget & { readonly signingKey: string; readonly clock: Clock }): Target {
  return {
    name: target.name,
    kinds: target.kinds,
    send: async (notice, delivery, signal) => {
      const body = webhookBody(notice, delivery);
      const headers = {
        "x-fairlead-event": notice.kind,
        "x-fairlead-delivery": delivery,
        "x-fairlead-signature": signature(target.signingKey, Math.floor(target.clock.now() / 1_000), body),
      };
      await deliver(target, { body, headers }, signal);
    },
  };
}

/** `&`, `<` and `>` are Slack's own: unescaped they make links and mentions, such as `<!channel>`. */
function plain(text: string, limit: number): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return safe.length > limit ? `${safe.slice(0, limit - 1)}…` : safe;
}

const marks: Readonly<Record<NoticeKind, string>> = {
  started: ":arrow_forward:",
  failed: ":x:",
  ended: ":checkered_flag:",
  "awaiting-approval": ":raised_hand:",
  "long-wait": ":hourglass:",
};

/** A message of Slack's incoming webhooks, which Mattermost and Rocket.Chat understand too. */
export function slackBody(notice: Notice): string {
  const facts = notice.facts.map(({ label, value }) => `${label}: ${value}`).join("\n");
  const mrkdwn = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
  return JSON.stringify({
    text: plain(notice.title, 300),
    blocks: [
      mrkdwn(`${marks[notice.kind]} *${plain(notice.title, 300).replaceAll("*", "∗")}*`),
      ...(notice.text === "" ? [] : [mrkdwn(plain(notice.text, 2_500))]),
      ...(facts === "" ? [] : [{ type: "context", elements: [{ type: "mrkdwn", text: plain(facts, 1_900) }] }]),
    ],
  });
}

/** A chat that takes Slack's format. Its URL is the secret. */
export function slackTarget(target: HttpTarget): Target {
  return {
    name: target.name,
    kinds: target.kinds,
    send: (notice, _delivery, signal) => deliver(target, { body: slackBody(notice), headers: {} }, signal),
  };
}
