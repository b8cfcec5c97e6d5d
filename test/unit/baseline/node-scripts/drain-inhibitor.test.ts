import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { renderedObject } from "../support/assets.ts";
import { type NodeTree, nodeTree, scriptPath, searchPath } from "../support/node-tree.ts";

const shutdown = (begins: boolean): string =>
  `${JSON.stringify({ type: "signal", member: "PrepareForShutdown", payload: { type: "b", data: [begins] } })}\n`;

interface PlayedGuest {
  readonly pod: string;
  readonly domain: string;
  /** What virsh says of it after it was asked, look after look; the last word stays. */
  readonly states: readonly string[];
}

const two: readonly PlayedGuest[] = [
  { pod: "pod-a", domain: "ns_a", states: ["running", "shut off"] },
  { pod: "pod-b", domain: "ns_b", states: ["shut off"] },
];

/** Programs of a node: each notes how it is called. The monitor of the bus tells `signals` and then stays silent. */
function nodeWith(guests: readonly PlayedGuest[], signals: string): NodeTree {
  const tree = nodeTree({ signals, calls: "", preparing: "b false\n" });
  const note = `#!/bin/sh\ncd "${tree.root}"\necho "$(basename "$0") $*" >> calls\n`;
  // No signal comes before the lock has noted its process and said so: a pipe without a reader holds it up, and is no end
  // of it.
  expect(spawnSync("mkfifo", [join(tree.root, "locked")]).status).toBe(0);
  tree.program(
    "systemd-inhibit",
    `${note}echo $$ > lock-process\necho inhibits\n: > is-locked\necho > locked\nexec sleep infinity\n`,
  );
  tree.program(
    "busctl",
    `${note}case "$*" in *get-property*) cat preparing; exit;; esac\n[ -e is-locked ] || read -r _ < locked\n[ -e monitor-fails ] && exit 1\ncat signals\nexec sleep infinity\n`,
  );
  tree.write("pods.json", JSON.stringify({ items: guests.map(({ pod }) => ({ id: pod })) }));
  for (const { pod, domain, states } of guests) {
    const containers = [
      { id: `other-of-${pod}`, metadata: { name: "guest-console-log" } },
      { id: `compute-of-${pod}`, metadata: { name: "compute" } },
    ];
    tree.write(`${pod}.json`, JSON.stringify({ containers }));
    tree.write(`compute-of-${pod}.domain`, `${domain}\n\n`);
    tree.write(`${domain}.states`, `${states.join("\n")}\n`);
  }
  // crictl pods …, ps --pod P …, ps --id C …, exec C virsh list|shutdown|domstate D
  tree.program(
    "crictl",
    `${note}case "$1 $2 $4" in
"pods "*) cat pods.json;;
"ps --pod "*) cat "$3.json";;
"ps --id "*) [ -e container-gone ] || echo "$3";;
"exec $2 list") cat "$2.domain";;
"exec $2 shutdown") [ ! -e "$5.deaf" ] || { echo "domain is not running" >&2; exit 1; };;
"exec $2 domstate") [ ! -e "$5.lost" ] || exit 1; head -n 1 "$5.states"; [ "$(wc -l < "$5.states")" = 1 ] || sed -i 1d "$5.states";;
esac
`,
  );
  return tree;
}

/** Runs a program in Python whose main thread takes no SIGTERM: as when the signal comes just before that thread waits. */
const deafMainThread = `import runpy, signal, sys, threading
threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")`;

/** The service at work. */
class Service implements AsyncDisposable {
  said = "";
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #tree: NodeTree;
  #news = Promise.withResolvers<void>();

  constructor(tree: NodeTree, ...args: readonly string[]) {
    this.#tree = tree;
    const before = args[0] === "-c" ? args.slice(0, 2) : [];
    const given = ["--poll", "0.01", "--longest-pause", "0.01", ...args.slice(before.length)];
    const script = scriptPath("vm-drain-shutdown-inhibitor.py");
    this.#process = spawn("python3", ["-B", ...before, script, ...given], { env: { PATH: searchPath(tree) } });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.said += text;
        this.#tell();
      });
    }
    this.#process.on("close", () => this.#tell());
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }

  /** Waits until the service, or a program of its, has said a text. */
  async says(text: string, times = 1): Promise<void> {
    while (this.said.split(text).length <= times) {
      if (this.#isOver()) throw new Error(`the service ended and said: ${this.said}`);
      await this.#news.promise;
    }
  }

  stop(): void {
    this.#process.kill("SIGTERM");
  }

  /** Its exit code, or the signal that ended it. */
  async ended(): Promise<number | string | null> {
    if (!this.#isOver()) await once(this.#process, "close");
    return this.#process.exitCode ?? this.#process.signalCode;
  }

  #isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Whether the process that is the lock lives. */
  holdsLock(): boolean {
    return existsSync(`/proc/${this.#tree.read("lock-process").trim()}`);
  }

  calls(of: string): readonly string[] {
    return this.#tree
      .read("calls")
      .split("\n")
      .filter((call) => call.includes(of));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.ended();
  }
}

describe("the lock", () => {
  test("delays the shutdown of the node while the service runs, and is let go with it", async () => {
    using tree = nodeWith(two, "");
    await using service = new Service(tree);
    await service.says("the lock is taken");
    service.stop();
    expect(await service.ended()).toBe(0);
    expect(service.said).toContain("the lock is let go");
    expect(service.calls("exec")).toEqual([]);
  });

  test("is let go though the signal of the stop comes just before the service waits for it", async () => {
    using tree = nodeWith([], shutdown(false));
    await using service = new Service(tree, "-c", deafMainThread);
    await service.says("the shutdown was called off");
    service.stop();
    expect(await service.ended()).toBe(0);
    expect(service.said).toContain("the lock is let go");
  });

  test("is a delay of shutdowns, around a sleep without end", async () => {
    using tree = nodeWith(two, shutdown(true));
    await using service = new Service(tree);
    await service.says("the lock is let go");
    expect(service.calls("systemd-inhibit")).toEqual([
      "systemd-inhibit --what=shutdown --mode=delay --who=vm-drain-shutdown-inhibitor --why=virtual machines shut down first sleep infinity",
    ]);
  });

  test("that systemd-inhibit loses ends the service, which systemd then starts anew", async () => {
    using tree = nodeWith(two, "");
    tree.program("systemd-inhibit", "#!/bin/sh\nexit 1\n");
    await using service = new Service(tree);
    expect(await service.ended()).toBe(1);
    expect(service.said).toContain("error: the lock is lost: systemd-inhibit has ended");
  });

  test("is taken again when a shutdown is called off", async () => {
    using tree = nodeWith([], shutdown(true) + shutdown(false));
    await using service = new Service(tree);
    await service.says("inhibits", 2);
    expect(service.said).toContain("the shutdown was called off");
    expect(service.holdsLock()).toBe(true);
    expect(service.calls("systemd-inhibit")).toHaveLength(2);
  });
});

describe("a shutdown of the node", () => {
  // The asking of a guest is a part of it: three programs one after the other, on a machine that may be busy.
  const limit = "2";

  test("asks all guests, waits for them, and goes on", async () => {
    using tree = nodeWith(two, shutdown(true));
    await using service = new Service(tree);
    await service.says("the lock is let go");
    const order = ["ns_a is asked", "ns_b is asked", "ns_b is shut down", "ns_a is shut down", "the lock is let go"];
    for (const said of order) expect(service.said).toContain(said);
    expect(service.said.indexOf("ns_a is shut down")).toBeLessThan(service.said.indexOf("the lock is let go"));
    expect(service.said).not.toContain("warning");
    expect(service.holdsLock()).toBe(false);
  });

  test("looks only at pods of guests that are ready, and asks in the container compute", async () => {
    using tree = nodeWith(two, shutdown(true));
    await using service = new Service(tree);
    await service.says("the lock is let go");
    expect(service.calls("crictl pods")).toEqual([
      "crictl pods --state ready --label kubevirt.io=virt-launcher --output json",
    ]);
    expect(service.calls("virsh shutdown").toSorted()).toEqual([
      "crictl exec compute-of-pod-a virsh shutdown ns_a",
      "crictl exec compute-of-pod-b virsh shutdown ns_b",
    ]);
  });

  test("goes on without a guest that does not shut down in time", async () => {
    using tree = nodeWith([{ pod: "pod-a", domain: "ns_a", states: ["running"] }], shutdown(true));
    await using service = new Service(tree, "--limit", limit);
    await service.says("the lock is let go");
    expect(service.said).toContain(`warning: ns_a still runs after ${limit} s`);
  });

  test("goes on at once where there is no guest", async () => {
    using tree = nodeWith([], shutdown(true));
    await using service = new Service(tree);
    await service.says("the node is to shut down\nthe lock is let go");
    expect(service.calls("exec")).toEqual([]);
  });

  test("does not wait for a guest that cannot be asked, and waits for the others", async () => {
    using tree = nodeWith(two, shutdown(true));
    tree.write("ns_b.deaf", "");
    await using service = new Service(tree);
    await service.says("the lock is let go");
    expect(service.said).toContain("warning: the guest of pod pod-b is not asked");
    expect(service.said).toContain("domain is not running");
    expect(service.said).toContain("ns_a is shut down");
  });

  test("waits no more for a guest whose container is gone", async () => {
    using tree = nodeWith([{ pod: "pod-a", domain: "ns_a", states: ["running"] }], shutdown(true));
    tree.write("ns_a.lost", "");
    tree.write("container-gone", "");
    await using service = new Service(tree);
    await service.says("the lock is let go");
    expect(service.said).toContain("ns_a is shut down");
  });

  test("waits for a guest that gives no answer while its container is there", async () => {
    using tree = nodeWith([{ pod: "pod-a", domain: "ns_a", states: ["running"] }], shutdown(true));
    tree.write("ns_a.lost", "");
    await using service = new Service(tree, "--limit", limit);
    await service.says("the lock is let go");
    expect(service.said).toContain("warning: ns_a still runs");
  });

  test.each([
    ["gives no JSON", "#!/bin/sh\necho nonsense\n", "gave no JSON"],
    ["fails", "#!/bin/sh\necho 'no runtime' >&2\nexit 1\n", "no runtime"],
    ["lists what it never should", "#!/bin/sh\necho '{\"items\":[{}]}'\n", "guests are not shut down"],
  ])("goes on where crictl %s", async (_given, program, reason) => {
    using tree = nodeWith(two, shutdown(true));
    tree.program("crictl", program);
    await using service = new Service(tree);
    await service.says("the lock is let go");
    expect(service.said).toContain("error: guests are not shut down");
    expect(service.said).toContain(reason);
    expect(service.holdsLock()).toBe(false);
  });

  test("is begun only by what logind says", async () => {
    const others = `nonsense\n[]\n{"member":"PrepareForSleep","payload":{"data":[true]}}\n{"member":"PrepareForShutdown"}\n`;
    using tree = nodeWith(two, others + shutdown(true));
    await using service = new Service(tree);
    await service.says("the lock is let go");
    expect(service.said.match(/the node is to shut down/g)).toHaveLength(1);
    expect(service.calls("busctl")[0]).toContain("sender='org.freedesktop.login1'");
  });

  test("that systemd stops the service in is finished first", async () => {
    using tree = nodeWith([{ pod: "pod-a", domain: "ns_a", states: ["running", "shut off"] }], shutdown(true));
    await using service = new Service(tree, "--poll", "0.2");
    await service.says("ns_a is asked to shut down");
    service.stop();
    expect(await service.ended()).toBe(0);
    expect(service.said).toContain("ns_a is shut down\nthe lock is let go");
  });
});

describe("the monitor of the bus", () => {
  test("may miss a shutdown that is announced before it listens: that is seen all the same", async () => {
    using tree = nodeWith(two, "");
    tree.write("preparing", "b true\n");
    await using service = new Service(tree, "--look", "0.05");
    await service.says("the lock is let go");
    expect(service.said).toContain("ns_a is shut down");
    expect(service.said).not.toContain("the monitor of the bus has ended");
  });

  test("is started anew when it ends, and a shutdown that nobody heard of is seen", async () => {
    using tree = nodeWith(two, "");
    tree.write("monitor-fails", "");
    tree.write("preparing", "b true\n");
    await using service = new Service(tree);
    await service.says("the lock is let go");
    expect(service.said).toContain("warning: the monitor of the bus has ended");
    expect(service.said).toContain("ns_a is shut down");
  });

  test("is started again and again, and the lock stays", async () => {
    using tree = nodeWith(two, "");
    tree.write("monitor-fails", "");
    await using service = new Service(tree);
    await service.says("the next one begins in 0.01 s\nwarning: the monitor of the bus has ended");
    expect(service.holdsLock()).toBe(true);
    expect(service.said).not.toContain("the lock is let go");
  });
});

describe("limits", () => {
  const seconds = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1]);

  test("end in order: guests, the delay of logind and the stop of the unit", () => {
    const script = readFileSync(scriptPath("vm-drain-shutdown-inhibitor.py"), "utf8");
    const guests = seconds(script, /"--limit", type=float, default=(\d+)/);
    const unheard = seconds(script, /"--look", type=float, default=(\d+)/);
    const logind = seconds(readFileSync(scriptPath("10-inhibit-delay.conf"), "utf8"), /InhibitDelayMaxSec=(\d+)/);
    const asset = JSON.stringify(renderedObject("machine-config/vm-drain-shutdown-inhibitor.yaml.liquid"));
    const unit = seconds(asset, /TimeoutStopSec=(\d+)/);
    expect([guests, logind, unit]).toEqual([120, 150, 150]);
    expect(unheard + guests).toBeLessThan(logind);
  });
});
