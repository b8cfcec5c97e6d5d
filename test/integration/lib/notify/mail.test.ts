import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { createAuthority, issueCertificate } from "../../../support/api-servers/certificates.ts";
import { NotifyBench, notice } from "./support/notify-bench.ts";

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
  readonly user: unknown;
}

/** A relay on a free port that keeps what it takes. */
class Relay {
  readonly mails: Mail[] = [];
  readonly refusals: { readonly responseCode: number; readonly message: string }[] = [];
  private readonly server: SMTPServer;

  constructor(options: SMTPServerOptions) {
    this.server = new SMTPServer({
      logger: false,
      onAuth: ({ username, password }, _session, callback) => {
        if (password === "canary-mail-password") callback(null, { user: username ?? "" });
        else callback(new Error("wrong password"));
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          const refusal = this.refusals.shift();
          if (refusal !== undefined) {
            callback(Object.assign(new Error(refusal.message), { responseCode: refusal.responseCode }));
            return;
          }
          const { mailFrom, rcptTo } = session.envelope;
          this.mails.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(chunks).toString("utf8"),
            secure: session.secure,
            user: session.user,
          });
          callback();
        });
      },
      ...options,
    });
    this.server.on("error", () => undefined); // A client that hangs up, as one does that was refused TLS.
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.server.server.address() as AddressInfo).port; // it listens on a port
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(resolve));
  }
}

let folder: string;
let authority: string;
let pair: { readonly cert: string; readonly key: string };
let relay: Relay;
let bench: NotifyBench;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-mail-"));
  const made = await createAuthority(folder, "mail authority");
  authority = await readFile(made.certFile, "utf8");
  const issued = await issueCertificate(
    folder,
    "relay",
    { commonName: "relay", alternativeNames: ["IP:127.0.0.1"], use: "serverAuth" },
    made,
  );
  pair = { cert: await readFile(issued.certFile, "utf8"), key: await readFile(issued.keyFile, "utf8") };
});

afterAll(() => rm(folder, { recursive: true }));

afterEach(async () => {
  await bench?.close();
  await relay.close();
});

async function openBench(target: object): Promise<void> {
  const port = await relay.listen();
  const email = {
    name: "mail",
    type: "email",
    host: "127.0.0.1",
    port,
    from: "fairlead@example.com",
    to: ["a@example.com", "b@example.com"],
  };
  const config = { targets: [{ ...email, ...target }], allowLoopback: true, certificateAuthorityFile: "ca.crt" };
  bench = await NotifyBench.open({
    "notifications.yaml": JSON.stringify(config),
    "ca.crt": authority,
    user: "fairlead\n",
    password: "canary-mail-password\n",
    wrong: "canary-wrong-password\n",
  });
}

const withLogin = { security: "starttls", userFile: "user", passwordFile: "password" };

describe("a mail relay with STARTTLS and a login", () => {
  beforeEach(() => {
    relay = new Relay({ ...pair, authMethods: ["PLAIN", "LOGIN"] });
  });

  test("W-09 takes the notice over TLS, for all recipients", async () => {
    await openBench(withLogin);
    await bench.tell([notice]);
    expect(bench.warnings()).toEqual([]);
    expect(relay.mails).toMatchObject([
      { from: "fairlead@example.com", to: ["a@example.com", "b@example.com"], secure: true, user: "fairlead" },
    ]);
    expect(relay.mails[0]?.text).toContain("Subject: switchover spring-drill failed");
    expect(relay.mails[0]?.text).toContain("SW-ACT-01");
  });

  test("W-09 takes a line break in a title for no header", async () => {
    await openBench(withLogin);
    await bench.tell([{ ...notice, title: "ended\r\nBcc: evil@example.com\r\n\r\nbody" }]);
    expect(relay.mails[0]?.to).toEqual(["a@example.com", "b@example.com"]);
    expect(relay.mails[0]?.text).not.toMatch(/^Bcc:/m);
  });

  test("W-09 that is busy is asked again", async () => {
    await openBench(withLogin);
    relay.refusals.push({ responseCode: 451, message: "later" });
    await bench.tell([notice]);
    expect({ mails: relay.mails.length, warnings: bench.warnings() }).toEqual({ mails: 1, warnings: [] });
  });

  test("W-09 that refuses the login is a warning without the password", async () => {
    await openBench({ ...withLogin, passwordFile: "wrong" });
    await bench.tell([notice]);
    expect(bench.warnings()).toEqual([expect.stringContaining("target mail was not told of failed")]);
    expect(bench.lines.join()).not.toContain("canary");
  });
});

describe("a mail relay without TLS", () => {
  beforeEach(() => {
    relay = new Relay({ disabledCommands: ["STARTTLS"], authOptional: true });
  });

  test("W-09 gets neither mail nor password when STARTTLS was asked for", async () => {
    await openBench(withLogin);
    await bench.tell([notice]);
    expect({ mails: relay.mails, warnings: bench.warnings().length }).toEqual({ mails: [], warnings: 1 });
  });

  test("W-09 is never given a login by configuration", async () => {
    await openBench({ ...withLogin, security: "none" });
    await expect(bench.tell([notice])).rejects.toMatchObject({
      text: { id: "NOTIFY-01", why: expect.stringContaining("unencrypted") },
    });
  });

  test("W-09 without a login takes the notice", async () => {
    await openBench({ security: "none" });
    await bench.tell([notice]);
    expect(relay.mails).toMatchObject([{ secure: false }]);
  });
});
