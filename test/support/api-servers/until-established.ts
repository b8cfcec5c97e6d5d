interface Server {
  kubectl(args: readonly string[]): Promise<string>;
}

const patienceMs = 60_000;

/** A definition that was made a moment ago has no status: kubectl 1.36 then gives up instead of waiting for one. */
function hasNoStatusYet(error: unknown): boolean {
  return error instanceof Error && error.message.includes(".status.conditions accessor error");
}

/**
 * Resolves when the API server serves the kinds.
 *
 * @param what `--all`, or `crd/widgets.example.io`
 * @throws Error with what kubectl said
 */
export async function untilEstablished(server: Server, ...what: readonly string[]): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  const names = what[0] === "--all" ? ["crd", "--all"] : what;
  for (;;) {
    try {
      await server.kubectl(["wait", "--for=condition=Established", `--timeout=${patienceMs / 1000}s`, ...names]);
      return;
    } catch (error) {
      if (!hasNoStatusYet(error) || performance.now() > endsAt) throw error;
    }
  }
}
