/** What is sent for a target: its manifest, once it is settled who owns what. */
import type { Contest, FieldOwner, KubeObject } from "../model.js";
import type { Target } from "./target.js";

export type OnConflict = "fail" | "force" | "yield";

/** How it is settled who owns what. */
export interface Settling {
  fieldManager: string;
  /** What becomes of fields that others own and that the manifest sets otherwise. */
  onConflict: OnConflict;
  /** Managers whose fields become ours, beside `kubectl apply` on the client. */
  takeOverFrom: readonly string[];
}

export interface Attempt {
  /** The manifest, without the fields that are left to their owners. */
  body: KubeObject;
  /** Take fields over from others instead of failing with a conflict. */
  force: boolean;
  /** What was left to its owners. */
  yielded: Contest[];
  /** The live object with fields of others moved to us, as it must become before the manifest is applied. */
  moved?: { object: KubeObject; from: FieldOwner[] } | undefined;
}

/** The manifest as it is. */
export function plainAttempt({ body }: Target, { onConflict }: Settling): Attempt {
  return { body, force: onConflict === "force", yielded: [] };
}
