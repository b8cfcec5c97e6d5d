import type { AccessRequest } from "./types.ts";

/** The `SelfSubjectAccessReview` of one permission: path and body of its POST. Pure. */
export function classifyAccess(request: AccessRequest): { readonly path: string; readonly body: unknown } {
  const [resource = "", subresource] = request.resource.split("/", 2);
  return {
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          verb: request.verb,
          group: request.group,
          resource,
          ...(subresource === undefined ? {} : { subresource }),
          ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
          ...(request.name === undefined ? {} : { name: request.name }),
        },
      },
    },
  };
}
