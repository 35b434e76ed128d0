/** `apps/v1` and its parts. The core group is "", and its apiVersion the version alone. */

export interface GroupVersion {
  group: string;
  version: string;
}

/** The apiVersion of a group and version: `apps/v1`, or `v1` for the core group. */
export function apiVersionOf({ group, version }: GroupVersion): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The group and version of an apiVersion. */
export function parseApiVersion(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf("/");
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) };
}
