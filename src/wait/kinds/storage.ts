/**
 * Claims and volumes.
 *
 * Source: kstatus core.go; Kubernetes pkg/controller/volume/persistentvolume/pv_controller.go (a claim that is Lost has
 * lost its volume for good).
 */
import { getPath } from "../../json.js";
import { because, brief, failed, ready, waiting } from "../readiness.js";
import type { Rule } from "../readiness.js";

const claim: Rule = (object) => {
  const phase = getPath(object, ["status", "phase"]);
  if (phase === "Bound") return ready;
  if (phase === "Lost") return failed("its volume is lost");
  const name = brief(getPath(object, ["spec", "storageClassName"]));
  // Nothing in the claim tells whether its class binds only once a Pod uses it.
  return waiting(`no volume is bound to it yet${name === "" ? "" : ` (storage class ${name})`}`);
};

const volume: Rule = (object) => {
  const phase = getPath(object, ["status", "phase"]);
  if (phase === "Available" || phase === "Bound" || phase === "Released") return ready;
  const message = getPath(object, ["status", "message"]);
  if (phase === "Failed")
    return failed(because(getPath(object, ["status", "reason"]), message, "it has failed"));
  return waiting("it is not available yet");
};

export const storageRules: readonly [key: string, rule: Rule][] = [
  ["/PersistentVolumeClaim", claim],
  ["/PersistentVolume", volume],
];
