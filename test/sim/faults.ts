/** What goes wrong on purpose. */
export type Fault =
  /** The operator writes no phase and acts on nothing. */
  | { readonly kind: "operator-down" }
  /** Velero acts on nothing. */
  | { readonly kind: "velero-down" }
  | { readonly kind: "storage-unavailable" }
  /** The storage location is lost in the moment in which a Restore is told to activate, and stays so. */
  | { readonly kind: "storage-lost-at-activation" }
  /** Passive syncs take no newer backups. */
  | { readonly kind: "sync-stands-still" }
  /** An activation ends FinishedWithErrors, whatever its Velero Restores say. */
  | { readonly kind: "ends-with-errors" }
  /** The activation ends Finished without a managed-clusters restore. */
  | { readonly kind: "activates-nothing" }
  /** The named cluster never connects to this hub. */
  | { readonly kind: "cluster-never-connects"; readonly cluster: string }
  /** This hub cannot import the named cluster; one that comes by itself connects. */
  | { readonly kind: "import-fails"; readonly cluster: string }
  /** Velero Restores of this backup kind end PartiallyFailed with so many errors. */
  | { readonly kind: "restore-errors"; readonly prefix: string; readonly errors: number }
  /** Velero Restores of this backup kind end Failed. */
  | { readonly kind: "restore-fails"; readonly prefix: string }
  /** Velero Restores of this backup kind stay in this phase, `InProgress` when none is given. */
  | { readonly kind: "restore-stuck"; readonly prefix: string; readonly phase?: string }
  /** New backups whose name begins so stay as they are. */
  | { readonly kind: "backup-stuck"; readonly prefix: string }
  /** Velero copies no backup whose name begins so from the other hub. */
  | { readonly kind: "sync-withheld"; readonly prefix: string }
  /** New Velero Schedules whose name begins so get no first backup. */
  | { readonly kind: "backup-missing"; readonly prefix: string }
  /** New backups whose name begins so end Completed with so many errors. */
  | { readonly kind: "backup-errors"; readonly prefix: string; readonly errors: number }
  /** A pause of a BackupSchedule is honoured so many played seconds after it was seen. */
  | { readonly kind: "pause-takes"; readonly seconds: number }
  /** The controllers of observability's pods do nothing. */
  | { readonly kind: "metrics-held" }
  /** The operator of observability starts again what somebody scaled to 0. */
  | { readonly kind: "metrics-rescaled" }
  /** What an object owned stays when it goes. */
  | { readonly kind: "garbage-stays" };

/** The faults of a running simulator. */
export class Faults {
  private readonly active = new Map<string, Fault>();

  inject(fault: Fault): void {
    this.active.set(JSON.stringify(fault), fault);
  }

  clear(kind?: Fault["kind"]): void {
    for (const [key, fault] of this.active) if (kind === undefined || fault.kind === kind) this.active.delete(key);
  }

  has(kind: Fault["kind"]): boolean {
    return [...this.active.values()].some((fault) => fault.kind === kind);
  }

  of<K extends Fault["kind"]>(kind: K): readonly Extract<Fault, { kind: K }>[] {
    return [...this.active.values()].filter((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
  }
}
