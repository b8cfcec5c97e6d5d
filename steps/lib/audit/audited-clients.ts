import { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import { noteReads } from "../kube/note-reads.ts";
import type { KubeClient, KubeObject, ObjectRef, Preconditions, Resource } from "../kube/types.ts";
import { withOverrides } from "../kube/with-overrides.ts";
import { canonicalJson } from "../schema/canonical-json.ts";
import type { AuditTrail } from "./open-trail.ts";
import { type AuditActor, type AuditEntry, type AuditedWrite, sha256 } from "./record.ts";

export interface AuditSubject {
  readonly who: AuditActor;
  readonly operation: string;
  readonly operationId: string;
}

interface Call {
  readonly verb: AuditedWrite["verb"];
  readonly resource: Resource;
  readonly ref: ObjectRef & Preconditions;
  readonly body: unknown;
  readonly dryRun: "All" | undefined;
  readonly subresource?: string | undefined;
}

/** The account in a ServiceAccount's token. Only told, never trusted: the server checks the token. */
function accountOf(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const subject = typeof claims === "object" && claims !== null && "sub" in claims ? claims.sub : undefined;
    return typeof subject === "string" && /^[\w:.@-]{1,300}$/.test(subject) ? subject : undefined;
  } catch {
    // An opaque token, as OpenShift's OAuth makes them.
    return undefined;
  }
}

/** The object of a write with the preconditions that the write carries. */
function exactly(ref: ObjectRef, { uid, resourceVersion }: Preconditions): ObjectRef & Preconditions {
  return {
    ...ref,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

/** What is remembered of reads: the newest version of an object that this run has seen. */
const maxSeen = 20_000;

/**
 * Clients whose writes stand in an audit trail: before each request its intent, after its answer what became of it. A
 * write whose intent cannot be put on disk is not sent. Questions with `dryRun=All` change nothing and are left out.
 */
export class AuditedClients {
  private readonly trail: AuditTrail;
  private readonly subject: AuditSubject;
  private readonly seen = new Map<string, string>();
  private place: { readonly phase?: string; readonly step?: string } = {};

  constructor(trail: AuditTrail, subject: AuditSubject) {
    this.trail = trail;
    this.subject = subject;
  }

  /** Where in the operation the writes from here on happen. */
  at(place: { readonly phase?: string; readonly step?: string }): void {
    this.place = place;
  }

  watch<C extends Readonly<Record<string, KubeClient>>>(clients: C): C {
    return Object.fromEntries(Object.entries(clients).map(([hub, client]) => [hub, this.watchOne(hub, client)])) as C; // the same names
  }

  private key(hub: string, { group, plural }: Resource, { namespace, name }: ObjectRef): string {
    return [hub, group, plural, namespace ?? "", name].join("/");
  }

  private note(hub: string, resource: Resource, { metadata }: KubeObject): void {
    const { resourceVersion } = metadata;
    if (resourceVersion === undefined) return;
    const key = this.key(hub, resource, metadata);
    this.seen.delete(key);
    this.seen.set(key, resourceVersion);
    const [oldest] = this.seen.size > maxSeen ? this.seen.keys() : [];
    if (oldest !== undefined) this.seen.delete(oldest);
  }

  private describe(hub: string, client: KubeClient, call: Call): AuditedWrite {
    const { verb, resource, ref, body, subresource } = call;
    const seen = this.seen.get(this.key(hub, resource, ref));
    const version = ref.resourceVersion ?? seen;
    return {
      hub,
      server: client.server,
      verb,
      group: resource.group,
      version: resource.version,
      resource: subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`,
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      name: ref.name,
      bodySha256: sha256(canonicalJson(body ?? null)),
      ...(ref.uid === undefined ? {} : { uid: ref.uid }),
      ...(version === undefined
        ? {}
        : { before: { resourceVersion: version, conditional: ref.resourceVersion !== undefined } }),
    };
  }

  private async audited<T>(hub: string, client: KubeClient, call: Call, send: () => Promise<T>): Promise<T> {
    if (call.dryRun !== undefined) return await send();
    const credential = await client.credential();
    const account = credential.kind === "token" ? accountOf(credential.token) : undefined;
    const who = { ...this.subject.who, ...(account === undefined ? {} : { account }) };
    const write = this.describe(hub, client, call);
    const entry: Omit<AuditEntry, "event"> = { ...this.subject, who, ...this.place, write };
    const answers = await this.trail.append({ ...entry, event: "intended" });
    let answer: T;
    try {
      answer = await send();
    } catch (error) {
      // Without an answer the server may have done it all the same; the next read tells.
      const event = isKubeError(error) && !error.unclear ? "refused" : "unclear";
      const reason = error instanceof FairleadError ? `${error.text.id} ${error.text.what}` : "no usable answer";
      await this.trail.append({ ...entry, event, answers, reason: reason.slice(0, 500) });
      throw error;
    }
    await this.trail.append({ ...entry, event: "written", answers, write: this.afterwards(hub, call, write, answer) });
    return answer;
  }

  private afterwards(hub: string, { resource, subresource }: Call, write: AuditedWrite, answer: unknown): AuditedWrite {
    if (typeof answer !== "object" || answer === null || !("metadata" in answer)) return write;
    const object = answer as KubeObject; // what a client answers to a write with metadata is an object
    const { uid, resourceVersion } = object.metadata;
    // The answer of a subresource is an object of its own type, such as a Scale, with the version of the whole.
    if (subresource === undefined) this.note(hub, resource, object);
    return {
      ...write,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { after: { resourceVersion } }),
    };
  }

  private watchOne(hub: string, client: KubeClient): KubeClient {
    const named = (body: KubeObject): ObjectRef & Preconditions => body.metadata;
    const reading = noteReads(client, { found: (resource, object) => this.note(hub, resource, object) });
    return withOverrides(reading, {
      create: (resource, body, options) => {
        const { name, namespace } = body.metadata;
        const ref = { name, ...(namespace === undefined ? {} : { namespace }) };
        const call: Call = { verb: "create", resource, ref, body, dryRun: options.dryRun };
        return this.audited(hub, client, call, () => client.create(resource, body, options));
      },
      apply: (resource, body, options) => {
        const call: Call = { verb: "apply", resource, ref: named(body), body, dryRun: options.dryRun };
        return this.audited(hub, client, call, () => client.apply(resource, body, options));
      },
      replace: (resource, body, options) => {
        const call: Call = { verb: "update", resource, ref: named(body), body, dryRun: options.dryRun };
        return this.audited(hub, client, call, () => client.replace(resource, body, options));
      },
      mergePatch: (resource, ref, patch, options) => {
        const { dryRun, subresource } = options;
        const call: Call = { verb: "patch", resource, ref: exactly(ref, options), body: patch, dryRun, subresource };
        return this.audited(hub, client, call, () => client.mergePatch(resource, ref, patch, options));
      },
      jsonPatch: (resource, ref, operations, options) => {
        const { dryRun, subresource } = options;
        const call: Call = { verb: "patch", resource, ref, body: operations, dryRun, subresource };
        return this.audited(hub, client, call, () => client.jsonPatch(resource, ref, operations, options));
      },
      delete: (resource, ref, options) => {
        const { dryRun } = options;
        const call: Call = { verb: "delete", resource, ref: exactly(ref, options), body: null, dryRun };
        return this.audited(hub, client, call, () => client.delete(resource, ref, options));
      },
    });
  }
}
