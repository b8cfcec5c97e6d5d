import { request } from "node:http";

/** A key of etcd with the revision of its last change. */
export interface EtcdKey {
  readonly key: string;
  readonly modRevision: string;
  /** Base64; absent where only keys were asked for. */
  readonly value?: string;
}

// etcd 3.6 serves its gRPC API as JSON on every client URL: keys and values in base64, 64-bit numbers as text.
interface RangeAnswer {
  readonly kvs?: readonly { readonly key: string; readonly mod_revision: string; readonly value?: string }[];
}
interface PutAnswer {
  readonly header: { readonly revision: string };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

/** The first key behind all keys with this prefix. The prefixes of API servers end with `/`. */
function behind(prefix: string): string {
  return `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;
}

/** The keys of an etcd on a Unix socket. */
export class EtcdKeys {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async list(prefix: string, content: "keys" | "values"): Promise<readonly EtcdKey[]> {
    const asked = { key: base64(prefix), range_end: base64(behind(prefix)), keys_only: content === "keys" };
    const { kvs = [] } = await this.#call<RangeAnswer>("range", asked);
    return kvs.map(({ key, mod_revision: modRevision, value = "" }) => ({
      key: Buffer.from(key, "base64").toString("utf8"),
      modRevision,
      ...(content === "keys" ? {} : { value }),
    }));
  }

  /** @returns the revision of the change */
  async put(key: string, value: string): Promise<string> {
    return (await this.#call<PutAnswer>("put", { key: base64(key), value })).header.revision;
  }

  async remove(key: string): Promise<void> {
    await this.#call("deleterange", { key: base64(key) });
  }

  #call<T>(method: string, body: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.#socket, path: `/v3/kv/${method}`, method: "POST" };
      const sent = request(options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.once("error", reject);
        response.once("end", () => {
          if (response.statusCode === 200)
            resolve(JSON.parse(text) as T); // the answer of this method, see above
          else reject(new Error(`etcd answered ${response.statusCode} to ${method}: ${text.slice(0, 500)}`));
        });
      });
      sent.once("error", reject);
      sent.end(JSON.stringify(body));
    });
  }
}
