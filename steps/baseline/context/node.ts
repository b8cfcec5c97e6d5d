/** What is read of a Node. */
export interface NodeFacts {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Quantities by resource, as the kubelet writes them. */
  readonly capacity: Readonly<Record<string, string>>;
}

export interface NamedNode extends NodeFacts {
  readonly name: string;
}
