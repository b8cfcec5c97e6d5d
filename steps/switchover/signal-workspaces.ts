/** Workspaces of a Task that gives signals. */
export const signalWorkspaces = {
  notifications: {
    description: "Secret with notifications.yaml and the files that it names; nobody is notified when not bound",
    readOnly: true,
    optional: true,
    secret: true,
  },
  "audit-key": {
    description: "Secret with the key that signs the audit trail (key ed25519.pem, PKCS 8); unsigned when not bound",
    readOnly: true,
    optional: true,
    secret: true,
  },
} as const;
