/** What people and probes are told of a watcher: whether it sees everything, and whether its runs get through. */
export class Readiness {
  #hasStarted = false;
  readonly #troubles = new Map<string, string>();

  start(): void {
    this.#hasStarted = true;
  }

  /** @param why absent when it is well again */
  tell(part: string, why: string | undefined): void {
    if (why === undefined) this.#troubles.delete(part);
    else this.#troubles.set(part, why);
  }

  /** Why it is not ready, a line each; none when it is. */
  get reasons(): readonly string[] {
    const troubles = [...this.#troubles].map(([part, why]) => `${part}: ${why}`);
    return this.#hasStarted ? troubles : ["not everything was seen yet", ...troubles];
  }
}
