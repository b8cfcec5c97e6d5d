import { join } from "node:path";

export interface ApiServerLayout {
  readonly name: string;
  /** Own folder of this server: certificates, tokens, audit log. */
  readonly folder: string;
  readonly etcdEndpoint: string;
  readonly address: string;
  readonly port: number;
}

/** Files that the server reads from its folder or writes into it. */
export const apiServerFiles = {
  authority: "ca.crt",
  serverCertificate: "server.crt",
  serverKey: "server.key",
  tokens: "tokens.csv",
  serviceAccountKey: "service-account.key",
  auditPolicy: "audit-policy.yaml",
  auditLog: "audit.log",
} as const;

/** Command line of a kube-apiserver 1.35 that serves only what tests need: TLS, tokens, certificates, RBAC, audit. */
export function apiServerArguments(layout: ApiServerLayout): readonly string[] {
  const file = (name: keyof typeof apiServerFiles): string => join(layout.folder, apiServerFiles[name]);
  return [
    `--etcd-servers=${layout.etcdEndpoint}`,
    // Several API servers share one etcd, each blind to the others.
    `--etcd-prefix=/${layout.name}`,
    `--bind-address=${layout.address}`,
    `--advertise-address=${layout.address}`,
    `--secure-port=${layout.port}`,
    // Nothing routes to a Service here, and a loopback address is refused as an Endpoint.
    "--endpoint-reconciler-type=none",
    "--service-cluster-ip-range=198.19.0.0/24",
    `--tls-cert-file=${file("serverCertificate")}`,
    `--tls-private-key-file=${file("serverKey")}`,
    `--client-ca-file=${file("authority")}`,
    `--token-auth-file=${file("tokens")}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("serviceAccountKey")}`,
    `--service-account-signing-key-file=${file("serviceAccountKey")}`,
    `--audit-policy-file=${file("auditPolicy")}`,
    `--audit-log-path=${file("auditLog")}`,
    // The event is on disk before the request's goroutine ends.
    "--audit-log-mode=blocking",
    // Megabytes after which the log would go on in another file.
    "--audit-log-maxsize=10000",
    `--cert-dir=${layout.folder}`,
  ];
}
