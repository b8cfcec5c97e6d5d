import { describe, expect, test } from "@jest/globals";
import { FetchedLogin, type FetchedProof } from "../../../../steps/lib/kube/login.ts";
import { JumpingClock } from "./fixtures.ts";

const { signal } = new AbortController();

/** Hands out `token-1`, `token-2` …, each valid for a minute. */
function provider(clock: JumpingClock) {
  const state = { fetched: 0 };
  const fetch = async (): Promise<FetchedProof> => {
    state.fetched += 1;
    return { token: `token-${state.fetched}`, expiresAt: clock.now() + 60_000 };
  };
  return { state, login: new FetchedLogin(fetch, clock) };
}

describe("a login that is fetched", () => {
  test("is fetched once for all who ask at the same time", async () => {
    const { state, login } = provider(new JumpingClock());
    const proofs = await Promise.all([1, 2, 3].map(() => login.current(signal)));
    expect(proofs.map(({ token }) => token)).toEqual(["token-1", "token-1", "token-1"]);
    expect(state.fetched).toBe(1);
  });

  test("is kept until half a minute before its end", async () => {
    const clock = new JumpingClock();
    const { login } = provider(clock);
    await login.current(signal);
    clock.pass(29_000);
    expect((await login.current(signal)).token).toBe("token-1");
    clock.pass(2_000);
    expect((await login.current(signal)).token).toBe("token-2");
  });

  test("is kept for ever where it has no end", async () => {
    const clock = new JumpingClock();
    const login = new FetchedLogin(async () => ({ token: "for ever" }), clock);
    const first = await login.current(signal);
    clock.pass(1e12);
    expect(await login.current(signal)).toBe(first);
  });

  test("is fetched anew after a refusal, unless it is too young to be stale", async () => {
    const clock = new JumpingClock();
    const { login } = provider(clock);
    expect(login.renew()).toBe(false);
    await login.current(signal);
    expect(login.renew()).toBe(false);
    clock.pass(11_000);
    expect(login.renew()).toBe(true);
    expect((await login.current(signal)).token).toBe("token-2");
  });

  test("is tried again after a failure", async () => {
    const outcomes = [Promise.reject(new Error("no login")), Promise.resolve({ token: "second" })];
    outcomes[0]?.catch(() => undefined);
    const login = new FetchedLogin(
      () => outcomes.shift() ?? Promise.reject(new Error("too often")),
      new JumpingClock(),
    );
    await expect(login.current(signal)).rejects.toThrow("no login");
    expect(await login.current(signal)).toEqual({ token: "second" });
  });

  test("leaves who gives up without disturbing the others", async () => {
    const gate = Promise.withResolvers<FetchedProof>();
    const login = new FetchedLogin(() => gate.promise, new JumpingClock());
    const leaving = new AbortController();
    const left = login.current(leaving.signal);
    const staying = login.current(signal);
    leaving.abort(new Error("cancelled"));
    await expect(left).rejects.toThrow("cancelled");
    gate.resolve({ token: "late" });
    expect(await staying).toEqual({ token: "late" });
  });
});
