import { isIP } from "node:net";
import { createTransport } from "nodemailer";
import { guardedLookup, type OutboundPolicy, OutboundRefused, refusedAddress } from "../net/outbound-policy.ts";
import { DeliveryFailed, type Notice, type NoticeKind, type Target } from "./types.ts";

export interface MailTarget {
  readonly name: string;
  readonly kinds: readonly NoticeKind[];
  readonly host: string;
  readonly port: number;
  /** `starttls` insists on it: a relay that does not offer it gets nothing. */
  readonly security: "tls" | "starttls" | "none";
  readonly from: string;
  readonly to: readonly string[];
  readonly login?: { readonly user: string; readonly password: string };
  readonly policy: OutboundPolicy;
  readonly certificateAuthority?: string;
}

const attemptMs = 15_000;

/** The relay's address, resolved under the policy: the library must not resolve the name a second time. */
function addressOf(host: string, policy: OutboundPolicy): Promise<string> {
  return new Promise((resolve, reject) => {
    const why = isIP(host) === 0 ? undefined : refusedAddress(host, policy);
    if (why !== undefined) {
      reject(new OutboundRefused(`${host} is not contacted: ${why}`));
      return;
    }
    guardedLookup(policy)(host, {}, (error, address) => {
      if (error !== null) reject(error);
      else resolve(String(address));
    });
  });
}

/** No line of a notice may become a header. */
function subject({ title }: Notice): string {
  return title.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").slice(0, 200);
}

function text({ title, text: more, facts, at }: Notice): string {
  const lines = facts.map(({ label, value }) => `${label}: ${value}`);
  return [title, "", more, "", ...lines, `Time: ${at}`, ""].join("\n");
}

/** Permanent answers of a relay are 5xx; without an answer it was the network. */
function failureOf(error: unknown): DeliveryFailed {
  const why = error instanceof Error ? error.message : String(error);
  const code = typeof error === "object" && error !== null && "responseCode" in error ? error.responseCode : undefined;
  const final = error instanceof OutboundRefused || (typeof code === "number" && code >= 500);
  return new DeliveryFailed(why, { passing: !final });
}

/** A mail relay. */
export function mailTarget(target: MailTarget): Target {
  const { host, port, security, policy, login, certificateAuthority } = target;
  return {
    name: target.name,
    kinds: target.kinds,
    send: async (notice, delivery, signal) => {
      signal.throwIfAborted();
      try {
        const transport = createTransport({
          host: await addressOf(host, policy),
          port,
          secure: security === "tls",
          requireTLS: security === "starttls",
          ignoreTLS: security === "none",
          connectionTimeout: attemptMs,
          greetingTimeout: attemptMs,
          socketTimeout: attemptMs,
          tls: {
            minVersion: "TLSv1.2",
            ...(isIP(host) === 0 ? { servername: host } : {}),
            ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
          },
          ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password } }),
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        const stop = (): void => transport.close();
        signal.addEventListener("abort", stop, { once: true });
        try {
          await transport.sendMail({
            from: target.from,
            to: [...target.to],
            subject: subject(notice),
            text: text(notice),
            messageId: `<${delivery}@fairlead.invalid>`,
            date: new Date(notice.at),
            headers: { "Auto-Submitted": "auto-generated", "X-Fairlead-Event": notice.kind },
          });
        } finally {
          signal.removeEventListener("abort", stop);
          transport.close();
        }
      } catch (error) {
        signal.throwIfAborted();
        throw failureOf(error);
      }
    },
  };
}
